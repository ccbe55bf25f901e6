/* test_scripted.c - the scripted engine by itself: virtual delays, and what becomes of those who do
 * not wait for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/hash.h"
#include "tests/resolver/scenario.h"

#include <stdio.h>

static void answers_land_in_the_order_of_their_delays(void **state)
{
	(void)state;
	char text[8192] = "";
	size_t size = 0;
	for (unsigned i = 0; i < 100; i++)
		size += (size_t)snprintf(text + size, sizeof text - size,
		        "h%u.example A ~%u 192.0.2.1\n", i, i * 37 % 100);
	struct scenario net;
	const struct resolver_config config = scenario_config();
	scenario_open_with(&net, &config, text);
	const uint64_t begin_ns = net.now_ns;
	struct asked a[100] = { 0 };
	for (unsigned i = 0; i < 100; i++) {
		char name[32];
		snprintf(name, sizeof name, "h%u.example", i);
		ask(&net, &a[i], name);
	}
	scenario_pump_after(&net, 0);
	for (unsigned ms = 0; ms < 100; ms++)
		scenario_pump_after(&net, ms > 0);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(a[i].told_ns - begin_ns, i * 37 % 100 * CLOCK_NS_PER_MS);
		asked_expect(&a[i], ANSWER_OK);
	}
	scenario_close(&net);
}

/* Given up at the deadline in any order of their due times, the others still land on time. Due with
 * the deadline is not too late. */
static void abandoned_answers_leave_the_others_alone(void **state)
{
	(void)state;
	char text[8192] = "";
	size_t size = 0;
	for (unsigned i = 0; i < 60; i++)
		size += (size_t)snprintf(text + size, sizeof text - size,
		        "h%u.example A ~%u 192.0.2.1\n", i, i * 17 % 60 * 40);
	struct scenario net;
	const struct resolver_config config = scenario_config();
	scenario_open_with(&net, &config, text);
	struct asked a[60] = { 0 };
	for (unsigned i = 0; i < 60; i++) {
		char name[32];
		snprintf(name, sizeof name, "h%u.example", i);
		ask(&net, &a[i], name);
		scenario_pump_after(&net, 1);
	}
	for (unsigned ms = 0; ms < 3000; ms++)
		scenario_pump_after(&net, 1);
	for (unsigned i = 0; i < 60; i++)
		asked_expect(&a[i], i * 17 % 60 * 40 <= 1000 ? ANSWER_OK : ANSWER_TIMEOUT);
	scenario_close(&net);
}

static void a_script_is_needed(void **state)
{
	(void)state;
	struct resolver *r;
	char why[64] = "";
	const struct resolver_config config = scenario_config();
	assert_int_equal(resolver_new(&r, &config, NULL, why, sizeof why), ERROR_EMPTY);
	assert_string_equal(why, "the scripted resolver needs a script");
}

int main(void)
{
	hash_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_land_in_the_order_of_their_delays),
		cmocka_unit_test(abandoned_answers_leave_the_others_alone),
		cmocka_unit_test(a_script_is_needed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
