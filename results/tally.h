/* tally.h - the counts of one worker. The worker writes them; any thread may read them while it
 * runs, each count by itself. */
#ifndef RESULTS_TALLY_H
#define RESULTS_TALLY_H

#include "results/outcome.h"
#include "results/problems.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef _Atomic uint64_t tally_count;

enum { TALLY_NAME_BYTES = 64, TALLY_CHECKS = 4 };

struct tally {
	tally_count rows, bad_rows, temperror_rows, excluded_rows;
	tally_count spf[SPF_VERDICT_COUNT], helo_spf[SPF_VERDICT_COUNT], iprev[IPREV_VERDICT_COUNT];
	tally_count problems[PROBLEMS_MAX], spf_problem[SPF_PROBLEM_COUNT],
	        mx_state[MX_STATE_COUNT];
	tally_count retried_rows;      /* `retry`: done again */
	tally_count changed_rows;      /* of these, with another result */
	tally_count kept_rows;         /* of these, failed now: the good row before stands */
	tally_count active_rows;       /* in flight now */
	tally_count no_host_names;     /* rows whose domain no mail host can have */
	tally_count ran[TALLY_CHECKS]; /* rows in which a check left a result, by its bit */
	tally_count done_rows;         /* rows of this run: not those that an output held already */
	tally_count memo_rows;         /* of these, from the memo: nothing was asked */
	tally_count filled[ROLE_COUNT]; /* of these, with a value in the column */

	/* The lowest of those rows; 0: none. Not to be read while its worker runs. */
	uint64_t first_no_host_row;
	char first_no_host[TALLY_NAME_BYTES];
};

enum { TALLY_NONE = 255 };

/* What one row adds to the counts, but for its name that no mail host can have. TALLY_NONE: there
 * is no such result. */
struct tally_row {
	uint64_t problems;       /* a set: of the outcome */
	uint8_t filled, checks;  /* sets: struct identity, enum check */
	uint8_t spf, helo_spf;   /* enum spf_verdict */
	uint8_t spf_problem;     /* enum spf_problem */
	uint8_t iprev, mx_state; /* enum iprev_verdict, enum mx_state */
	bool is_bad, is_excluded, has_failure;
};

struct tally_row tally_of_outcome(const struct outcome *o);

/* Worker: counts a finished row. */
void tally_add_row(struct tally *t, const struct tally_row *row);
/* Worker: counts and notes a name that no mail host can have. */
void tally_name(struct tally *t, const struct outcome *o);
/* Both, of an outcome. */
void tally_outcome(struct tally *t, const struct outcome *o);

/* Counts the checks, a set, that left a result in a row. tally_add_row() does it for its own. */
void tally_checks(struct tally *t, unsigned checks);

enum retried { RETRIED_SAME, RETRIED_CHANGED, RETRIED_KEPT };

/* Worker, `retry`: counts a row that was done again. */
void tally_retried(struct tally *t, enum retried what);

/* Adds to a count. It has one writer, so no locked instruction is needed. */
static inline void tally_add(tally_count *count, uint64_t n)
{
	atomic_store_explicit(
	        count, atomic_load_explicit(count, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline uint64_t tally_read(const tally_count *count)
{
	return atomic_load_explicit(count, memory_order_relaxed);
}

/* Adds all counts of `from`, which may be in use, to `sum`, which the caller owns. */
void tally_sum(struct tally *sum, const struct tally *from);
/* The names that tally_sum() leaves out. `from` is no longer in use. */
void tally_sum_names(struct tally *sum, const struct tally *from);

#endif
