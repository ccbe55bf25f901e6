/* test_loop.c - descriptors, timers, and turns that wait or do not. */
#include "base/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/doorbell.h"

struct counter {
	unsigned n;
	struct doorbell bell;
	struct loop_event *own; /* to free itself with */
};

static void count(void *arg)
{
	struct counter *c = arg;
	c->n++;
}

static void count_and_silence(void *arg)
{
	struct counter *c = arg;
	c->n++;
	doorbell_silence(&c->bell);
}

static void count_and_leave(void *arg)
{
	struct counter *c = arg;
	c->n++;
	loop_event_free(c->own);
	c->own = NULL;
}

static void a_turn_without_wait_returns(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	assert_non_null(l);
	assert_non_null(loop_event_base(l));
	loop_turn(l, false);
	loop_free(l);
	loop_free(NULL);
	loop_event_free(NULL);
}

/* One round, even though the descriptor is still readable after it. */
static void a_turn_without_wait_is_one_round(void **state)
{
	(void)state;
	struct counter c = { 0 };
	struct loop *l = loop_new();
	assert_non_null(l);
	assert_int_equal(doorbell_init(&c.bell), ERROR_NONE);
	struct loop_event *e = loop_watch(l, doorbell_fd(&c.bell), count, &c);
	assert_non_null(e);
	doorbell_arm(&c.bell);
	doorbell_ring(&c.bell);
	loop_turn(l, false);
	assert_int_equal(c.n, 1);
	loop_turn(l, false);
	assert_int_equal(c.n, 2);
	loop_event_free(e);
	loop_free(l);
	doorbell_fini(&c.bell);
}

static void a_descriptor_calls_back_whenever_it_is_readable(void **state)
{
	(void)state;
	struct counter c = { 0 };
	struct loop *l = loop_new();
	assert_non_null(l);
	assert_int_equal(doorbell_init(&c.bell), ERROR_NONE);
	struct loop_event *e = loop_watch(l, doorbell_fd(&c.bell), count_and_silence, &c);
	assert_non_null(e);
	for (unsigned round = 1; round <= 3; round++) {
		doorbell_arm(&c.bell);
		loop_turn(l, false);
		assert_int_equal(c.n, round - 1);
		doorbell_ring(&c.bell);
		loop_turn(l, true);
		assert_int_equal(c.n, round);
	}
	loop_event_free(e);
	doorbell_arm(&c.bell);
	doorbell_ring(&c.bell);
	loop_turn(l, false);
	assert_int_equal(c.n, 3);
	doorbell_fini(&c.bell);
	loop_free(l);
}

static void a_timer_repeats_and_is_never_early(void **state)
{
	(void)state;
	struct counter c = { 0 };
	struct loop *l = loop_new();
	assert_non_null(l);
	const uint64_t before = clock_now_ns();
	struct loop_event *e = loop_every(l, 20, count, &c);
	assert_non_null(e);
	while (c.n < 3)
		loop_turn(l, true);
	/* libevent reads the coarse clock: each tick may be some milliseconds off, three periods
	 * cannot shrink to two. */
	assert_true(clock_now_ns() - before >= 40 * CLOCK_NS_PER_MS);
	loop_event_free(e);
	loop_free(l);
}

static void a_long_period_keeps_its_seconds(void **state)
{
	(void)state;
	struct counter c = { 0 }, soon = { 0 };
	struct loop *l = loop_new();
	assert_non_null(l);
	struct loop_event *late = loop_every(l, 3600 * 1000 + 1, count, &c);
	struct loop_event *e = loop_every(l, 1, count, &soon);
	assert_true(late && e);
	while (soon.n < 5)
		loop_turn(l, true);
	assert_int_equal(c.n, 0);
	loop_event_free(late);
	loop_event_free(e);
	loop_free(l);
}

static void an_event_may_free_itself(void **state)
{
	(void)state;
	struct counter c = { 0 };
	struct loop *l = loop_new();
	assert_non_null(l);
	c.own = loop_every(l, 1, count_and_leave, &c);
	assert_non_null(c.own);
	loop_turn(l, true);
	assert_int_equal(c.n, 1);
	assert_null(c.own);
	loop_turn(l, false);
	assert_int_equal(c.n, 1);
	loop_free(l);
}

static void a_bad_descriptor_gives_null(void **state)
{
	(void)state;
	struct loop *l = loop_new();
	struct doorbell d;
	assert_non_null(l);
	assert_int_equal(doorbell_init(&d), ERROR_NONE);
	const int fd = doorbell_fd(&d);
	doorbell_fini(&d);
	assert_null(loop_watch(l, fd, count, NULL));
	loop_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_turn_without_wait_returns),
		cmocka_unit_test(a_turn_without_wait_is_one_round),
		cmocka_unit_test(a_descriptor_calls_back_whenever_it_is_readable),
		cmocka_unit_test(a_timer_repeats_and_is_never_early),
		cmocka_unit_test(a_long_period_keeps_its_seconds),
		cmocka_unit_test(an_event_may_free_itself),
		cmocka_unit_test(a_bad_descriptor_gives_null),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
