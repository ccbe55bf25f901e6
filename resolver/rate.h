/* rate.h - (private to resolver/) the token bucket behind --qps: a question costs 10^9 credits, and
 * each nanosecond brings `queries_per_s` of them, so no rate is rounded. A burst is a tenth of a
 * second's worth. A rate of 0 is no limit. One thread; time is an argument. */
#ifndef RESOLVER_RATE_H
#define RESOLVER_RATE_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct rate {
	uint64_t queries_per_s, credit, credit_max, filled_at_ns;
};

static inline void rate_init(struct rate *r, unsigned queries_per_s)
{
	uint64_t burst = queries_per_s / 10 > 0 ? queries_per_s / 10 : 1;
	*r = (struct rate){ .queries_per_s = queries_per_s,
		.credit = burst * CLOCK_NS_PER_S,
		.credit_max = burst * CLOCK_NS_PER_S };
}

/* A burst is never more than a second's worth, so longer gaps need not be multiplied out. While
 * somebody waits, the fraction of a question by which a turn came late is not lost. */
static inline void rate_fill(struct rate *r, uint64_t now_ns, bool somebody_waits)
{
	uint64_t elapsed_ns = now_ns > r->filled_at_ns ? now_ns - r->filled_at_ns : 0;
	elapsed_ns = elapsed_ns < CLOCK_NS_PER_S ? elapsed_ns : CLOCK_NS_PER_S;
	r->filled_at_ns = now_ns;
	r->credit += elapsed_ns * r->queries_per_s;
	uint64_t max = r->credit_max + (somebody_waits ? CLOCK_NS_PER_S - 1 : 0);
	r->credit = r->credit < max ? r->credit : max;
}

/* How many questions may be asked now, `most` at the most. */
static inline uint64_t rate_room(const struct rate *r, uint64_t most)
{
	uint64_t room = r->credit / CLOCK_NS_PER_S;
	return r->queries_per_s && room < most ? room : most;
}

/* For `n` questions that were sent, also those that did not wait for it: then it may owe nothing.
 */
static inline void rate_spend(struct rate *r, uint64_t n)
{
	uint64_t cost = n * CLOCK_NS_PER_S;
	if (r->queries_per_s)
		r->credit -= cost < r->credit ? cost : r->credit;
}

#endif
