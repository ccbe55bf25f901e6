/* forwarder.h - (private to resolver/forward/) what the parts of the forward engine share: one
 * worker's upstreams, the queries that are out, and their timers. One thread. */
#ifndef RESOLVER_FORWARD_FORWARDER_H
#define RESOLVER_FORWARD_FORWARDER_H

#include "resolver/dispatcher.h"
#include "resolver/forward/attempts.h"
#include "resolver/forward/patience.h"
#include "resolver/forward/route.h"
#include "resolver/forward/silent_names.h"
#include "resolver/forward/timers.h"

struct query;

struct forwarder {
	struct engine engine; /* first */
	/* from the configuration */
	struct loop *loop;
	uint64_t timeout_ns; /* the longest of one transmission */
	struct patience_limits limits;
	bool mix_case;
	const struct resolver_upstream *upstreams;
	/* upstreams */
	struct route *routes;
	unsigned n_routes;
	unsigned first_route; /* where the next choice begins, so that equal upstreams take turns */
	/* this turn. The engine's clock stands still while its loop does not run: a turn counts 20
	 * ms at most, so an answer that waits for us is neither late nor slow. */
	uint64_t now_ns, turned_ns;
	unsigned n_datagrams; /* that came in */
	/* while no upstream is alive */
	uint64_t all_dead_since_ns; /* 0: one is alive */
	bool said_dead;             /* the user was told */
	bool is_pausing; /* some answered before, and they died not long ago: open questions wait
	                    for them, and no new ones are sent */
	/* queries: see query.h */
	unsigned n_open;
	unsigned n_idle;   /* of these: they rest, or were sent three times in vain, so their names
	                      are most likely silent. They hold up no other */
	unsigned open_max; /* how many others may be open; set each turn */
	struct query *free_queries, *blocks;
	struct attempts attempts;
	struct silent_names silent;
	struct timers timers;
	/* buffers */
	struct answer_builder builder;
	struct datagrams datagrams;
};

/* No question may begin. */
static inline bool forwarder_is_full(const struct forwarder *e)
{
	return e->n_open - e->n_idle >= e->open_max;
}

#endif
