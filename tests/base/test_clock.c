/* test_clock.c - units and direction of the clocks. */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

static void now_never_steps_back(void **state)
{
	(void)state;
	uint64_t before = clock_now_ns();
	for (int i = 0; i < 10000; i++) {
		uint64_t now = clock_now_ns();
		assert_true(now >= before);
		before = now;
	}
}

static void wall_agrees_with_time(void **state)
{
	(void)state;
	const uint64_t before = (uint64_t)time(NULL);
	const uint64_t wall_ms = clock_wall_ms();
	const uint64_t after = (uint64_t)time(NULL);
	/* time() may read the coarse clock, which is a tick behind. */
	assert_in_range(wall_ms / 1000, before, after + 1);
}

static void cpu_time_grows_with_work(void **state)
{
	(void)state;
	const uint64_t before = clock_cpu_ns();
	volatile uint64_t sink = 0;
	/* Ends, because the loop itself uses the time that it waits for. */
	while (clock_cpu_ns() < before + CLOCK_NS_PER_MS)
		sink = sink + 1;
	assert_true(clock_cpu_ns() >= before + CLOCK_NS_PER_MS);
	assert_true(sink > 0);
}

static void running_time_leaves_out_what_no_turn_takes(void **state)
{
	(void)state;
	struct clock_running clock = { 0 };
	assert_int_equal(clock_running_turn(&clock, 7 * CLOCK_NS_PER_S), 0);
	assert_int_equal(clock.now_ns, 7 * CLOCK_NS_PER_S);
	/* usual turns, the longest that counts among them */
	assert_int_equal(clock_running_turn(&clock, 7 * CLOCK_NS_PER_S), 0);
	assert_int_equal(clock_running_turn(&clock, 7 * CLOCK_NS_PER_S + 10), 0);
	assert_int_equal(
	        clock_running_turn(&clock, 7 * CLOCK_NS_PER_S + 10 + CLOCK_TURN_MAX_NS), 0);
	assert_int_equal(clock.now_ns, 7 * CLOCK_NS_PER_S + 10 + CLOCK_TURN_MAX_NS);
	/* an hour in which nobody ran, and on as if nothing had happened */
	uint64_t before_ns = clock.now_ns;
	assert_int_equal(clock_running_turn(&clock, before_ns + 3600 * CLOCK_NS_PER_S),
	        3600 * CLOCK_NS_PER_S - CLOCK_TURN_MAX_NS);
	assert_int_equal(clock.now_ns, before_ns + CLOCK_TURN_MAX_NS);
	assert_int_equal(clock_running_turn(&clock, before_ns + 3600 * CLOCK_NS_PER_S + 5), 0);
	assert_int_equal(clock.now_ns, before_ns + CLOCK_TURN_MAX_NS + 5);
	assert_int_equal(clock.lost_ns, 3600 * CLOCK_NS_PER_S - CLOCK_TURN_MAX_NS);
}

/* Against the C library, over leap years and centuries. */
static void utc_text_is_what_gmtime_says(void **state)
{
	(void)state;
	for (uint64_t s = 0; s < UINT64_C(253402300799); s += 86400 * 13 + 4021) {
		char ours[CLOCK_UTC_BYTES], theirs[32];
		time_t seconds = (time_t)s;
		struct tm utc;
		uint64_t again;
		gmtime_r(&seconds, &utc);
		strftime(theirs, sizeof theirs, "%Y-%m-%dT%H:%M:%SZ", &utc);
		assert_string_equal(clock_utc_text(s, ours), theirs);
		assert_true(clock_utc_parse(&again, ours, strlen(ours)));
		assert_int_equal(again, s);
	}
	char last[CLOCK_UTC_BYTES];
	assert_string_equal(clock_utc_text(UINT64_MAX, last), "9999-12-31T23:59:59Z");
}

static void utc_text_of_no_day_is_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "2026-02-29T00:00:00Z", "1900-02-28T00:00:00Z",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
		"2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
		"2026-01-01 00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00+",
		"2026-01-0aT00:00:00Z", "2026-01-01T00:00:00ZZ" };
	uint64_t s;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(clock_utc_parse(&s, wrong[i], strlen(wrong[i])));
	assert_true(clock_utc_parse(&s, "2024-02-29T00:00:00Z", 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(running_time_leaves_out_what_no_turn_takes),
		cmocka_unit_test(now_never_steps_back),
		cmocka_unit_test(wall_agrees_with_time),
		cmocka_unit_test(cpu_time_grows_with_work),
		cmocka_unit_test(utc_text_is_what_gmtime_says),
		cmocka_unit_test(utc_text_of_no_day_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
