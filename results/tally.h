/* tally.h - what a worker has counted so far: one writer, its worker; any thread may read while it
 * runs. */
#ifndef RESULTS_TALLY_H
#define RESULTS_TALLY_H

#include "results/outcome.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef _Atomic uint64_t tally_count;

struct tally {
	tally_count rows, bad_rows, temperror_rows;
	tally_count spf[SPF_VERDICT_COUNT], helo_spf[SPF_VERDICT_COUNT], iprev[IPREV_VERDICT_COUNT];
	tally_count retried_rows,
	        changed_rows;    /* `retry`: done again, and of these, with another outcome */
	tally_count active_rows; /* in flight now */
};

/* The worker: a finished row. */
void tally_outcome(struct tally *t, const struct outcome *o);

/* The worker, `retry`: the row was done again. */
void tally_retried(struct tally *t, bool changed);

/* Single writer: no locked instruction. */
static inline void tally_add(tally_count *count, uint64_t n)
{
	atomic_store_explicit(
	        count, atomic_load_explicit(count, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline uint64_t tally_read(const tally_count *count)
{
	return atomic_load_explicit(count, memory_order_relaxed);
}

/* Adds `from` to `sum`, which one thread owns. */
void tally_sum(struct tally *sum, const struct tally *from);

#endif
