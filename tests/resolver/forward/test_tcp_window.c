/* test_tcp_window.c - resolver/forward/tcp_window.h: when the window of TCP moves, and how far. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "resolver/forward/tcp_window.h"

static unsigned fill(struct tcp_window *g)
{
	unsigned n = 0;
	for (; tcp_window_is_open(g); n++)
		tcp_window_enter(g);
	return n;
}

static void answer_all(struct tcp_window *g)
{
	for (; g->in_flight; tcp_window_answered(g))
		tcp_window_leave(g);
}

static void it_grows_with_answers_and_slower_once_it_was_too_much(void **state)
{
	(void)state;
	struct tcp_window g;
	tcp_window_init(&g, 1000);
	unsigned first = fill(&g);
	assert_true(first > 16 && first < 1000);
	answer_all(&g);
	assert_int_equal(fill(&g), 2 * first);
	tcp_window_late(&g, 5000, 100);
	tcp_window_late(&g, 5099, 100); /* still the same trouble */
	answer_all(&g);
	assert_in_range(fill(&g), first + 1, first + 2);
	tcp_window_late(&g, 5100, 100);
	answer_all(&g);
	assert_in_range(fill(&g), first / 2, first / 2 + 3);
}

static void it_keeps_a_least_and_a_most(void **state)
{
	(void)state;
	struct tcp_window g;
	tcp_window_init(&g, 300);
	for (int i = 0; i < 20; i++)
		tcp_window_silent(&g); /* nothing comes: nothing can be too much */
	assert_int_equal(fill(&g), 300);
	answer_all(&g);
	assert_int_equal(fill(&g), 300);
	answer_all(&g);
	for (unsigned i = 1; i < 20; i++)
		tcp_window_late(&g, i * 1000, 100);
	assert_int_equal(g.size, 16);
	for (unsigned i = 0; i < 20; i++)
		tcp_window_broke(&g);
	assert_int_equal(fill(&g), 1); /* an answer for each connection is enough to go on */
	tcp_window_init(&g, 1);
	tcp_window_late(&g, 1000, 100);
	tcp_window_broke(&g);
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
