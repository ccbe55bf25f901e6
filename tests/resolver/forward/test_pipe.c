/* test_pipe.c - resolver/forward/pipe.h: which transmissions were overtaken. */
#include "resolver/forward/pipe.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS CLOCK_NS_PER_MS
#define LATE (10 * MS)

enum { NEW = true, REPEATED = false };

static void sends(struct pipe *p, bool is_new, unsigned n, uint64_t ms)
{
	while (n--)
		pipe_sent(p, is_new, ms * MS);
}

static void answers(struct pipe *p, unsigned n, uint64_t sent_ms)
{
	while (n--) {
		pipe_left(p, NEW, sent_ms * MS);
		pipe_heard(p, sent_ms * MS);
	}
	pipe_turn(p, LATE);
}

/* Ten are sent, and ten more later. Nothing is known until one of the latter is answered. */
static void a_later_answer_tells(void **state)
{
	(void)state;
	struct pipe p = { 0 };
	sends(&p, NEW, 10, 1000);
	sends(&p, REPEATED, 3, 1000);
	answers(&p, 4, 1000);
	assert_int_equal(p.n_new_overtaken, 0);
	sends(&p, NEW, 10, 1010);
	answers(&p, 1, 1010); /* not later by enough */
	assert_int_equal(p.n_new_overtaken, 0);
	sends(&p, NEW, 1, 1011);
	answers(&p, 1, 1011);
	assert_int_equal(p.n_new_overtaken, 6);
	assert_int_equal(p.n_repeated_overtaken, 3);
	assert_int_equal(p.judge.n_sent, 10);
	assert_int_equal(p.judge.n_overtaken, 6);
}

/* They were slow, or are overdue: they are in flight no more. */
static void what_leaves_is_not_overtaken(void **state)
{
	(void)state;
	struct pipe p = { 0 };
	sends(&p, NEW, 5, 1000);
	sends(&p, REPEATED, 1, 1000);
	sends(&p, NEW, 1, 1050);
	answers(&p, 1, 1050);
	assert_int_equal(p.n_new_overtaken, 5);
	answers(&p, 2, 1000);
	assert_int_equal(p.n_new_overtaken, 3);
	pipe_left(&p, REPEATED, 1000 * MS);
	assert_int_equal(p.n_repeated_overtaken, 0);
	assert_int_equal(p.judge.n_overtaken, 5); /* as it was when it was judged */
}

static void an_upstream_that_stands_still_loses_nothing(void **state)
{
	(void)state;
	struct pipe p = { 0 };
	sends(&p, NEW, 1, 1000);
	answers(&p, 1, 1000);
	for (uint64_t ms = 1001; ms < 1400; ms++) {
		sends(&p, NEW, 1, ms);
		pipe_turn(&p, LATE);
	}
	assert_int_equal(p.n_new_overtaken, 0);
}

/* The ring has half a second. Whatever is older counts as in flight again, and as nothing else. */
static void what_is_too_old_is_forgotten(void **state)
{
	(void)state;
	for (unsigned step = 1; step < 700; step += 97) {
		struct pipe p = { 0 };
		for (uint64_t ms = 1000; ms < 5000; ms += step) {
			sends(&p, NEW, 2, ms);
			sends(&p, REPEATED, 1, ms);
			answers(&p, 1, ms);
			assert_in_range(p.n_new_overtaken, 0, PIPE_SLOTS);
			assert_in_range(p.n_repeated_overtaken, 0, PIPE_SLOTS);
		}
		for (uint64_t ms = 1000; ms < 5000; ms += step)
			answers(&p, 1, ms);
		assert_int_equal(p.n_new_overtaken, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_later_answer_tells),
		cmocka_unit_test(what_leaves_is_not_overtaken),
		cmocka_unit_test(an_upstream_that_stands_still_loses_nothing),
		cmocka_unit_test(what_is_too_old_is_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
