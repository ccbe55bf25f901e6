/* probe.h - a question about a row that needs the DNS: a pure state machine (sans-I/O), begun and
 * then stepped.
 *
 * SPF, iprev, MX and address checks are all probes. One life: the owner fills the concrete probe's
 * inputs and calls its
 * *_begin(), then probe_run(). probe_run() calls the step function, which looks at the answers of
 * its last questions and either asks more with probe_ask() (PROBE_ASK) or writes its result
 * (PROBE_DONE). Answers that are at hand (a cache hit) arrive inside probe_ask(); probe_run() then
 * steps again in a loop, never by recursion. When it returns false, answers are missing: the owner
 * hands each one in with probe_take() when it comes, and calls probe_run() again once probe_take()
 * returned true.
 *
 * A step never blocks, owns no socket and reads no clock. The questions of one turn are asked
 * together and their answers arrive in any order; the step sees them by slot, the order in which it
 * asked. Everything happens in the thread of the owner. */
#ifndef DNS_PROBE_H
#define DNS_PROBE_H

#include "dns/answer.h"

#define PROBE_FANOUT_MAX 20

struct probe;

enum probe_turn { PROBE_ASK, PROBE_DONE };

/* What a step gets: the answers to the questions of the turn before, by slot; count 0 on the first
 * step. They are released after the step; keep one longer with answer_ref(). */
struct probe_answers {
	const struct answer *by_slot[PROBE_FANOUT_MAX];
	unsigned count;
};

/* How a probe reaches the DNS. The owner implements it, once for real and once for tests. */
struct asker {
	/* Starts the question. An answer at hand is returned, with a reference for the probe; NULL:
	 * it comes later, by probe_take(probe, slot, answer). Every question gets exactly one
	 * answer. */
	const struct answer *(*ask)(struct asker *asker, struct probe *probe, unsigned slot,
	        const struct dname *qname, enum rrtype type);
};

typedef enum probe_turn probe_step(struct probe *probe, const struct probe_answers *got);

/* First member of every concrete probe. */
struct probe {
	probe_step *step;
	struct asker *asker;
	unsigned n_asked, n_missing;
	bool done;
	const struct answer *answers[PROBE_FANOUT_MAX];
};

/* For the concrete probe's *_begin(). */
void probe_begin(struct probe *p, probe_step *step, struct asker *asker);

/* For the step: asks a question, gives its slot. Never more than PROBE_FANOUT_MAX in one turn (an
 * assertion). */
unsigned probe_ask(struct probe *p, const struct dname *qname, enum rrtype type);

/* Steps until the probe is done (true) or waits for answers (false). */
bool probe_run(struct probe *p);

/* Hands in an answer, and the reference to it. True when it was the last one missing: time to call
 * probe_run(). */
bool probe_take(struct probe *p, unsigned slot, const struct answer *answer);

/* Releases answers that were taken but not yet seen by a step; for probes given up early. */
void probe_fini(struct probe *p);

#endif
