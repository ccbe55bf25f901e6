/* test_crowding.c - resolver/forward/crowding.h: a trial with less, and what is learnt by it. */
#include "resolver/forward/crowding.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS CLOCK_NS_PER_MS

static const struct trip_times times = { .trip_ns = MS, .late_ns = 4 * MS };

/* Takes turns of a millisecond, each with `n` transmissions of which so many percent are lost,
 * until something is to be done; NOTHING after a second. */
static enum crowding_step until_a_step(
        struct crowding *k, struct pipe *p, unsigned n, unsigned lost_percent, uint64_t *ms)
{
	for (uint64_t end_ms = *ms + 1000; *ms < end_ms; ++*ms) {
		uint64_t now_ns = *ms * MS;
		for (unsigned i = 0; i < n; i++) {
			pipe_sent(p, true, now_ns);
			crowding_sent(k, n);
			if (i * 100 < n * lost_percent)
				continue;
			pipe_left(p, true, now_ns);
			pipe_heard(p, now_ns);
		}
		pipe_turn(p, times.late_ns);
		enum crowding_step step = crowding_turn(k, p, &times, now_ns, now_ns);
		if (step != CROWDING_NOTHING)
			return step;
	}
	return CROWDING_NOTHING;
}

static struct crowding fresh(uint64_t *ms)
{
	struct crowding k = { 0 };
	*ms = 1000;
	crowding_begin(&k, *ms * MS);
	return k;
}

static void little_is_lost(void **state)
{
	(void)state;
	uint64_t ms;
	struct pipe p = { 0 };
	struct crowding k = fresh(&ms);
	assert_int_equal(until_a_step(&k, &p, 100, 5, &ms), CROWDING_NOTHING);
	assert_false(k.is_suspect);
}

static void less_is_enough(void **state)
{
	(void)state;
	uint64_t ms;
	struct pipe p = { 0 };
	struct crowding k = fresh(&ms);
	assert_int_equal(until_a_step(&k, &p, 100, 40, &ms), CROWDING_TRY);
	assert_int_equal(k.before.most_under_way, 100);
	assert_int_equal(crowding_answers(&k, 10 * MS), 600);
	assert_int_equal(until_a_step(&k, &p, 50, 2, &ms), CROWDING_KEEP);
	assert_int_equal(until_a_step(&k, &p, 50, 2, &ms), CROWDING_NOTHING);
}

static void less_helps_and_is_not_enough(void **state)
{
	(void)state;
	uint64_t ms;
	struct pipe p = { 0 };
	struct crowding k = fresh(&ms);
	assert_int_equal(until_a_step(&k, &p, 100, 80, &ms), CROWDING_TRY);
	assert_int_equal(until_a_step(&k, &p, 50, 40, &ms), CROWDING_MORE);
	assert_int_equal(until_a_step(&k, &p, 50, 40, &ms), CROWDING_TRY);
}

/* Silent names, or a way that loses at random: that is tried again after half a minute. */
static void less_does_not_help(void **state)
{
	(void)state;
	uint64_t ms;
	struct pipe p = { 0 };
	struct crowding k = fresh(&ms);
	assert_int_equal(until_a_step(&k, &p, 100, 30, &ms), CROWDING_TRY);
	assert_int_equal(until_a_step(&k, &p, 50, 30, &ms), CROWDING_UNDO);
	assert_int_equal(until_a_step(&k, &p, 100, 30, &ms), CROWDING_NOTHING);
	assert_int_equal(until_a_step(&k, &p, 100, 70, &ms), CROWDING_TRY);
	assert_int_equal(until_a_step(&k, &p, 50, 70, &ms), CROWDING_UNDO);
	ms += 31000;
	assert_int_equal(until_a_step(&k, &p, 100, 30, &ms), CROWDING_TRY);
}

static void a_trial_in_which_nothing_happens_ends(void **state)
{
	(void)state;
	uint64_t ms;
	struct pipe p = { 0 };
	struct crowding k = fresh(&ms);
	assert_int_equal(until_a_step(&k, &p, 100, 100 - 10, &ms), CROWDING_TRY);
	assert_int_equal(until_a_step(&k, &p, 0, 0, &ms), CROWDING_UNDO);
}

/* Two workers that began at different times. */
static void all_workers_try_at_the_same_time(void **state)
{
	(void)state;
	uint64_t one_ms, other_ms;
	struct pipe p = { 0 }, q = { 0 };
	struct crowding one = fresh(&one_ms), other = fresh(&other_ms);
	other_ms += 5;
	assert_int_equal(until_a_step(&one, &p, 100, 40, &one_ms), CROWDING_TRY);
	assert_int_equal(until_a_step(&other, &q, 300, 60, &other_ms), CROWDING_TRY);
	assert_int_equal(one_ms, other_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(little_is_lost),
		cmocka_unit_test(less_is_enough),
		cmocka_unit_test(less_helps_and_is_not_enough),
		cmocka_unit_test(less_does_not_help),
		cmocka_unit_test(a_trial_in_which_nothing_happens_ends),
		cmocka_unit_test(all_workers_try_at_the_same_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
