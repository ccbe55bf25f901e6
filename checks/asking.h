/* asking.h - the questions of --ask for one row, as one probe: all are asked together, once.
 *
 * The text of an answer, one column each:
 *
 *     ""            not asked: the row lacks what the template needs
 *     records       as dns/rdata.h prints them, with ';' between them
 *     none          the name has no record of the type
 *     nxdomain      there is no such name
 *     temperror     the look-up failed
 *     bad_name      the template gives no name in this row: it would be too long
 *     too_large     the records, as text, are over ASKING_TEXT_MAX_BYTES
 *     excluded      --exclude forbids the question
 *
 * No record reads like one of the words: each has a dot, a colon, a quote or a digit. All in the
 * thread of the asker. */
#ifndef CHECKS_ASKING_H
#define CHECKS_ASKING_H

#include "checks/ask.h"
#include "dns/probe.h"

/* Of one column. A response of 64 KiB holds more only in octets that must be escaped, or in names
 * that were compressed. */
enum { ASKING_TEXT_MAX_BYTES = 128 << 10 };

struct asking {
	struct probe probe; /* first */
	const struct asks *asks;
	struct ask_subject subject;
	bool done;
	/* result, one for each of `asks` */
	enum ask_name names[ASKS_MAX];
	const struct answer *answers[ASKS_MAX]; /* references; NULL: not asked, or before it came */
};

/* Begins or, after asking_fini(), re-begins. `asks` and the asker outlive the probe. */
void asking_begin(struct asking *p, const struct asks *asks, const struct ask_subject *subject,
        struct asker *asker);
/* Gives up the probe's answers, also before it is done. */
void asking_fini(struct asking *p);

/* Appends the text of answer `i` of a probe that is done. Out of memory: out->failed. */
void asking_print(struct textbuf *out, const struct asking *p, unsigned i);

#endif
