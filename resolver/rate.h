/* rate.h - (private to resolver/) the token bucket behind --qps.
 *
 * A question costs 10^9 credits, and each nanosecond brings `queries_per_s` credits, so no rate is
 * rounded. The bucket holds a tenth of a second's questions, but at least one. A rate of 0 is no
 * limit. Pure, time is an argument; one thread. */
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

/* Credits for the time since the last call; a second fills any bucket, so longer times count as one
 * second. While questions wait, the bucket may hold a part of a question more: what a late turn
 * brings too much is not lost. */
static inline void rate_fill(struct rate *r, uint64_t now_ns, bool is_waited_for)
{
	uint64_t elapsed_ns = now_ns > r->filled_at_ns ? now_ns - r->filled_at_ns : 0;
	elapsed_ns = elapsed_ns < CLOCK_NS_PER_S ? elapsed_ns : CLOCK_NS_PER_S;
	r->filled_at_ns = now_ns;
	r->credit += elapsed_ns * r->queries_per_s;
	uint64_t max = r->credit_max + (is_waited_for ? CLOCK_NS_PER_S - 1 : 0);
	r->credit = r->credit < max ? r->credit : max;
}

/* How many questions may be sent now, at most `most`. */
static inline uint64_t rate_room(const struct rate *r, uint64_t most)
{
	uint64_t room = r->credit / CLOCK_NS_PER_S;
	return r->queries_per_s && room < most ? room : most;
}

/* A question for which nothing was sent after all. */
static inline void rate_refund(struct rate *r)
{
	uint64_t credit = r->credit + CLOCK_NS_PER_S;
	r->credit = credit < r->credit_max ? credit : r->credit_max;
}

/* For `n` questions that were sent. Retransmissions do not wait for the rate: then the bucket is
 * emptied, and never goes below zero. */
static inline void rate_spend(struct rate *r, uint64_t n)
{
	uint64_t cost = n * CLOCK_NS_PER_S;
	if (r->queries_per_s)
		r->credit -= cost < r->credit ? cost : r->credit;
}

#endif
