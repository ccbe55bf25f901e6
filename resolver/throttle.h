/* throttle.h - (private to resolver/) what keeps questions waiting in the queue: our own limits.
 *
 *     limit            set by                    until
 *     a pause          the engine                its time is over
 *     in flight        --in-flight               a question ends
 *     abandoned        twice --in-flight         the engine ends some of them
 *     room             the engine                it has room again
 *     memory           memory_budget.h           answers are given back; not for an urgent question
 *     rate             --qps                     the token bucket has a token
 *
 * Time in the queue is never a failure of the DNS, and counts against no row; but for the room of
 * an engine that says when (engine_type.stands_still). Pure, time is an argument; one thread. */
#ifndef RESOLVER_THROTTLE_H
#define RESOLVER_THROTTLE_H

#include "resolver/engine.h"
#include "resolver/memory_budget.h"
#include "resolver/rate.h"

struct throttle {
	struct rate rate;
	struct memory_budget memory;
	unsigned max_in_flight; /* at least 1 */
	uint64_t pause_until_ns;
};

/* Words for a pause and for memory, which resolver_waits_for() needs, too. */
extern const char throttle_pause_text[], throttle_memory_text[];

/* Why no queued question may start now, as words to put before the question's name; "" when one
 * may. `n_in_flight` questions are with the engine; `is_urgent` is said of the queue's first. */
const char *throttle_reason(const struct throttle *t, const struct engine *engine,
        uint64_t n_in_flight, bool is_urgent, uint64_t now_ns);

/* True when `reason`, of throttle_reason(), must cost no row its time. */
bool throttle_stops_clock(const char *reason, const struct engine *engine);

#endif
