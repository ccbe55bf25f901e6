/* test_histogram.c - numbers in bins, against sums made one by one. */
#include "tests/cmocka_first.h"

#include "report/histogram.h"

#include <stdlib.h>

static void linear(void **state)
{
	(void)state;
	struct histogram h = { 0 };
	histogram_add(&h, 0, 3);
	histogram_add(&h, 10, 2);
	histogram_add(&h, 11, 1);
	histogram_add(&h, 500, 4);
	assert_int_equal(histogram_bins(&h), HISTOGRAM_LINEAR_BINS);
	assert_int_equal(h.counts[0], 3);
	assert_int_equal(h.counts[HISTOGRAM_LINEAR_BINS - 1], 4);
	assert_int_equal(histogram_over(&h, 10), 5);
	assert_int_equal(h.n, 10);
	assert_int_equal(h.most, 500);
	assert_true(histogram_to(&h, HISTOGRAM_LINEAR_BINS - 1) == UINT64_MAX);
	assert_int_equal(histogram_middle(&h), 10);
}

static void logarithmic(void **state)
{
	(void)state;
	struct histogram h = { .kind = HISTOGRAM_LOG };
	static const uint64_t numbers[] = { 0, 1, 2, 3, 4, 255, 256, 65535, 65536, 4294967295,
		4294967296, UINT64_MAX };
	for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		histogram_add(&h, numbers[i], 1);
	for (unsigned i = 0; i < HISTOGRAM_LOG_BINS; i++) {
		uint64_t n = 0;
		for (unsigned k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
			n += numbers[k] >= histogram_from(&h, i) &&
			        numbers[k] <= histogram_to(&h, i);
		assert_int_equal(h.counts[i], n);
	}
	assert_int_equal(histogram_over(&h, 65535), 4);
	assert_int_equal(histogram_from(&h, 33), UINT64_C(4294967296));
}

/* In whatever order times come, the bins are those of a second count with their width. */
static void times(void **state)
{
	(void)state;
	enum { TIMES = 300 };
	static const uint64_t spans[] = { 1, 40, 500, 4000, 90000, 3000000,
		UINT64_C(250000000000) };
	for (unsigned s = 0; s < sizeof spans / sizeof spans[0]; s++) {
		struct histogram h = { .kind = HISTOGRAM_TIME };
		uint64_t numbers[TIMES];
		srand(s);
		for (unsigned i = 0; i < TIMES; i++) {
			uint64_t random = (uint64_t)rand() << 31 | (uint64_t)rand();
			numbers[i] = 1700000003 + random % spans[s];
			histogram_add(&h, numbers[i], 2);
		}
		unsigned n = histogram_bins(&h);
		assert_true(n >= 1 && n <= HISTOGRAM_BINS);
		uint64_t sum = 0, width = histogram_to(&h, 0) - histogram_from(&h, 0) + 1;
		assert_int_equal(histogram_from(&h, 0) % width, 0);
		for (unsigned i = 0; i < n; i++) {
			uint64_t in_bin = 0;
			for (unsigned k = 0; k < TIMES; k++)
				in_bin += numbers[k] / width == histogram_from(&h, i) / width;
			assert_int_equal(h.counts[i], 2 * in_bin);
			sum += h.counts[i];
		}
		assert_int_equal(sum, 2 * TIMES);
		assert_int_equal(h.n, sum);
	}
}

static void empty(void **state)
{
	(void)state;
	struct histogram h = { .kind = HISTOGRAM_TIME };
	assert_int_equal(histogram_bins(&h), 0);
	assert_int_equal(histogram_middle(&h), 0);
	histogram_add(&h, 5, 0);
	assert_int_equal(histogram_bins(&h), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linear),
		cmocka_unit_test(logarithmic),
		cmocka_unit_test(times),
		cmocka_unit_test(empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
