/* test_runner.c - rows in flight against a scripted DNS in virtual time: every probe's verdicts,
 * and what deadlines and throttles do to a row. */
#include "tests/cmocka_first.h"

#include "base/clock.h"
#include "base/hash.h"
#include "resolver/scripted/script.h"
#include "resolver/scripted/scripted.h"
#include "results/columns.h"
#include "results/problems.h"
#include "scanner/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char zone[] = "example.com A 192.0.2.10\n"
                           "example.com MX 10 mx1.example.com\n"
                           "example.com MX 20 mx2.example.com\n"
                           "example.com TXT \"v=spf1 mx -all\"\n"
                           "mx1.example.com A 192.0.2.25\n"
                           "mx2.example.com AAAA 2001:db8::26\n"
                           "25.2.0.192.in-addr.arpa PTR mx1.example.com\n"
                           "26.2.0.192.in-addr.arpa PTR mx1.example.com\n"
                           "27.2.0.192.in-addr.arpa PTR dead.example.com\n"
                           "28.2.0.192.in-addr.arpa PTR dead.example.com\n"
                           "28.2.0.192.in-addr.arpa PTR good.example.com\n"
                           "good.example.com A 192.0.2.28\n"
                           "29.2.0.192.in-addr.arpa * !SERVFAIL\n"
                           "dead.example.com * !REFUSED\n"
                           "null.example.com MX 0 .\n"
                           "null.example.com TXT \"v=spf1 -all\"\n"
                           "implicit.example.com A 192.0.2.30\n"
                           "homeless.example.com MX 10 nowhere.example.com\n"
                           "sixonly.example.com MX 10 mx2.example.com\n"
                           "silent.example.com * !TIMEOUT\n"
                           "slow.example.com TXT ~3000 \"v=spf1 +all\"\n";

struct world {
	struct script *script;
	struct resolver *resolver;
	struct row_settings settings;
	struct runner runner;
	uint64_t now_ns;
	struct layout layout;
	struct column_set columns;
	struct textbuf out, scratch;
	unsigned n_finished;
	size_t load_max;
};

static void on_finished(struct runner *runner, struct row *row)
{
	struct world *w = runner->owner;
	struct outcome outcome = row_outcome(row);
	columns_put_row(&w->out, &w->scratch, &w->layout, &w->columns, &outcome);
	w->n_finished++;
}

static void world_init_with(struct world *w, const char *text, unsigned qps, unsigned question_ms,
        unsigned row_ms, size_t load_bytes)
{
	char why[128];
	*w = (struct world){ .now_ns = CLOCK_NS_PER_S,
		.layout = { .n_columns = 2,
		        .domain = 0,
		        .ip = 1,
		        .sender = COLUMN_NONE,
		        .helo = COLUMN_NONE } };
	assert_int_equal(script_parse(&w->script, text, strlen(text), why, sizeof why), ERROR_NONE);
	struct resolver_config config = {
		.engine = &scripted_engine,
		.source = w->script,
		.question_deadline_ms = question_ms,
		.max_in_flight = 100,
		.queries_per_s = qps,
		.cache_bytes = load_bytes ? 0 : 1 << 20, /* what is in it does not count as load */
		.memory_bytes = load_bytes,
		.failure_ttl_s = 30,
		.n_workers = 1,
	};
	assert_int_equal(resolver_new(&w->resolver, &config, NULL, why, sizeof why), ERROR_NONE);
	columns_all(&w->columns, NULL);
	w->settings = (struct row_settings){ .checks = CHECK_ALL,
		.explain = true,
		.deadline_ns = row_ms * CLOCK_NS_PER_MS,
		.limits = spf_limits_of_rfc };
	runner_init(&w->runner, w->resolver, &w->settings, 1000);
	runner_tick(&w->runner, w->now_ns, 1800000000);
	w->runner.finished = on_finished;
	w->runner.owner = w;
}

static void world_init(struct world *w, unsigned qps, unsigned question_ms, unsigned row_ms)
{
	world_init_with(w, zone, qps, question_ms, row_ms, 0);
}

static void world_fini(struct world *w)
{
	runner_fini(&w->runner);
	resolver_free(w->resolver);
	script_free(w->script);
	textbuf_fini(&w->out);
	textbuf_fini(&w->scratch);
}

static void start(struct world *w, const char *text)
{
	struct row *row = runner_take_row(&w->runner);
	row->number = 1;
	row->record = (struct csv_record){ .text = text, .size = strlen(text), .plain = true };
	identity_parse(&row->identity, &w->layout, &row->record);
	runner_start(&w->runner, row);
}

/* Turns until `n` rows are finished; virtual milliseconds pass one by one. Gives how many did. */
static uint64_t run(struct world *w, unsigned n, unsigned limit_ms)
{
	uint64_t begun_ns = w->now_ns;
	while (w->n_finished < n) {
		do
			w->load_max = resolver_memory_bytes(w->resolver) > w->load_max
			        ? resolver_memory_bytes(w->resolver)
			        : w->load_max;
		while (runner_turn(&w->runner));
		if (w->n_finished >= n)
			break;
		w->now_ns += CLOCK_NS_PER_MS;
		runner_tick(&w->runner, w->now_ns, 1800000000);
		if (w->now_ns - begun_ns > limit_ms * CLOCK_NS_PER_MS)
			fail_msg("%u of %u rows after %u virtual ms", w->n_finished, n, limit_ms);
	}
	return (w->now_ns - begun_ns) / CLOCK_NS_PER_MS;
}

/* The value of a column in the only row printed; columns are split at commas, which the texts here
 * do not hold. */
static const char *column(struct world *w, const char *name)
{
	static char value[512];
	unsigned wanted = 3;
	for (unsigned i = 0; strcmp(w->columns.at[i]->name, name); i++)
		wanted++;
	const char *at = textbuf_text(&w->out);
	for (unsigned i = 0; i < wanted; i++)
		at = strchr(at, ',') + 1;
	snprintf(value, sizeof value, "%.*s", (int)strcspn(at, ",\n"), at);
	return value;
}

static const struct {
	const char *row;
	const char *expect[10][2];
} verdicts[] = {
	{ "example.com,192.0.2.25",
	        { { "spf", "pass" }, { "spf_matched", "mx" }, { "iprev", "pass" },
	                { "iprev_name", "mx1.example.com" }, { "a_match", "no" },
	                { "mx_match", "yes" }, { "mx", "10 mx1.example.com;20 mx2.example.com" },
	                { "problems", "" } } },
	{ "example.com,192.0.2.10",
	        { { "spf", "fail" }, { "iprev", "permerror" }, { "a_match", "yes" },
	                { "mx_match", "no" }, { "problems", "no_ptr;spf_fail" } } },
	{ "example.com,192.0.2.26",
	        { { "iprev", "fail" }, { "ptr", "mx1.example.com" }, { "iprev_name", "" },
	                { "problems", "ptr_mismatch;spf_fail" } } },
	{ "example.com,192.0.2.27",
	        { { "iprev", "temperror" },
	                { "dns_cause", "A dead.example.com: refused (the script says so)" },
	                { "problems", "spf_fail;temperror" } } },
	{ "example.com,192.0.2.28",
	        { { "iprev", "pass" }, { "iprev_name", "good.example.com" },
	                { "ptr", "dead.example.com;good.example.com" },
	                { "dns_cause", "A dead.example.com: refused (the script says so)" },
	                { "problems", "spf_fail;temperror" } } },
	{ "example.com,192.0.2.29",
	        { { "iprev", "temperror" },
	                { "dns_cause",
	                        "PTR 29.2.0.192.in-addr.arpa: servfail (the script says so)" } } },
	{ "example.com,2001:db8::26", { { "spf", "pass" }, { "mx_match", "yes" } } },
	{ "null.example.com,192.0.2.25",
	        { { "mx_state", "null" }, { "mx_match", "no" }, { "spf", "fail" },
	                { "problems", "no_address;null_mx;spf_fail" } } },
	{ "implicit.example.com,192.0.2.30",
	        { { "mx_state", "implicit" }, { "mx_match", "yes" }, { "spf", "none" },
	                { "problems", "no_ptr;no_spf" } } },
	{ "homeless.example.com,192.0.2.25",
	        { { "mx_state", "ok" }, { "mx_match", "no" },
	                { "problems", "mx_no_address;no_spf" } } },
	{ "sixonly.example.com,192.0.2.25",
	        { { "mx_state", "ok" }, { "mx_match", "no" }, { "problems", "no_spf" } } },
	{ "nx.example.com,192.0.2.25",
	        { { "mx_state", "none" }, { "a_state", "nxdomain" },
	                { "problems", "no_such_domain;no_address;no_mx;no_spf" } } },
	{ "dead.example.com,192.0.2.25",
	        { { "spf", "temperror" }, { "spf_problem", "dns_error" },
	                { "a_match", "temperror" }, { "mx_state", "temperror" },
	                { "mx_match", "temperror" },
	                { "dns_cause",
	                        "TXT dead.example.com: refused (the script says so);A "
	                        "dead.example.com: refused (the script says so);AAAA "
	                        "dead.example.com: refused (the script says so);MX "
	                        "dead.example.com: refused (the script says so)" } } },
	{ "bad..name,192.0.2.25",
	        { { "status", "bad_input" }, { "spf", "none" }, { "spf_problem", "bad_domain" },
	                { "iprev", "pass" }, { "mx_state", "" } } },
	{ "example.com,nonsense",
	        { { "status", "bad_input" }, { "spf", "" }, { "iprev", "" }, { "a", "192.0.2.10" },
	                { "spf_domain", "example.com" }, { "spf_identity", "domain" },
	                { "a_match", "" }, { "mx_match", "" } } },
};

static void test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
		struct world w;
		world_init(&w, 0, 20000, 60000);
		start(&w, verdicts[i].row);
		run(&w, 1, 100);
		for (unsigned k = 0; k < 10 && verdicts[i].expect[k][0]; k++)
			if (strcmp(column(&w, verdicts[i].expect[k][0]), verdicts[i].expect[k][1]))
				fail_msg("%s: %s is '%s', not '%s'", verdicts[i].row,
				        verdicts[i].expect[k][0],
				        column(&w, verdicts[i].expect[k][0]),
				        verdicts[i].expect[k][1]);
		world_fini(&w);
	}
}

static void test_silence_is_a_timeout(void **state)
{
	struct world w;
	(void)state;
	world_init(&w, 0, 2000, 60000);
	start(&w, "silent.example.com,192.0.2.25");
	uint64_t ms = run(&w, 1, 10000);
	assert_in_range(ms, 2000, 4100);
	assert_string_equal(column(&w, "spf"), "temperror");
	assert_string_equal(column(&w, "spf_problem"), "dns_error");
	assert_non_null(strstr(column(&w, "dns_cause"),
	        "TXT silent.example.com: timeout (no answer within 2000 ms)"));
	world_fini(&w);
}

static void test_row_deadline(void **state)
{
	struct world w;
	(void)state;
	world_init(&w, 0, 20000, 1000);
	start(&w, "slow.example.com,192.0.2.25");
	uint64_t ms = run(&w, 1, 10000);
	assert_in_range(ms, 1000, 1010);
	assert_string_equal(column(&w, "spf"), "temperror");
	assert_string_equal(column(&w, "spf_problem"), "deadline");
	assert_string_equal(column(&w, "dns_cause"),
	        "TXT slow.example.com: cancelled (the row's deadline passed)");
	assert_string_equal(column(&w, "iprev"), "pass");
	/* the answer that came late is in the cache: the next row has it at once */
	w.n_finished = 0;
	textbuf_reset(&w.out);
	for (unsigned i = 0; i < 3000; i++) {
		w.now_ns += CLOCK_NS_PER_MS;
		runner_tick(&w.runner, w.now_ns, 1800000000);
		runner_turn(&w.runner);
	}
	start(&w, "slow.example.com,192.0.2.25");
	run(&w, 1, 10);
	assert_string_equal(column(&w, "spf"), "pass");
	world_fini(&w);
}

/* 40 rows of 5 or more questions each at 10 a second take over 20 s, their deadline is 1 s: our own
 * throttle must not end a single one. */
static void test_throttle_is_no_failure(void **state)
{
	struct world w;
	static char rows[40][64];
	(void)state;
	world_init(&w, 10, 500, 1000);
	for (unsigned i = 0; i < 40; i++) {
		snprintf(rows[i], sizeof rows[i], "nx%u.example.com,192.0.2.25", i);
		start(&w, rows[i]);
	}
	assert_false(runner_has_room(&w.runner));
	uint64_t ms = run(&w, 40, 60000);
	assert_true(ms > 15000);
	assert_null(strstr(textbuf_text(&w.out), "temperror"));
	world_fini(&w);
}

/* The program is stopped for an hour while a row waits for an answer that takes 3 s: neither the
 * question's deadline nor the row's counts it. */
static void test_time_that_did_not_run_ends_nothing(void **state)
{
	struct world w;
	(void)state;
	world_init(&w, 0, 5000, 5000);
	start(&w, "slow.example.com,192.0.2.25");
	runner_turn(&w.runner);
	w.now_ns += 3600 * CLOCK_NS_PER_S;
	runner_tick(&w.runner, w.now_ns, 1800003600);
	uint64_t ms = run(&w, 1, 10000);
	assert_in_range(ms, 2700, 3000);
	assert_string_equal(column(&w, "spf"), "pass");
	assert_string_equal(column(&w, "dns_cause"), "");
	assert_true(atoll(column(&w, "elapsed_ms")) <= 3000);
	world_fini(&w);
}

/* But answers grow older by it: after the hour that the row above slept, what lives 300 s is asked
 * again. */
static void test_cached_answers_grow_older_meanwhile(void **state)
{
	struct world w;
	struct resolver_counters before, after;
	(void)state;
	world_init(&w, 0, 5000, 5000);
	for (unsigned i = 0; i < 3; i++) {
		start(&w, "example.com,192.0.2.25");
		run(&w, i + 1, 100);
		resolver_counters(w.resolver, i ? &after : &before);
		if (i == 0)
			continue;
		if (i == 1)
			assert_int_equal(after.queries_sent, before.queries_sent);
		else
			assert_int_equal(after.queries_sent, 2 * before.queries_sent);
		w.now_ns += 24 * 3600 * CLOCK_NS_PER_S;
		runner_tick(&w.runner, w.now_ns, 1800086400);
	}
	world_fini(&w);
}

static int set_up(void **state)
{
	(void)state;
	hash_init();
	return 0;
}

/* Rows that need three large answers each, and a memory for some of them: they end one after the
 * other, all of them rightly, however short their deadline. */
static void short_memory_slows_and_loses_nothing(void **state)
{
	(void)state;
	enum { ROWS = 60, TEXT = 30000, LIMIT = 200000 };
	static char text[4 * TEXT], rows[ROWS][64];
	size_t size = (size_t)snprintf(text, sizeof text,
	        "*.one.example.com TXT ~40 \"v=spf1 include:%%{d4r}.two.example.com -all "
	        "x=%0*d\"\n",
	        TEXT, 0);
	size += (size_t)snprintf(text + size, sizeof text - size,
	        "*.two.example.com TXT ~40 \"v=spf1 redirect=%%{d4r}.three.example.com x=%0*d\"\n",
	        TEXT, 0);
	snprintf(text + size, sizeof text - size,
	        "*.three.example.com TXT ~40 \"v=spf1 ip4:192.0.2.10 x=%0*d\"\n", TEXT, 0);
	struct world w;
	world_init_with(&w, text, 0, 1000, 150, LIMIT);
	w.settings.checks = CHECK_SPF;
	unsigned n_begun = 0;
	while (n_begun < ROWS) {
		for (; n_begun < ROWS && runner_has_room(&w.runner); n_begun++) {
			snprintf(rows[n_begun], sizeof rows[n_begun],
			        "n%u.one.example.com,192.0.2.10", n_begun);
			start(&w, rows[n_begun]);
		}
		run(&w, w.n_finished + 1, 100000);
	}
	run(&w, ROWS, 100000);
	struct resolver_counters c;
	resolver_counters(w.resolver, &c);
	assert_int_equal(c.failures, 0);
	textbuf_text(&w.out);
	unsigned n_passed = 0;
	for (const char *at = w.out.bytes; (at = strstr(at, ",pass,")) != NULL; at++)
		n_passed++;
	assert_int_equal(n_passed, ROWS);
	assert_in_range(w.load_max, LIMIT, 3 * LIMIT);
	assert_int_equal(
	        resolver_memory_bytes(w.resolver), 0); /* rows that are over hold nothing */
	world_fini(&w);
}

/* A hundred rows that wait for a silent name, then one at a time: after two looks hardly any row is
 * kept for use again. */
static void many_slow_rows_do_not_fix_the_memory(void **state)
{
	struct world w;
	(void)state;
	world_init(&w, 0, 2000, 60000);
	for (unsigned i = 0; i < 100; i++)
		start(&w, "silent.example.com,192.0.2.25");
	run(&w, 100, 10000);
	assert_int_equal(w.runner.n_idle, 100);
	for (unsigned ms = 0; ms < 130000; ms++) {
		w.now_ns += CLOCK_NS_PER_MS;
		runner_tick(&w.runner, w.now_ns, 1800000000);
		if (ms % 1000 == 0)
			start(&w, "example.com,192.0.2.25");
		runner_turn(&w.runner);
		if (ms == 30000)
			assert_int_equal(w.runner.n_idle, 100);
	}
	assert_int_equal(w.n_finished, 230);
	assert_in_range(w.runner.n_idle, 0, 2);
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_silence_is_a_timeout),
		cmocka_unit_test(test_row_deadline),
		cmocka_unit_test(test_throttle_is_no_failure),
		cmocka_unit_test(test_time_that_did_not_run_ends_nothing),
		cmocka_unit_test(test_cached_answers_grow_older_meanwhile),
		cmocka_unit_test(short_memory_slows_and_loses_nothing),
		cmocka_unit_test(many_slow_rows_do_not_fix_the_memory),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
