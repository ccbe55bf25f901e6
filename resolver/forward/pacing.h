/* pacing.h - (private to resolver/forward/) a token bucket that evens out what is sent: the pacing
 * rate of an upstream, and --qps-per-upstream.
 *
 * A query costs 10^9 credits, and each nanosecond brings `per_s` of them, so no rate is rounded.
 * Credits may fall below zero after queries that did not wait. Pure, time is an argument. One
 * thread. */
#ifndef RESOLVER_FORWARD_PACING_H
#define RESOLVER_FORWARD_PACING_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/* Zeroed: no limit. */
struct pacing {
	uint64_t per_s; /* 0: no limit */
	int64_t credit;
};

/* Credits for `elapsed_ns`, at most a second. The bucket holds `burst` queries and a hundredth of a
 * second's. */
static inline void pacing_fill(struct pacing *p, uint64_t elapsed_ns, unsigned burst)
{
	if (!p->per_s)
		return;
	elapsed_ns = elapsed_ns < CLOCK_NS_PER_S ? elapsed_ns : CLOCK_NS_PER_S;
	int64_t most = (int64_t)(burst * CLOCK_NS_PER_S + CLOCK_NS_PER_S / 100 * p->per_s);
	p->credit += (int64_t)(elapsed_ns * p->per_s);
	p->credit = p->credit < most ? p->credit : most;
}

/* How many queries may be sent now, at most `most`. */
static inline uint64_t pacing_room(const struct pacing *p, uint64_t most)
{
	if (!p->per_s)
		return most;
	uint64_t room = p->credit > 0 ? (uint64_t)p->credit / CLOCK_NS_PER_S : 0;
	return room < most ? room : most;
}

/* One was sent. */
static inline void pacing_spend(struct pacing *p)
{
	if (p->per_s)
		p->credit -= (int64_t)CLOCK_NS_PER_S;
}

#endif
