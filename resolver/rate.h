/* rate.h - (private to resolver/) the rate behind --qps: a token bucket, and never more than a
 * second's questions in any second.
 *
 * The bucket: a question costs 10^9 credits, and each nanosecond brings `queries_per_s` credits, so
 * no rate is rounded. It holds a tenth of a second's questions, but at least one, so that a late
 * turn loses nothing.
 *
 * The last second: a bucket alone lets a full bucket and all that comes within the next second
 * pass, a tenth too many. So questions are counted by the millisecond, too, and the last 1001
 * milliseconds, in which any second lies, never hold more than `queries_per_s`. That costs a
 * thousandth of the rate; with turns that come every 10 ms a hundredth at most.
 *
 * A rate of 0 is no limit. Pure, time is an argument; one thread. */
#ifndef RESOLVER_RATE_H
#define RESOLVER_RATE_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

enum { RATE_MS = 1001 };

struct rate {
	uint64_t queries_per_s, credit, credit_max, filled_at_ns;
	uint64_t n_last_second;    /* the sum of n_by_ms */
	uint32_t n_by_ms[RATE_MS]; /* what was sent in each of the last milliseconds; a ring */
};

static inline void rate_init(struct rate *r, unsigned queries_per_s)
{
	uint64_t burst = queries_per_s / 10 > 0 ? queries_per_s / 10 : 1;
	*r = (struct rate){ .queries_per_s = queries_per_s,
		.credit = burst * CLOCK_NS_PER_S,
		.credit_max = burst * CLOCK_NS_PER_S };
}

static inline bool rate_is_full(const struct rate *r)
{
	return r->n_last_second >= r->queries_per_s;
}

/* Where the questions of a millisecond are counted. */
static inline uint32_t *rate_place(struct rate *r, uint64_t ms)
{
	return &r->n_by_ms[ms % RATE_MS];
}

/* Empties the places of the milliseconds since the last call: they held what is too old now. */
static inline void rate_forget(struct rate *r, uint64_t now_ns)
{
	uint64_t from = r->filled_at_ns / CLOCK_NS_PER_MS, to = now_ns / CLOCK_NS_PER_MS;
	from = to > RATE_MS && from < to - RATE_MS ? to - RATE_MS : from;
	for (uint64_t ms = from + 1; ms <= to; ms++) {
		r->n_last_second -= *rate_place(r, ms);
		*rate_place(r, ms) = 0;
	}
}

/* Credits for the time since the last call; a second fills any bucket, so longer times count as one
 * second. While questions wait, the bucket may hold a part of a question more: what a late turn
 * brings too much is not lost. While the last second is full, it holds one question: what a burst
 * took at once is not given at once a second later, again and again. */
static inline void rate_fill(struct rate *r, uint64_t now_ns, bool is_waited_for)
{
	if (!r->queries_per_s)
		return;
	bool was_full = rate_is_full(r);
	rate_forget(r, now_ns);
	uint64_t elapsed_ns = now_ns > r->filled_at_ns ? now_ns - r->filled_at_ns : 0;
	elapsed_ns = elapsed_ns < CLOCK_NS_PER_S ? elapsed_ns : CLOCK_NS_PER_S;
	r->filled_at_ns = now_ns;
	r->credit += elapsed_ns * r->queries_per_s;
	uint64_t max = (was_full ? CLOCK_NS_PER_S : r->credit_max) +
	        (is_waited_for ? CLOCK_NS_PER_S - 1 : 0);
	r->credit = r->credit < max ? r->credit : max;
}

/* How many questions may be sent now, at most `most`. */
static inline uint64_t rate_room(const struct rate *r, uint64_t most)
{
	if (!r->queries_per_s)
		return most;
	uint64_t room = r->credit / CLOCK_NS_PER_S;
	uint64_t left = rate_is_full(r) ? 0 : r->queries_per_s - r->n_last_second;
	room = room < left ? room : left;
	return room < most ? room : most;
}

/* A question for which nothing was sent after all. */
static inline void rate_refund(struct rate *r)
{
	uint64_t credit = r->credit + CLOCK_NS_PER_S;
	r->credit = credit < r->credit_max ? credit : r->credit_max;
	uint32_t *n = rate_place(r, r->filled_at_ns / CLOCK_NS_PER_MS);
	r->n_last_second -= *n > 0;
	*n -= *n > 0;
}

/* For `n` questions that were sent, at the time of the last rate_fill(). Retransmissions do not
 * wait for the rate: then the bucket is emptied, and never goes below zero, and the last second may
 * hold more than it should. */
static inline void rate_spend(struct rate *r, uint64_t n)
{
	if (!r->queries_per_s)
		return;
	uint64_t cost = n * CLOCK_NS_PER_S;
	r->credit -= cost < r->credit ? cost : r->credit;
	r->n_last_second += n;
	*rate_place(r, r->filled_at_ns / CLOCK_NS_PER_MS) += (uint32_t)n;
}

#endif
