/* test_gate.c - resolver/forward/gate.h: when the window of TCP moves, and how far. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "resolver/forward/gate.h"

static unsigned fill(struct gate *g)
{
	unsigned n = 0;
	for (; gate_is_open(g); n++)
		gate_enter(g);
	return n;
}

static void answer_all(struct gate *g)
{
	for (; g->n_out; gate_answered(g))
		gate_leave(g);
}

static void it_grows_with_answers_and_slower_once_it_was_too_much(void **state)
{
	(void)state;
	struct gate g;
	gate_init(&g, 1000);
	unsigned first = fill(&g);
	assert_true(first > 16 && first < 1000);
	answer_all(&g);
	assert_int_equal(fill(&g), 2 * first);
	gate_late(&g, 5000, 100);
	gate_late(&g, 5099, 100); /* still the same trouble */
	answer_all(&g);
	assert_in_range(fill(&g), first + 1, first + 2);
	gate_late(&g, 5100, 100);
	answer_all(&g);
	assert_in_range(fill(&g), first / 2, first / 2 + 3);
}

static void it_keeps_a_least_and_a_most(void **state)
{
	(void)state;
	struct gate g;
	gate_init(&g, 300);
	for (int i = 0; i < 20; i++)
		gate_silent(&g); /* nothing comes: nothing can be too much */
	assert_int_equal(fill(&g), 300);
	answer_all(&g);
	assert_int_equal(fill(&g), 300);
	answer_all(&g);
	for (unsigned i = 1; i < 20; i++)
		gate_late(&g, i * 1000, 100);
	assert_int_equal(g.window, 16);
	for (unsigned i = 0; i < 20; i++)
		gate_broke(&g);
	assert_int_equal(fill(&g), 1); /* an answer for each connection is enough to go on */
	gate_init(&g, 1);
	gate_late(&g, 1000, 100);
	gate_broke(&g);
	assert_int_equal(fill(&g), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_grows_with_answers_and_slower_once_it_was_too_much),
		cmocka_unit_test(it_keeps_a_least_and_a_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
