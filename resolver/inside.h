/* inside.h - (private to resolver/) what a resolver is made of, for the two files that work on it:
 * resolver.c moves flights and tells their outcomes, asking.c is the side of those who ask. */
#ifndef RESOLVER_INSIDE_H
#define RESOLVER_INSIDE_H

#include "resolver/cache.h"
#include "resolver/counters.h"
#include "resolver/engine.h"
#include "resolver/flights.h"
#include "resolver/load.h"
#include "resolver/rate.h"

#include <stdlib.h>

struct resolver {
	struct engine *engine;
	struct slab slab; /* of the cache's answers: given up last */
	struct cache cache;
	struct flights flights;
	struct flight_list queue, started, held, landed;
	struct loop_event *tick;
	uint64_t now_ns;
	uint64_t slept_ns; /* not in now_ns, but in the cache's time */
	unsigned n_sleeps;
	uint64_t question_deadline_ns;
	uint64_t n_started;
	unsigned max_in_flight;
	unsigned question_deadline_ms;
	struct rate rate;
	struct load load;
	uint64_t hold_until_ns; /* the engine asked for a pause */
	bool closing, lacked_memory;
	const struct answer *out_of_memory; /* made while there was some */
	struct resolver_counters counters;
};

/* The cache's time: cached answers grow older while the thread does not run. */
static inline uint64_t resolver_cache_ns(const struct resolver *r)
{
	return r->now_ns + r->slept_ns;
}

/* Why no queued question is sent now, in the words of resolver_waits_for(); "" when one may be.
 * (asking.c) */
const char *resolver_holdup(const struct resolver *r);

static inline bool resolver_may_start(const struct resolver *r)
{
	return !*resolver_holdup(r);
}

/* ---- flights ---- */

/* Nobody waits for it any more, and it is on no list. */
static inline void flight_end(struct resolver *r, struct flight *f)
{
	answer_unref(f->answer);
	f->answer = NULL;
	free(f->chain);
	f->chain = NULL;
	flights_put(&r->flights, f);
}

/* An urgent one goes before all others. */
static inline void flight_queue(struct resolver *r, struct flight *f)
{
	f->state = FLIGHT_QUEUED;
	(f->urgent ? flight_list_push_front : flight_list_push)(&r->queue, f);
	count(&r->counters.queued, 1);
}

static inline struct flight *flight_unqueue(struct resolver *r, struct flight *f)
{
	flight_list_remove(&r->queue, f);
	count(&r->counters.queued, (uint64_t)-1);
	return f;
}

static inline void waiter_unlink(struct resolver_waiter *w)
{
	*w->link = w->next;
	if (w->next)
		w->next->link = w->link;
	*w = (struct resolver_waiter){ .done = w->done };
}

#endif
