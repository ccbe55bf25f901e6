/* test_tickets.c - resolver/recursive/tickets.h: recycling, and rests that end in their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "resolver/recursive/tickets.h"

static void tickets_are_recycled(void **state)
{
	(void)state;
	struct tickets ts;
	tickets_init(&ts);
	struct ticket *a = tickets_get(&ts), *b = tickets_get(&ts);
	assert_ptr_not_equal(a, b);
	a->n_rests = 3;
	a->has_failed = true;
	tickets_put(&ts, a);
	assert_ptr_equal(tickets_get(&ts), a);
	assert_int_equal(a->n_rests, 0);
	assert_false(a->has_failed);
	tickets_fini(&ts); /* both are out */
}

static void rests_end_in_order(void **state)
{
	(void)state;
	struct tickets ts;
	tickets_init(&ts);
	struct ticket *a = tickets_get(&ts), *b = tickets_get(&ts);
	assert_null(tickets_next_rested(&ts, UINT64_MAX));
	tickets_rest(&ts, a, 100);
	tickets_rest(&ts, b, 101);
	assert_null(tickets_next_rested(&ts, 99));
	assert_ptr_equal(tickets_next_rested(&ts, 100), a);
	assert_null(tickets_next_rested(&ts, 100));
	tickets_rest(&ts, a, 200); /* behind the other, and once more when the list was empty */
	assert_ptr_equal(tickets_next_rested(&ts, 300), b);
	assert_ptr_equal(tickets_next_rested(&ts, 300), a);
	tickets_rest(&ts, b, 400);
	assert_ptr_equal(tickets_next_rested(&ts, 400), b);
	assert_int_equal(a->n_rests, 2);
	tickets_fini(&ts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tickets_are_recycled),
		cmocka_unit_test(rests_end_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
