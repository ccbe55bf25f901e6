/* syslog.h - the envelope of a line of the system's log: when, which machine, which program, and
 * what it says.
 *
 *     Nov 28 16:36:33 mx1 postfix/smtpd[8266]: connect from ...        RFC 3164, journalctl
 *     2026-11-28T16:36:33.123456+01:00 mx1 postfix/smtpd[8266]: ...    RFC 3339, short-iso
 *     <22>1 2026-11-28T16:36:33Z mx1 postfix/smtpd 8266 - - connect from ...    RFC 5424
 *     {"__REALTIME_TIMESTAMP":"...","MESSAGE":"connect from ...",...}  journalctl -o json
 *
 * The texts of a line point into it, those of JSON into the envelope, until the next line. The
 * stamp is read when the time is asked for: most lines are not used. One thread. */
#ifndef MAILLOG_SYSLOG_H
#define MAILLOG_SYSLOG_H

#include "maillog/stamp.h"

struct journal;

struct syslog {
	struct logtext stamp;         /* the text behind which the host stands; of JSON empty */
	int64_t time_s;               /* of JSON */
	struct logtext host, program; /* "postfix/smtpd" */
	struct logtext pid;           /* its digits; empty: none */
	struct logtext message;
	struct journal *journal; /* NULL until the first line of JSON. Owned */
};

/* Reads a line. False: it is none of a log, or of JSON that lacks what is needed. The envelope is
 * zeroed before the first line. */
bool syslog_read(struct syslog *s, struct logtext line);
/* Takes a zeroed one. */
void syslog_fini(struct syslog *s);

/* When the line was written. False: its stamp cannot be read. */
bool syslog_time(const struct syslog *s, struct logclock *clock, int64_t *time_s);
/* The stamp of a line, which may be JSON, for the order of files. False: none. */
bool syslog_stamp(struct logtext line, struct stamp *stamp);

#endif
