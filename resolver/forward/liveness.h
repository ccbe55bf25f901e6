/* liveness.h - (private to resolver/forward/) whether one upstream is alive.
 *
 *     ALIVE      answers come, or nothing was asked
 *     SUSPECT    much stayed without an answer: probes tell silent names from a silent upstream
 *     DEAD       the probes stayed without an answer, too, or its port is closed
 *
 * A suspect is asked as one that is alive. Any packet from an upstream makes it alive. Pure, time
 * is an argument. One thread. */
#ifndef RESOLVER_FORWARD_LIVENESS_H
#define RESOLVER_FORWARD_LIVENESS_H

#include <stdbool.h>
#include <stdint.h>

enum liveness_state { LIVENESS_ALIVE, LIVENESS_SUSPECT, LIVENESS_DEAD };

struct liveness {
	enum liveness_state state;
	bool ever_answered;
	uint64_t heard_ns;        /* the last packet, or the start */
	unsigned n_overdue;       /* queries that became overdue since then */
	unsigned n_silent;        /* of them, those that were sent since then */
	uint64_t silent_since_ns; /* the later of: heard_ns; the first n_silent query */
	unsigned usual_run; /* overdue queries between two answers: moving average, in 256ths */
	unsigned n_probes;  /* since it is a suspect */
	uint64_t next_probe_ns, probe_pause_ns;
	uint64_t died_ns, away_to_ns; /* what was sent between them was not dropped by it */
};

void liveness_init(struct liveness *l, uint64_t now_ns);

static inline bool liveness_is_dead(const struct liveness *l)
{
	return l->state == LIVENESS_DEAD;
}

/* A query of `sent_ns` was not answered in time. After 2 s of silence, in which sixteen queries, or
 * sixteen times as many as usual, stayed without an answer, the upstream becomes a suspect. */
void liveness_overdue(struct liveness *l, uint64_t sent_ns, uint64_t now_ns);

/* Once a turn: a suspect whose probes were not answered is dead. True: it just died. */
bool liveness_turn(struct liveness *l, uint64_t now_ns);

/* A packet came. For how long it was dead; 0: it was not. */
uint64_t liveness_heard(struct liveness *l, uint64_t now_ns);

/* Nothing listens there (ICMP port unreachable). It is dead at once, unless it answered in the last
 * 100 ms: a socket may report an old error. True: it just died. */
bool liveness_unreachable(struct liveness *l, uint64_t now_ns);

/* A suspect is probed every 250 ms; a dead upstream after 0.25 s, doubled up to 4 s. */
bool liveness_wants_probe(const struct liveness *l, uint64_t now_ns);
void liveness_probed(struct liveness *l, uint64_t now_ns);

/* True when a query of `sent_ns` went to an upstream that was dead: no loss on the way. */
static inline bool liveness_was_away(const struct liveness *l, uint64_t sent_ns)
{
	return sent_ns >= l->died_ns && sent_ns < l->away_to_ns;
}

#endif
