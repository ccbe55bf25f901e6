/* counters.h - (private to resolver/) counters that one thread writes and others read while it
 * does. */
#ifndef RESOLVER_COUNTERS_H
#define RESOLVER_COUNTERS_H

#include "resolver/resolver.h"

/* The writer's. */
static inline void count(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static inline void show(uint64_t *counter, uint64_t value)
{
	__atomic_store_n(counter, value, __ATOMIC_RELAXED);
}

/* Anybody's. */
static inline void counters_copy(
        struct resolver_counters *out, const struct resolver_counters *counters)
{
	_Static_assert(sizeof *out % sizeof(uint64_t) == 0, "only uint64_t counters");
	const uint64_t *from = (const uint64_t *)counters;
	uint64_t *to = (uint64_t *)out;
	for (size_t i = 0; i < sizeof *out / sizeof *to; i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

#endif
