/* test_counters.c - resolver/counters.h: the table has each counter once, and runs are added up. */
#include "resolver/counters.h"
#include "tests/cmocka_first.h"

enum { N = sizeof(struct resolver_counters) / sizeof(uint64_t) };

static void each_counter_has_one_row(void **state)
{
	const struct resolver_counter *row;
	unsigned n_rows[N] = { 0 };
	(void)state;
	for (unsigned i = 0; (row = resolver_counter_at(i)) != NULL; i++)
		for (unsigned k = 0; k < row->n; k++)
			n_rows[row->offset / sizeof(uint64_t) + k]++;
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(n_rows[i], 1);
}

/* Now the one is larger, now the other. */
static void two(struct resolver_counters *one, struct resolver_counters *other)
{
	for (uint64_t i = 0; i < N; i++) {
		((uint64_t *)one)[i] = 20 + i;
		((uint64_t *)other)[i] = 3 * i;
	}
}

static void workers_are_added(void **state)
{
	struct resolver_counters sum, more;
	(void)state;
	two(&sum, &more);
	resolver_counters_add(&sum, &more);
	for (uint64_t i = 0; i < N; i++)
		assert_int_equal(((uint64_t *)&sum)[i], 20 + 4 * i);
}

static void of_runs_peaks_are_the_larger(void **state)
{
	static const size_t peaks[] = {
		offsetof(struct resolver_counters, busiest_second),
		offsetof(struct resolver_counters, in_flight),
		offsetof(struct resolver_counters, queued),
		offsetof(struct resolver_counters, cache_bytes),
		offsetof(struct resolver_counters, cache_entries),
	};
	struct resolver_counters sum, more, wanted;
	(void)state;
	two(&wanted, &more);
	resolver_counters_add(&wanted, &more);
	two(&sum, &more);
	for (size_t i = 0; i < sizeof peaks / sizeof peaks[0]; i++) {
		size_t at = peaks[i] / sizeof(uint64_t);
		uint64_t one = ((uint64_t *)&sum)[at], other = ((uint64_t *)&more)[at];
		((uint64_t *)&wanted)[at] = one > other ? one : other;
	}
	resolver_counters_sum(&sum, &more);
	assert_memory_equal(&sum, &wanted, sizeof sum);
	/* the other way round it is the same */
	two(&more, &sum);
	resolver_counters_sum(&sum, &more);
	assert_memory_equal(&sum, &wanted, sizeof sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_counter_has_one_row),
		cmocka_unit_test(workers_are_added),
		cmocka_unit_test(of_runs_peaks_are_the_larger),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
