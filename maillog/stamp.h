/* stamp.h - the time stamps of log lines, and the clock that makes UTC of them.
 *
 *     Nov 28 16:36:33                       RFC 3164, journalctl's short form: no year, no zone
 *     2026-11-28T16:36:33.123456+01:00      RFC 3339, short-iso; the zone may lack its colon
 *     2026-11-28 16:36:33.123 +0100         Exim, rspamd; the zone is usually missing
 *     Sat, 28 Nov 2026 16:36:33 +0100       RFC 5322, in headers
 *
 * A stamp without a zone is local time, as the environment's TZ has it. One without a year is of
 * the year of the stamp before it, or of the next or last one when that is nearer: a log goes on.
 * Fractions are cut off. Pure but for TZ; a clock belongs to one thread. */
#ifndef MAILLOG_STAMP_H
#define MAILLOG_STAMP_H

#include "maillog/logtext.h"

struct stamp {
	int year;  /* 0: the stamp has none */
	int month; /* from 1 */
	int day, hour, minute, second;
	bool has_zone;
	int zone_s; /* east of UTC */
};

/* Takes a stamp away, and a blank behind it. False: the text begins with none of the first three.
 */
bool stamp_take(struct logtext *t, struct stamp *stamp);
/* A date of RFC 5322, anywhere behind blanks. False: it is none. */
bool stamp_take_date(struct logtext t, struct stamp *stamp);

/* Zero it, and set `year` to that of the next stamp; or leave that 0, and set `before_s`. */
struct logclock {
	int year, month;  /* of the last stamp without a year; month 0: there was none */
	int64_t before_s; /* a year that is 0 becomes that of the last such day before this time */
	/* the hour that was converted last, and when it began */
	struct stamp hour;
	int64_t hour_s;
};

/* Seconds since 1970. Stamps come in the order of the log. */
int64_t logclock_time(struct logclock *clock, const struct stamp *stamp);

/* The year in which a stamp without one was last, seen from a time. */
int stamp_year_before(const struct stamp *stamp, int64_t time_s);

/* Appends nothing and cuts nothing: "2026-11-28T16:36:33Z" into 21 octets. */
enum { STAMP_TEXT_BYTES = 24 };
void stamp_print(char text[STAMP_TEXT_BYTES], int64_t time_s);

#endif
