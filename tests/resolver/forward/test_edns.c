/* test_edns.c - resolver/forward/edns.h: which queries have an OPT record. */
#include "resolver/forward/edns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { NOERROR = 0, FORMERR = 1, SERVFAIL = 2, NOTIMP = 4 };
enum { WITH_OPT = false, PLAIN = true };

static void silence_is_asked_without_it_at_times(void **state)
{
	(void)state;
	struct edns e = { 0 };
	bool plain[6];
	for (unsigned i = 0; i < 6; i++)
		plain[i] = edns_asks_plain(&e, i);
	assert_memory_equal(
	        plain, ((bool[]){ false, false, true, false, true, false }), sizeof plain);
}

static void one_answer_shows_it(void **state)
{
	(void)state;
	struct edns e = { 0 };
	edns_note(&e, WITH_OPT, SERVFAIL);
	assert_int_equal(e.state, EDNS_WORKS);
	for (unsigned i = 0; i < 100; i++) {
		assert_false(edns_asks_plain(&e, i));
		edns_note(&e, PLAIN, NOERROR);
	}
	assert_int_equal(e.state, EDNS_WORKS);
}

static void three_plain_answers_show_that_it_is_refused(void **state)
{
	(void)state;
	struct edns e = { 0 };
	for (int i = 0; i < 100; i++) {
		edns_note(&e, WITH_OPT, FORMERR);
		edns_note(&e, WITH_OPT, NOTIMP);
	}
	edns_note(&e, PLAIN, NOERROR);
	edns_note(&e, PLAIN, NOERROR);
	assert_int_equal(e.state, EDNS_UNKNOWN);
	edns_note(&e, PLAIN, NOERROR);
	assert_int_equal(e.state, EDNS_REFUSED);
	assert_true(edns_asks_plain(&e, 0) && edns_asks_plain(&e, 1));
}

static void formerr_may_be_of_a_server_behind_it(void **state)
{
	(void)state;
	struct edns e = { 0 };
	assert_true(edns_wants_plain(&e, FORMERR, false) && edns_wants_plain(&e, NOTIMP, false));
	assert_false(edns_wants_plain(&e, SERVFAIL, true) || edns_wants_plain(&e, NOERROR, true));
	edns_note(&e, WITH_OPT, NOERROR);
	assert_true(edns_wants_plain(&e, FORMERR, true));
	assert_false(edns_wants_plain(&e, FORMERR, false) || edns_wants_plain(&e, NOTIMP, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence_is_asked_without_it_at_times),
		cmocka_unit_test(one_answer_shows_it),
		cmocka_unit_test(three_plain_answers_show_that_it_is_refused),
		cmocka_unit_test(formerr_may_be_of_a_server_behind_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
