/* The wheel: nothing fires early, everything fires once, far timers go round, and moving or taking
 * back is possible at any time. */
#include "resolver/forward/timers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define MS 1000000ull

static void fires_at_its_time_and_not_before(void **state)
{
	(void)state;
	static struct timers ts;
	struct timer t = { 0 };
	timers_init(&ts, 1000 * MS);
	timer_set(&ts, &t, 1007 * MS);
	assert_null(timers_next(&ts, 1006 * MS));
	assert_null(timers_next(&ts, 1006 * MS + 999999));
	assert_ptr_equal(timers_next(&ts, 1012 * MS), &t);
	assert_null(timers_next(&ts, 9000 * MS));
}

static void a_past_time_fires_at_once(void **state)
{
	(void)state;
	static struct timers ts;
	struct timer t = { 0 };
	timers_init(&ts, 1000 * MS);
	assert_null(timers_next(&ts, 2000 * MS));
	timer_set(&ts, &t, 5 * MS);
	assert_ptr_equal(timers_next(&ts, 2004 * MS), &t);
}

static void further_than_the_wheel_is_long(void **state)
{
	(void)state;
	static struct timers ts;
	struct timer far = { 0 }, near = { 0 };
	timers_init(&ts, 0);
	timer_set(&ts, &far, 60000 * MS);
	timer_set(&ts, &near, 60000 % 4096 * MS);
	unsigned n_fired = 0;
	for (uint64_t now_ms = 0; now_ms < 59990; now_ms += 10)
		for (struct timer *t; (t = timers_next(&ts, now_ms * MS)) != NULL; n_fired++)
			assert_ptr_equal(t, &near);
	assert_int_equal(n_fired, 1);
	assert_ptr_equal(timers_next(&ts, 60004 * MS), &far);
}

static void moved_and_taken_back(void **state)
{
	(void)state;
	static struct timers ts;
	struct timer a = { 0 }, b = { 0 };
	timers_init(&ts, 0);
	timer_set(&ts, &a, 10 * MS);
	timer_set(&ts, &b, 10 * MS);
	timer_set(&ts, &a, 50 * MS);
	timer_unset(&b);
	timer_unset(&b);
	assert_null(timers_next(&ts, 49 * MS));
	assert_ptr_equal(timers_next(&ts, 100 * MS), &a);
}

static void after_a_long_sleep(void **state)
{
	(void)state;
	static struct timers ts;
	struct timer many[100] = { { 0 } };
	timers_init(&ts, 0);
	for (unsigned i = 0; i < 100; i++)
		timer_set(&ts, &many[i], (i * 131 % 7000) * MS);
	unsigned n_fired = 0;
	while (timers_next(&ts, 1000000 * MS))
		n_fired++;
	assert_int_equal(n_fired, 100);
}

/* Against a plain list: random sets, moves and unsets, random steps of time. */
static void like_a_plain_list(void **state)
{
	(void)state;
	enum { N = 300, STEPS = 20000 };
	static struct timers ts;
	static struct timer timers[N];
	uint64_t due[N] = { 0 }, now = 0;
	timers_init(&ts, 0);
	srand(7208);
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned i = (unsigned)rand() % N;
		if (rand() % 8 == 0) {
			timer_unset(&timers[i]);
			due[i] = 0;
		} else {
			due[i] = now + 1 + (unsigned)rand() % (rand() % 10 ? 500 : 20000) * MS;
			timer_set(&ts, &timers[i], due[i]);
		}
		now += (unsigned)rand() % 3000000;
		for (struct timer *t; (t = timers_next(&ts, now)) != NULL;) {
			size_t fired = (size_t)(t - timers);
			assert_true(due[fired] && due[fired] <= now);
			due[fired] = 0;
		}
		for (unsigned k = 0; k < N; k++)
			assert_true(!due[k] || due[k] + TIMERS_TICK_NS > now);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fires_at_its_time_and_not_before),
		cmocka_unit_test(a_past_time_fires_at_once),
		cmocka_unit_test(further_than_the_wheel_is_long),
		cmocka_unit_test(moved_and_taken_back),
		cmocka_unit_test(after_a_long_sleep),
		cmocka_unit_test(like_a_plain_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
