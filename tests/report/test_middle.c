/* test_middle.c - the number in the middle is that of the sorted list. */
#include "tests/cmocka_first.h"

#include "report/middle.h"

#include <stdlib.h>

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

static void as_sorted(void **state)
{
	(void)state;
	enum { MOST = 300 };
	uint64_t numbers[MOST], sorted[MOST];
	for (uint32_t n = 1; n <= MOST; n++) {
		for (uint32_t i = 0; i < n; i++)
			numbers[i] = sorted[i] = (i * UINT64_C(0x9e3779b97f4a7c15) ^ n) >> n % 64;
		qsort(sorted, n, sizeof sorted[0], by_number);
		assert_int_equal(middle_of(numbers, n), sorted[n / 2]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(as_sorted) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
