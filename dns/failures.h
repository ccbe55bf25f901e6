/* failures.h - the questions of a probe that failed, whatever that changed: a short list of
 * references, in the order in which they were seen.
 *
 * probe_run() fills it (dns/probe.h); what prints them is dns_cause (results/causes.h). Bounded,
 * since an answer is held as long as its row: what is over FAILURES_MAX is dropped. Zeroed: empty.
 * All in the thread of the answers. */
#ifndef DNS_FAILURES_H
#define DNS_FAILURES_H

#include "dns/answer.h"

enum { FAILURES_MAX = 8 };

struct failures {
	unsigned n;
	const struct answer *answers[FAILURES_MAX]; /* references */
};

/* Takes a reference, once for each question: when a row's deadline passes, a question that was
 * asked twice at the same time has two answers. A list of nothing but what was not asked
 * (ANSWER_EXCLUDED) does not hide a failure behind it. */
static inline void failures_add(struct failures *f, const struct answer *answer)
{
	for (unsigned i = 0; i < f->n; i++)
		if (f->answers[i] == answer || answer_same_question(f->answers[i], answer))
			return;
	if (f->n == FAILURES_MAX && answer->status != ANSWER_EXCLUDED &&
	        f->answers[f->n - 1]->status == ANSWER_EXCLUDED)
		answer_unref(f->answers[--f->n]);
	if (f->n < FAILURES_MAX)
		f->answers[f->n++] = answer_ref(answer);
}

static inline void failures_clear(struct failures *f)
{
	while (f->n > 0)
		answer_unref(f->answers[--f->n]);
}

/* Moves all of `from` to `to`, which is empty. */
static inline void failures_move(struct failures *to, struct failures *from)
{
	*to = *from;
	from->n = 0;
}

#endif
