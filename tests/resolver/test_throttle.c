/* test_throttle.c - resolver/throttle.h: each limit, one by one, and which of two is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/clock.h"
#include "resolver/throttle.h"

#define NOW_NS (5 * CLOCK_NS_PER_S)

/* An engine that has room or has not. */
struct gated {
	struct engine engine; /* first */
	bool has_room;
};

static bool gated_has_room(const struct engine *e)
{
	return ((const struct gated *)e)->has_room;
}

static const struct engine_type gated_engine = {
	.no_room_text = "room for ",
	.abandoned_text = "the abandoned for ",
	.has_room = gated_has_room,
};

struct scene {
	struct gated gated;
	struct answer_account account;
	struct throttle throttle;
};

static void scene_init(struct scene *s)
{
	*s = (struct scene){ .gated = { .engine.type = &gated_engine, .has_room = true },
		.throttle.max_in_flight = 10 };
	memory_budget_init(&s->throttle.memory, &s->account, 0);
	rate_init(&s->throttle.rate, 0);
}

static const char *reason(const struct scene *s, uint64_t n_in_flight, bool is_urgent)
{
	return throttle_reason(&s->throttle, &s->gated.engine, n_in_flight, is_urgent, NOW_NS);
}

static void without_a_limit_questions_start(void **state)
{
	(void)state;
	struct scene s;
	scene_init(&s);
	assert_string_equal(reason(&s, 9, false), "");
}

static void each_limit_has_its_words(void **state)
{
	(void)state;
	struct scene s;
	scene_init(&s);
	assert_string_equal(reason(&s, 10, false), "--in-flight to ask for ");
	s.gated.has_room = false;
	assert_string_equal(reason(&s, 0, false), "room for ");
	s.gated.engine.n_abandoned = 11; /* and 9 in flight are twice the limit */
	assert_string_equal(reason(&s, 8, false), "room for ");
	assert_string_equal(reason(&s, 9, false), "the abandoned for ");
	s.throttle.pause_until_ns = NOW_NS + 1;
	assert_string_equal(reason(&s, 9, false), throttle_pause_text);
	s.throttle.pause_until_ns = NOW_NS;
	assert_string_equal(reason(&s, 9, false), "the abandoned for ");
}

/* Only memory lets urgent questions pass. */
static void urgent_questions_pass_the_memory_limit(void **state)
{
	(void)state;
	struct scene s;
	scene_init(&s);
	s.account.alive_bytes = 2000;
	memory_budget_init(&s.throttle.memory, &s.account, 1000);
	assert_string_equal(reason(&s, 0, false), throttle_memory_text);
	assert_string_equal(reason(&s, 0, true), "");
	s.account.kept_bytes = 2000; /* in the cache it does not count */
	assert_string_equal(reason(&s, 0, false), "");
	assert_string_equal(reason(&s, 1, false), throttle_memory_text); /* it may be large */
	rate_init(&s.throttle.rate, 1);
	rate_spend(&s.throttle.rate, 1);
	assert_string_equal(reason(&s, 0, true), "--qps to ask for ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_limit_questions_start),
		cmocka_unit_test(each_limit_has_its_words),
		cmocka_unit_test(urgent_questions_pass_the_memory_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
