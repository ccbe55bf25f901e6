/* test_watchdog.c - when the watchdog asks, and what rows in flight say about themselves; virtual
 * time, a scripted DNS. */
#include "tests/cmocka_first.h"

#include "base/clock.h"
#include "base/hash.h"
#include "resolver/scripted/script.h"
#include "resolver/scripted/scripted.h"
#include "scanner/watchdog.h"

#include <string.h>

struct kennel {
	struct watchdog dog;
	uint64_t now_ns;
};

/* Half a second passes; what it does then. */
static enum watchdog_turn look(struct kennel *k, uint64_t n_finished, uint64_t n_open)
{
	k->now_ns += CLOCK_NS_PER_S / 2;
	return watchdog_look(&k->dog, n_finished, n_open, k->now_ns);
}

/* Looks until it does something, or the seconds are over; gives what it did, and after how many
 * half seconds. */
static enum watchdog_turn look_for(
        struct kennel *k, unsigned seconds, uint64_t n_finished, uint64_t n_open, unsigned *halves)
{
	for (*halves = 1; *halves <= 2 * seconds; ++*halves) {
		enum watchdog_turn turn = look(k, n_finished, n_open);
		if (turn != WATCHDOG_REST)
			return turn;
	}
	return WATCHDOG_REST;
}

static void kennel_open(struct kennel *k)
{
	k->now_ns = 77 * CLOCK_NS_PER_S;
	watchdog_init(&k->dog, k->now_ns);
}

static void a_standstill_is_asked_about_once_a_minute(void **state)
{
	(void)state;
	struct kennel k;
	unsigned halves;
	kennel_open(&k);
	assert_int_equal(look(&k, 5, 10), WATCHDOG_REST);
	assert_int_equal(look_for(&k, 100, 5, 10, &halves), WATCHDOG_ASK);
	assert_int_equal(halves, 60);
	assert_int_equal(look_for(&k, 100, 5, 10, &halves), WATCHDOG_NAME);
	assert_int_equal(halves, 6);
	assert_int_equal(look_for(&k, 100, 5, 10, &halves), WATCHDOG_ASK);
	assert_int_equal(halves, 120 - 6);
}

static void whoever_moves_is_not_asked(void **state)
{
	(void)state;
	struct kennel k;
	unsigned halves;
	kennel_open(&k);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(look_for(&k, 29, i, 10, &halves), WATCHDOG_REST);
	/* a row after it was asked: nobody is named, and the 30 s begin anew */
	assert_int_equal(look_for(&k, 29, 99, 10, &halves), WATCHDOG_REST);
	assert_int_equal(look_for(&k, 2, 99, 10, &halves), WATCHDOG_ASK);
	assert_int_equal(look_for(&k, 29, 100, 10, &halves), WATCHDOG_REST);
}

static void an_empty_scan_stands_still_in_peace(void **state)
{
	(void)state;
	struct kennel k;
	unsigned halves;
	kennel_open(&k);
	assert_int_equal(look_for(&k, 3600, 5, 0, &halves), WATCHDOG_REST);
	assert_int_equal(look_for(&k, 29, 5, 1, &halves), WATCHDOG_REST);
}

static void time_in_which_nobody_ran_does_not_count(void **state)
{
	(void)state;
	struct kennel k;
	unsigned halves;
	kennel_open(&k);
	look(&k, 5, 10);
	k.now_ns += 3600 * CLOCK_NS_PER_S;
	assert_int_equal(look_for(&k, 28, 5, 10, &halves), WATCHDOG_REST);
	assert_int_equal(look_for(&k, 2, 5, 10, &halves), WATCHDOG_ASK);
}

/* ---- rows */

static const char zone[] = "silent.example.com * !TIMEOUT\n26.2.0.192.in-addr.arpa * !TIMEOUT\n";

static void on_finished(struct runner *runner, struct row *row)
{
	(void)row;
	++*(unsigned *)runner->owner;
}

static void rows_say_what_they_wait_for(void **state)
{
	(void)state;
	static const char *const rows[] = { "silent.example.com,192.0.2.25", ",192.0.2.26",
		"a.silent.example.com,192.0.2.25", "silent.example.com,192.0.2.25" };
	struct layout layout = {
		.n_columns = 2, .domain = 0, .ip = 1, .sender = COLUMN_NONE, .helo = COLUMN_NONE
	};
	struct row_settings settings = { .checks = CHECK_SPF | CHECK_IPREV,
		.deadline_ns = 60 * CLOCK_NS_PER_S,
		.limits = spf_limits_of_rfc };
	struct resolver_config config = { .engine = &scripted_engine,
		.question_deadline_ms = 50000,
		.max_in_flight = 100,
		.queries_per_s = 1,
		.cache_bytes = 1 << 20,
		.n_workers = 1 };
	struct script *script;
	struct resolver *resolver;
	struct runner runner;
	struct textbuf text = { 0 };
	unsigned n_finished = 0;
	uint64_t now_ns = CLOCK_NS_PER_S;
	char why[128];
	assert_int_equal(script_parse(&script, zone, sizeof zone - 1, why, sizeof why), ERROR_NONE);
	config.source = script;
	assert_int_equal(resolver_new(&resolver, &config, NULL, why, sizeof why), ERROR_NONE);
	runner_init(&runner, resolver, &settings, 1000);
	runner.finished = on_finished;
	runner.owner = &n_finished;
	runner_tick(&runner, now_ns, 1800000000);
	assert_false(watchdog_put_rows(&text, &runner));
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct row *row = runner_take_row(&runner);
		row->number = i + 7;
		row->record = (struct csv_record){
			.text = rows[i], .size = strlen(rows[i]), .plain = true
		};
		identity_parse(&row->identity, &layout, &row->record);
		runner_start(&runner, row);
	}
	runner_turn(&runner);
	for (unsigned i = 0; i < 32; i++)
		runner_tick(&runner, now_ns += CLOCK_NS_PER_S / 5, 1800000000);
	assert_true(watchdog_put_rows(&text, &runner));
	assert_string_equal(textbuf_text(&text),
	        "row 7 (silent.example.com), 6 s: waits for TXT silent.example.com; "
	        "row 8 (192.0.2.26), 6 s: waits for --qps to ask for PTR 26.2.0.192.in-addr.arpa; "
	        "row 9 (a.silent.example.com), 6 s: waits for --qps to ask for TXT "
	        "a.silent.example.com");
	while (runner.n_active) {
		runner_tick(&runner, now_ns += CLOCK_NS_PER_S / 5, 1800000000);
		runner_turn(&runner);
	}
	assert_int_equal(n_finished, 4);
	textbuf_fini(&text);
	runner_fini(&runner);
	resolver_free(resolver);
	script_free(script);
}

static int set_up(void **state)
{
	(void)state;
	hash_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_standstill_is_asked_about_once_a_minute),
		cmocka_unit_test(whoever_moves_is_not_asked),
		cmocka_unit_test(an_empty_scan_stands_still_in_peace),
		cmocka_unit_test(time_in_which_nobody_ran_does_not_count),
		cmocka_unit_test(rows_say_what_they_wait_for),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
