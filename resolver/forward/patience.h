/* patience.h - (private to resolver/forward/) the budget of one question: how often it is sent, and
 * for how long its answer is waited for.
 *
 * It is absolute. Nothing renews it: no retransmission, no wait for pacing, no turn at TCP. It is
 * longer where the way loses much (loss.h), which a silent name cannot cause. Only time in which
 * all upstreams are dead does not count. Pure, time is an argument. One thread. */
#ifndef RESOLVER_FORWARD_PATIENCE_H
#define RESOLVER_FORWARD_PATIENCE_H

#include "base/clock.h"

#include <stdbool.h>
#include <stdint.h>

/* Of an engine, at an upstream that loses little. */
struct patience_limits {
	unsigned n_transmissions; /* at least 1 */
	uint64_t time_ns;
	unsigned n_retries; /* --retries: after a failure that an upstream sent */
};

/* Of one question; zeroed but for begun_ns. */
struct patience {
	uint64_t begun_ns; /* moved on by time that does not count */
	uint8_t n_lost;    /* transmissions that were not answered in time, up to 255 */
	uint8_t n_again;   /* how often one that failed was asked again after a pause */
};

/* Recursors keep a failure for some time (RFC 9520 section 3.2: 1 to 300 s), so an upstream that
 * sent one is asked again when it may have forgotten it: after 1 s, and after 6 s, since unbound's
 * five have passed then. Since the latest failure. */
#define PATIENCE_AGAIN_FIRST_NS CLOCK_NS_PER_S
#define PATIENCE_AGAIN_NEXT_NS (5 * CLOCK_NS_PER_S)
enum { PATIENCE_AGAIN_MAX = 2 };

/* A transmission was not answered in time. */
static inline void patience_lose(struct patience *p)
{
	if (p->n_lost < UINT8_MAX)
		p->n_lost++;
}

static inline uint64_t patience_time_ns(
        const struct patience_limits *limits, unsigned stretch_percent)
{
	return limits->time_ns / 100 * stretch_percent;
}

/* False: the question has been sent and waited for enough. `stretch_percent`: of the upstream that
 * would be asked (loss_stretch_percent()). */
static inline bool patience_lasts(const struct patience *p, const struct patience_limits *limits,
        unsigned stretch_percent, uint64_t now_ns)
{
	return p->n_lost * 100ull < (uint64_t)limits->n_transmissions * stretch_percent &&
	        now_ns - p->begun_ns < patience_time_ns(limits, stretch_percent);
}

/* When upstreams may be asked again, of which the latest sent its failure at `failed_ns`; 0: never,
 * the failure counts. */
static inline uint64_t patience_again_ns(
        const struct patience *p, const struct patience_limits *limits, uint64_t failed_ns)
{
	uint64_t again_ns =
	        failed_ns + (p->n_again ? PATIENCE_AGAIN_NEXT_NS : PATIENCE_AGAIN_FIRST_NS);
	if (p->n_again >= PATIENCE_AGAIN_MAX || p->n_again >= limits->n_retries)
		return 0;
	return again_ns < p->begun_ns + limits->time_ns ? again_ns : 0;
}

#endif
