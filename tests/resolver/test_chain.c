/* test_chain.c - resolver/chain.h by way of the resolver over the scripted engine: CNAMEs that come
 * without their targets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/hash.h"
#include "resolver/chain.h"
#include "resolver/exclusions.h"
#include "tests/resolver/scenario.h"

#include <stdio.h>
#include <string.h>

static const char zone[] =
        "a.example CNAME ~100 b.example alone\n"
        "b.example CNAME c.example\n" /* with its target, which has one of its own */
        "c.example CNAME ~100 d.example alone\n"
        "d.example A ~100 192.0.2.4\n"
        "gone.example CNAME nowhere.example alone\n"
        "empty.example CNAME text.example alone\n"
        "text.example TXT \"x\"\n"
        "broken.example CNAME failing.example alone\n"
        "failing.example A !SERVFAIL\n"
        "silent.example CNAME mute.example alone\n"
        "mute.example A !TIMEOUT\n"
        "self.example CNAME self.example alone\n"
        "ping.example CNAME pong.example alone\n"
        "pong.example CNAME ping.example alone\n"
        "in.example CNAME three1.example alone\n"
        "three1.example CNAME three2.example alone\n"
        "three2.example CNAME three3.example alone\n"
        "three3.example CNAME three1.example alone\n";

static void open_net(struct scenario *net)
{
	const struct resolver_config config = scenario_config();
	scenario_open_with(net, &config, zone);
}

static void pump(struct scenario *net, unsigned n)
{
	while (n--)
		scenario_pump_after(net, 50);
}

/* Answered at once, from no server. */
static void ask_excluded(struct scenario *net, struct asked *a, const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	const struct answer *answer = resolver_ask(net->resolver, &a->waiter, &name, RRTYPE_A);
	assert_non_null(answer);
	assert_int_equal(answer->status, ANSWER_EXCLUDED);
	assert_string_equal(answer_status_text(answer->status), "excluded");
	answer_unref(answer);
}

static void the_chain_is_one_answer(void **state)
{
	(void)state;
	struct scenario net;
	open_net(&net);
	struct asked first = { 0 }, joins = { 0 }, again = { 0 }, target = { 0 };
	ask(&net, &first, "A.example");
	pump(&net, 3);
	assert_int_equal(first.n_told, 0);
	ask(&net, &joins, "a.example"); /* while the target is asked: still the same flight */
	pump(&net, 12);
	assert_int_equal(first.n_told, 1);
	assert_ptr_equal(first.answer, joins.answer);
	struct dname name;
	char text[DNAME_TEXT_BYTES];
	answer_qname(first.answer, &name);
	assert_string_equal(dname_text(&name, text), "a.example");
	answer_canonical(first.answer, &name);
	assert_string_equal(dname_text(&name, text), "d.example");
	assert_int_equal(first.answer->n_records, 1);
	assert_int_equal(first.answer->ttl_s, 3600);
	assert_false(first.answer->is_half);
	asked_expect(&first, ANSWER_OK);
	asked_expect(&joins, ANSWER_OK);
	ask(&net, &again, "a.example");
	asked_expect(&again, ANSWER_OK); /* cached as the answer to the first name */
	const struct resolver_counters c = scenario_counters(&net);
	assert_int_equal(c.queries_sent, 3);
	assert_int_equal(c.answers, 1);
	assert_int_equal(c.joined, 1);
	assert_int_equal(c.cache_hits, 1);
	assert_int_equal(c.cache_entries, 1);
	ask(&net, &target, "d.example"); /* a question of its own */
	assert_int_equal(target.n_told, 0);
	pump(&net, 5);
	asked_expect(&target, ANSWER_OK);
	scenario_close(&net);
}

static void expect_end(const char *name, enum answer_status status, const char *cause)
{
	struct scenario net;
	open_net(&net);
	struct asked a = { 0 };
	ask(&net, &a, name);
	pump(&net, 60);
	assert_int_equal(a.n_told, 1);
	assert_string_equal(answer_cause(a.answer), cause);
	struct dname qname;
	char text[DNAME_TEXT_BYTES];
	answer_qname(a.answer, &qname);
	assert_string_equal(dname_text(&qname, text), name);
	asked_expect(&a, status);
	scenario_close(&net);
}

static void the_target_decides(void **state)
{
	(void)state;
	expect_end("gone.example", ANSWER_NXDOMAIN, "");
	expect_end("empty.example", ANSWER_NODATA, "");
	expect_end("broken.example", ANSWER_SERVFAIL, "the script says so");
	expect_end("silent.example", ANSWER_TIMEOUT, "no answer within 1000 ms");
}

static void loops_are_failures(void **state)
{
	(void)state;
	const char *cause = "CNAME loop, or too long a chain of CNAMEs";
	expect_end("self.example", ANSWER_SERVFAIL, cause);
	expect_end("ping.example", ANSWER_SERVFAIL, cause);
	expect_end("in.example", ANSWER_SERVFAIL, cause);
}

/* As long as may be, and one longer. */
static void length_is_limited(void **state)
{
	(void)state;
	for (unsigned links = CHAIN_TARGETS_MAX; links <= CHAIN_TARGETS_MAX + 1; links++) {
		char text[2048] = "";
		size_t size = 0;
		for (unsigned i = 0; i < links; i++)
			size += (size_t)snprintf(text + size, sizeof text - size,
			        "n%u.example CNAME n%u.example alone\n", i, i + 1);
		snprintf(text + size, sizeof text - size, "n%u.example A 192.0.2.1\n", links);
		struct scenario net;
		const struct resolver_config config = scenario_config();
		scenario_open_with(&net, &config, text);
		struct asked a = { 0 };
		ask(&net, &a, "n0.example");
		pump(&net, 60);
		asked_expect(&a, links > CHAIN_TARGETS_MAX ? ANSWER_SERVFAIL : ANSWER_OK);
		assert_int_equal(scenario_counters(&net).queries_sent, CHAIN_TARGETS_MAX + 1);
		scenario_close(&net);
	}
}

/* Who gave up is not told, and nothing is asked for nobody; closing in the middle leaks nothing. */
static void giving_up_in_the_middle(void **state)
{
	(void)state;
	struct scenario net;
	open_net(&net);
	struct asked a = { 0 }, b = { 0 };
	ask(&net, &a, "a.example");
	ask(&net, &b, "c.example");
	pump(&net, 1);
	resolver_cancel(net.resolver, &a.waiter);
	pump(&net, 10);
	assert_int_equal(a.n_told, 0);
	asked_expect(&b, ANSWER_OK);
	assert_int_equal(scenario_counters(&net).queries_sent, 3);
	ask(&net, &a, "a.example");
	pump(&net, 4); /* on its second name */
	assert_int_equal(scenario_counters(&net).queries_sent, 5);
	scenario_close(&net);
	assert_int_equal(a.n_told, 0);
}

/* --exclude: a name that is asked for, and one where a CNAME leads, are not asked. */
static void excluded_names_are_not_asked(void **state)
{
	(void)state;
	struct scenario net;
	struct exclusions x = { 0 };
	struct dname name;
	struct resolver_config config = scenario_config();
	assert_int_equal(dname_parse(&name, "d.example", 9), ERROR_NONE);
	assert_true(nameset_add(&x.names, &name));
	config.exclusions = &x;
	scenario_open_with(&net, &config, zone);
	struct asked end = { 0 };
	ask_excluded(&net, &end, "D.example");
	ask_excluded(&net, &end, "www.d.example");
	assert_int_equal(scenario_counters(&net).queries_sent, 0);
	struct asked alias = { 0 };
	ask(&net, &alias, "a.example");
	pump(&net, 12);
	asked_expect(&alias, ANSWER_EXCLUDED);
	assert_int_equal(scenario_counters(&net).queries_sent, 2); /* a.example, c.example */
	assert_int_equal(scenario_counters(&net).excluded, 3);
	scenario_close(&net);
	nameset_fini(&x.names);
}

int main(void)
{
	hash_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_chain_is_one_answer),
		cmocka_unit_test(excluded_names_are_not_asked),
		cmocka_unit_test(the_target_decides),
		cmocka_unit_test(loops_are_failures),
		cmocka_unit_test(length_is_limited),
		cmocka_unit_test(giving_up_in_the_middle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
