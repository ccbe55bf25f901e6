/* test_busiest.c - the most questions in one second. */
#include "resolver/busiest.h"
#include "tests/cmocka_first.h"

static void counts_by_seconds(void **state)
{
	struct busiest b = { 0 };
	(void)state;
	assert_int_equal(busiest_so_far(&b), 0);
	busiest_add(&b, 3, 10 * CLOCK_NS_PER_S);
	busiest_add(&b, 2, 11 * CLOCK_NS_PER_S - 1);
	assert_int_equal(busiest_so_far(&b), 5);
	busiest_add(&b, 4, 11 * CLOCK_NS_PER_S);
	assert_int_equal(busiest_so_far(&b), 5);
	busiest_add(&b, 4, 12 * CLOCK_NS_PER_S);
	busiest_add(&b, 4, 12 * CLOCK_NS_PER_S + 5);
	assert_int_equal(busiest_so_far(&b), 8);
}

/* What was refused before it was sent. */
static void takes_back(void **state)
{
	struct busiest b = { 0 };
	(void)state;
	busiest_take_back(&b);
	busiest_add(&b, 1, CLOCK_NS_PER_S);
	busiest_add(&b, 1, CLOCK_NS_PER_S);
	busiest_take_back(&b);
	assert_int_equal(busiest_so_far(&b), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_by_seconds),
		cmocka_unit_test(takes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
