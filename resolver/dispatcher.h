/* dispatcher.h - (private to resolver/) moves flights between the queue, the engine and delivery.
 *
 *     state       list        left by
 *     FOLLOWING   its leader's  nxdomain_answered(), nxdomain_turn() (nxdomain.h)
 *     QUEUED      queue         dispatcher_start_queued(), as the throttle allows
 *     STARTED     started       dispatcher_finish(), or the deadline: dispatcher_expire()
 *     HELD        held          dispatcher_renew(), dispatcher_queue_again(), dispatcher_finish()
 *     FINISHED    finished      resolver_pump(), which tells the waiters
 *
 * A held flight has no deadline here, and does not count as in flight.
 * `started` is sorted by deadline: all deadlines are equally long. Engines only move flights
 * between `started`, `held` and `finished`, and nobody is called back from here. So an engine may
 * call the functions below at any time, also inside start() and inside the event loop.
 *
 * Owned by the resolver. One thread. */
#ifndef RESOLVER_DISPATCHER_H
#define RESOLVER_DISPATCHER_H

#include "resolver/busiest.h"
#include "resolver/cache.h"
#include "resolver/counters.h"
#include "resolver/engine.h"
#include "resolver/flight.h"
#include "resolver/leaders.h"
#include "resolver/throttle.h"

struct dispatcher {
	struct engine *engine;
	struct throttle throttle;
	struct busiest busiest; /* of what is sent, repetitions too */
	struct flight_list queue, started, held, finished;
	struct leaders leaders;
	struct cache *cache; /* for late answers, and its account */
	struct slab *slab;   /* engines allocate answers from it; it outlives the cache */
	struct resolver_counters *counters; /* engines add to them with counter_add() */
	uint64_t now_ns;                    /* of the latest pump */
	uint64_t slept_ns;                  /* not in now_ns, but cached answers age by it */
	unsigned n_sleeps;
	uint32_t wall_s;      /* the wall clock: when an answer came */
	unsigned question_ms; /* the deadline of a flight */
	uint64_t n_started;   /* flights on `started` */
	uint64_t n_stopping;  /* flights on `held` that stop the clock of rows */
	bool closing;         /* the engine is being freed: outcomes are dropped */
};

/* ---- for the resolver ---- */

/* Makes the lists; the other fields are set by the caller. */
void dispatcher_init(struct dispatcher *d);
/* An urgent flight goes to the front of the queue. */
void dispatcher_queue(struct dispatcher *d, struct flight *f);
/* The flight is on no list afterwards. */
void dispatcher_unqueue(struct dispatcher *d, struct flight *f);
/* It goes to the front of the queue, now or later. */
void dispatcher_make_urgent(struct dispatcher *d, struct flight *f);
/* Hands queued flights to the engine while the throttle allows. */
void dispatcher_start_queued(struct dispatcher *d);
/* The outcome of a flight that was not sent, and is on no list. As dispatcher_finish(). */
void dispatcher_finish_unsent(struct dispatcher *d, struct flight *f, const struct answer *answer);
/* Ends the started flights whose deadline has passed with ANSWER_TIMEOUT. */
void dispatcher_expire(struct dispatcher *d);

/* Why the queue's first does not start: see throttle_reason(). */
const char *dispatcher_holdup(const struct dispatcher *d);

static inline bool dispatcher_may_start(const struct dispatcher *d)
{
	return !*dispatcher_holdup(d);
}

/* The cache's time. */
static inline uint64_t dispatcher_cache_ns(const struct dispatcher *d)
{
	return d->now_ns + d->slept_ns;
}

/* ---- for engines ---- */

/* The outcome of a flight. Takes over the caller's reference. `answer` NULL: out of memory. */
void dispatcher_finish(struct dispatcher *d, struct flight *f, const struct answer *answer);
/* An answer whose flight was abandoned: it is cached when it is definite. Takes over the reference;
 * takes NULL. */
void dispatcher_late(struct dispatcher *d, const struct answer *answer);
/* Nothing is started for so long. */
void dispatcher_pause(struct dispatcher *d, unsigned ms);
/* A limit of our own keeps a flight from going on: no time counts against it, nor against the rows
 * that wait for it. While memory is full (dispatcher_is_full()) only urgent flights may go on. */
void dispatcher_hold(struct dispatcher *d, struct flight *f);
/* A flight waits for a name that does not answer at once. From here on the engine ends it by
 * itself, and it does not keep others from being started. Time counts. */
void dispatcher_park(struct dispatcher *d, struct flight *f);
/* The same, and its question failed: it is asked again after a pause, for which nobody waits. */
void dispatcher_rest(struct dispatcher *d, struct flight *f);
/* The flight goes on, or is known to make progress: its deadline begins anew. */
void dispatcher_renew(struct dispatcher *d, struct flight *f);
/* The same for a flight for which nothing was sent: it gives its place in the rate back. */
void dispatcher_hold_unsent(struct dispatcher *d, struct flight *f);
/* A held flight goes to the front of the queue: the engine starts it anew, as the throttle allows.
 */
void dispatcher_queue_again(struct dispatcher *d, struct flight *f);
/* So many retransmissions: they use up the rate (--qps), but do not wait for it. */
void dispatcher_count_retries(struct dispatcher *d, unsigned n);

/* Answers outside of the cache take more memory than they may. */
static inline bool dispatcher_is_full(const struct dispatcher *d)
{
	return memory_budget_is_full(&d->throttle.memory);
}

#endif
