/* rate.h - (private to resolver/) the limit on questions per second, --qps: a token bucket that holds a tenth of a second's.
 *
 * A question costs 10^9 credits, and each nanosecond brings `per_s` of them, so no rate is rounded. Pure, time is an argument. */
#ifndef RESOLVER_RATE_H
#define RESOLVER_RATE_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct rate {
	uint64_t per_s; /* 0: no limit */
	uint64_t credit, credit_max, at_ns;
};

static inline void rate_init(struct rate *r, unsigned per_s)
{
	uint64_t burst = per_s / 10 > 0 ? per_s / 10 : 1;
	*r = (struct rate){ .per_s = per_s, .credit_max = burst * CLOCK_NS_PER_S, .credit = burst * CLOCK_NS_PER_S };
}

/* The time has come to `now_ns`. While questions wait, the fraction of one by which that was late is not lost. A burst is never more than a second's worth, so longer gaps need not be
 * multiplied out. */
static inline void rate_fill(struct rate *r, uint64_t now_ns, bool questions_wait)
{
	uint64_t elapsed_ns = now_ns > r->at_ns ? now_ns - r->at_ns : 0;
	elapsed_ns = elapsed_ns < CLOCK_NS_PER_S ? elapsed_ns : CLOCK_NS_PER_S;
	r->at_ns = now_ns;
	r->credit += elapsed_ns * r->per_s;
	uint64_t max = r->credit_max + (questions_wait ? CLOCK_NS_PER_S - 1 : 0);
	r->credit = r->credit < max ? r->credit : max;
}

/* How many questions may go now. */
static inline uint64_t rate_room(const struct rate *r)
{
	return r->per_s ? r->credit / CLOCK_NS_PER_S : UINT64_MAX;
}

/* They went, whether they might or not; never below nothing. */
static inline void rate_spend(struct rate *r, uint64_t n)
{
	uint64_t credit = n * CLOCK_NS_PER_S;
	if (r->per_s)
		r->credit -= credit < r->credit ? credit : r->credit;
}

/* One of them did not go after all. */
static inline void rate_give_back(struct rate *r)
{
	if (r->per_s)
		r->credit += CLOCK_NS_PER_S;
}

#endif
