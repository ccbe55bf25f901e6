/* event.h - what a mail log says of one message, reject or connection, and what was left out.
 *
 * Formats make events; logs/ makes rows of them. Texts point into the line or the format's state,
 * and are valid while emit() runs. */
#ifndef MAILLOG_EVENT_H
#define MAILLOG_EVENT_H

#include "maillog/logtext.h"
#include "maillog/stamp.h"

struct netset;

enum mail_event_kind { MAIL_MESSAGE, MAIL_REJECT, MAIL_CONNECT, MAIL_EVENT_KINDS };

struct mail_event {
	enum mail_event_kind kind;
	bool has_time;
	int64_t time_s; /* since 1970 */
	struct logtext queue_id;
	struct logtext client;   /* its name as the log has it */
	struct logtext ip;       /* as the log has it */
	struct logtext helo;     /* empty: the log does not say it */
	struct logtext sender;   /* as in MAIL FROM, without its brackets */
	bool has_sender;         /* with an empty sender: the null reverse-path */
	struct logtext spf_then; /* in lower case, a word of RFC 7208; empty: unknown */
};

/* What is counted. The first ones become rows, the others are left out, in the order of the table
 * of texts in logs/logcounts.c. */
enum log_count {
	LOG_LINES,
	LOG_MESSAGES,
	LOG_REJECTS,
	LOG_CONNECTS,
	LOG_NO_IDENTITY,    /* of the rows: null or unknown sender, and no HELO */
	LOG_LOCAL,          /* messages handed in on the machine itself */
	LOG_AUTHENTICATED,  /* messages and rejects of users who logged in */
	LOG_FILTERED,       /* messages that came back from a content filter */
	LOG_NO_CLIENT,      /* messages whose client is not in these logs */
	LOG_UNFINISHED,     /* clients whose message never got into the queue */
	LOG_NO_ADDRESS,     /* clients without an address */
	LOG_TRUSTED,        /* messages that no hop but trusted ones brought */
	LOG_ONLY_CONNECTED, /* connections without message or reject */
	LOG_OUT_OF_RANGE,   /* --since, --until */
	LOG_LINES_UNREAD,   /* lines that are none of a log */
	LOG_LINES_OTHER,    /* lines of other programs */
	LOG_LINES_DAMAGED,  /* lines that begin like one that is used, and go on otherwise */
	LOG_LINES_LONG,     /* lines that were cut */
	LOG_COUNTS
};

/* Where a format puts what it finds. */
struct log_out {
	struct logclock clock;
	bool wants_connects;
	const struct netset *trusted; /* NULL: none */
	uint64_t counts[LOG_COUNTS];
	bool failed; /* out of memory */
	/* The caller's. `out` is its first member, or it finds itself otherwise. */
	void (*emit)(struct log_out *out, const struct mail_event *event);
};

/* The word in the column `event`. */
const char *mail_event_text(enum mail_event_kind kind);

#endif
