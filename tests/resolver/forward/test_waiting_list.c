/* test_waiting_list.c - resolver/forward/waiting_list.h: first in, first out, and leaving from
 * anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "resolver/forward/waiting_list.h"

static void expect(const struct waiting_list *l, const struct waiting *const *members, unsigned n)
{
	const struct waiting *w = l->first, *before = NULL;
	for (unsigned i = 0; i < n; i++) {
		assert_ptr_equal(w, members[i]);
		assert_ptr_equal(w->list, l);
		assert_ptr_equal(w->before, before);
		before = w;
		w = w->behind;
	}
	assert_null(w);
	assert_ptr_equal(l->last, before);
}

static void it_is_left_from_anywhere(void **state)
{
	(void)state;
	struct waiting_list l = { 0 };
	struct waiting a = { 0 }, b = { 0 }, c = { 0 };
	waiting_list_leave(&a); /* on no list */
	waiting_list_push(&l, &a);
	waiting_list_push(&l, &b);
	waiting_list_push(&l, &c);
	expect(&l, (const struct waiting *[]){ &a, &b, &c }, 3);
	waiting_list_leave(&b);
	expect(&l, (const struct waiting *[]){ &a, &c }, 2);
	assert_null(b.list);
	waiting_list_push(&l, &b);
	waiting_list_leave(&a);
	expect(&l, (const struct waiting *[]){ &c, &b }, 2);
	waiting_list_leave(&b);
	waiting_list_leave(&c);
	expect(&l, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(it_is_left_from_anywhere) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
