/* probe.h - a check that needs the DNS, as a state machine without I/O: SPF, iprev, host addresses,
 * mail hosts.
 *
 * One life:
 *   1. The owner calls the concrete probe's *_begin(), then probe_run().
 *   2. probe_run() calls the step. It reads the answers to its last questions and asks the next
 *      ones with probe_ask() (PROBE_ASK), or writes its result (PROBE_DONE).
 *   3. An answer at hand (a cache hit) arrives inside probe_ask(). When all are at hand,
 * probe_run() steps again, in a loop and never by recursion.
 *   4. Otherwise probe_run() gives false. The owner hands in each answer with probe_take() when it
 *      comes; when that gives true, it calls probe_run() again.
 *
 * The questions of one turn are asked together. Their answers come in any order, and the step sees
 * them in the order of its questions. A step never blocks, owns no socket and reads no clock. All
 * in the thread of the owner. */
#ifndef DNS_PROBE_H
#define DNS_PROBE_H

#include "dns/failures.h"

#define PROBE_FANOUT_MAX 20

struct probe;

enum probe_turn { PROBE_ASK, PROBE_DONE };

/* What a step gets: the answers to the questions of the turn before, by slot; none on the first
 * step. They are released after the step, unless it takes a reference. */
struct probe_answers {
	const struct answer *by_slot[PROBE_FANOUT_MAX];
	unsigned count;
};

/* How a probe reaches the DNS. The owner implements it. */
struct asker {
	/* Asks the question. Gives an answer at hand, with a reference for the probe. NULL: it
	 * comes later, by probe_take(). Every question gets exactly one answer. */
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
	struct failures failures; /* of all questions so far; until probe_fini() */
};

/* For the concrete probe's *_begin(). The asker outlives the probe. */
void probe_begin(struct probe *p, probe_step *step, struct asker *asker);

/* For the step: asks a question and gives its slot. At most PROBE_FANOUT_MAX in one turn (an
 * assertion). */
unsigned probe_ask(struct probe *p, const struct dname *qname, enum rrtype type);

/* Steps until the probe is done (true) or waits for answers (false). */
bool probe_run(struct probe *p);

/* Hands in an answer with the reference to it. True when no answer is missing any more. */
bool probe_take(struct probe *p, unsigned slot, const struct answer *answer);

/* Releases the answers that no step has seen yet, and the failures. A probe may be given up so
 * early; its owner must keep it from being handed answers then. */
void probe_fini(struct probe *p);

#endif
