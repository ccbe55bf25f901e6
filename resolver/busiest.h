/* busiest.h - the most questions in one second: counts by whole seconds of the caller's clock.
 *
 * A second of the clock and not any second: the busiest second between two of them may hold up to
 * twice as many. Workers count each for itself, so a sum over them is the most that it can have
 * been. Pure, time is an argument; one thread. */
#ifndef RESOLVER_BUSIEST_H
#define RESOLVER_BUSIEST_H

#include "base/clock.h"

#include <stdint.h>

struct busiest {
	uint64_t second, n, most; /* `most` is of the seconds before */
};

/* `n` questions more. */
static inline void busiest_add(struct busiest *b, uint64_t n, uint64_t now_ns)
{
	uint64_t second = now_ns / CLOCK_NS_PER_S;
	if (second != b->second) {
		b->most = b->n > b->most ? b->n : b->most;
		b->n = 0;
		b->second = second;
	}
	b->n += n;
}

/* The last one that was added was not sent after all. */
static inline void busiest_take_back(struct busiest *b)
{
	b->n -= b->n > 0;
}

static inline uint64_t busiest_so_far(const struct busiest *b)
{
	return b->n > b->most ? b->n : b->most;
}

#endif
