/* test_resolver.c - resolver/resolver.h over the scripted engine, in virtual time: who is told what, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/hash.h"
#include "resolver/resolver.h"
#include "resolver/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char zone[] =
	"a.example A 192.0.2.1\n"
	"b.example A 192.0.2.2\n"
	"slow.example A ~300 192.0.2.3\n"
	"slower.example A ~600 192.0.2.4\n"
	"broken.example A ~10 !SERVFAIL\n"
	"silent.example A !TIMEOUT\n"
	"*.many.example A ~20 192.0.2.5\n";

/* A resolver with its script and its clock. */
struct net {
	struct script *script;
	struct resolver *resolver;
	uint64_t now_ns;
};

/* A waiter that remembers what it was told; `then` runs inside done(). */
struct asked {
	struct resolver_waiter waiter; /* first */
	struct net *net;
	const struct answer *answer;
	uint64_t told_ns;
	unsigned n_told;
	void (*then)(struct asked *self);
	struct asked *other;
};

static struct resolver_config config_of(void)
{
	return (struct resolver_config){ .kind = RESOLVER_SCRIPTED, .question_deadline_ms = 1000, .max_in_flight = 100, .cache_bytes = 1 << 20,
		.failure_ttl_s = 30, .n_workers = 1 };
}

static void net_open(struct net *net, const struct resolver_config *config)
{
	char why[128] = "";
	*net = (struct net){ .now_ns = 5 * CLOCK_NS_PER_S };
	assert_int_equal(script_parse(&net->script, zone, sizeof zone - 1, why, sizeof why), ERROR_NONE);
	struct resolver_config c = *config;
	c.script = net->script;
	assert_int_equal(resolver_new(&net->resolver, &c, NULL, why, sizeof why), ERROR_NONE);
	resolver_pump(net->resolver, net->now_ns);
}

static void net_close(struct net *net)
{
	resolver_free(net->resolver);
	script_free(net->script);
}

static bool pump_after(struct net *net, uint64_t ms)
{
	net->now_ns += ms * CLOCK_NS_PER_MS;
	return resolver_pump(net->resolver, net->now_ns);
}

static void told(struct resolver_waiter *waiter, const struct answer *answer)
{
	struct asked *a = (struct asked *)waiter;
	answer_unref(a->answer);
	a->answer = answer;
	a->told_ns = a->net->now_ns;
	a->n_told++;
	if (a->then)
		a->then(a);
}

static void ask(struct net *net, struct asked *a, const char *name)
{
	struct dname qname;
	assert_int_equal(dname_parse(&qname, name, strlen(name)), ERROR_NONE);
	a->net = net;
	a->waiter.done = told;
	const struct answer *answer = resolver_ask(net->resolver, &a->waiter, &qname, RRTYPE_A);
	if (answer)
		told(&a->waiter, answer);
}

static struct resolver_counters counters(const struct net *net)
{
	struct resolver_counters c;
	resolver_counters(net->resolver, &c);
	return c;
}

static void expect_told(struct asked *a, enum answer_status status)
{
	assert_int_equal(a->n_told, 1);
	assert_string_equal(answer_status_text((enum answer_status)a->answer->status), answer_status_text(status));
	answer_unref(a->answer);
	a->answer = NULL;
}

static void an_answer_comes_once_and_stays_cached(void **state)
{
	(void)state;
	struct net net;
	const struct resolver_config config = config_of();
	net_open(&net, &config);
	struct asked first = { 0 }, second = { 0 }, third = { 0 };
	ask(&net, &first, "a.example");
	assert_int_equal(first.n_told, 0);
	assert_true(resolver_is_queued(&first.waiter));
	assert_true(resolver_wants_pump(net.resolver));
	assert_false(pump_after(&net, 0)); /* starts it */
	assert_false(resolver_is_queued(&first.waiter));
	assert_false(resolver_wants_pump(net.resolver));
	assert_true(pump_after(&net, 0));
	expect_told(&first, ANSWER_OK);
	ask(&net, &second, "A.Example"); /* a hit: told inside the ask, and case does not matter */
	expect_told(&second, ANSWER_OK);
	pump_after(&net, 3600 * 1000 - 1);
	pump_after(&net, 2);
	ask(&net, &third, "a.example"); /* its hour is over */
	assert_int_equal(third.n_told, 0);
	pump_after(&net, 0);
	pump_after(&net, 0);
	expect_told(&third, ANSWER_OK);
	const struct resolver_counters c = counters(&net);
	assert_int_equal(c.questions, 3);
	assert_int_equal(c.cache_hits, 1);
	assert_int_equal(c.queries_sent, 2);
	assert_int_equal(c.answers, 2);
	assert_int_equal(c.failures, 0);
	assert_int_equal(c.cache_entries, 1);
	net_close(&net);
}

static void the_same_question_flies_once(void **state)
{
	(void)state;
	struct net net;
	const struct resolver_config config = config_of();
	net_open(&net, &config);
	struct asked a[5] = { 0 };
	for (int i = 0; i < 4; i++)
		ask(&net, &a[i], i % 2 ? "SLOW.example" : "slow.example");
	pump_after(&net, 0);
	ask(&net, &a[4], "slow.example"); /* also after it was sent */
	pump_after(&net, 299);
	assert_int_equal(a[0].n_told, 0);
	pump_after(&net, 1);
	for (int i = 0; i < 5; i++)
		expect_told(&a[i], ANSWER_OK);
	const struct resolver_counters c = counters(&net);
	assert_int_equal(c.queries_sent, 1);
	assert_int_equal(c.joined, 4);
	net_close(&net);
}

static void silence_ends_at_the_deadline(void **state)
{
	(void)state;
	struct net net;
	const struct resolver_config config = config_of();
	net_open(&net, &config);
	struct asked a = { 0 };
	ask(&net, &a, "silent.example");
	pump_after(&net, 0);
	const uint64_t sent_ns = net.now_ns;
	pump_after(&net, 999);
	assert_int_equal(a.n_told, 0);
	assert_int_equal(counters(&net).in_flight, 1);
	pump_after(&net, 1);
	assert_int_equal(a.n_told, 1);
	assert_string_equal(answer_cause(a.answer), "no answer within 1000 ms");
	assert_int_equal(a.told_ns - sent_ns, CLOCK_NS_PER_S);
	expect_told(&a, ANSWER_TIMEOUT);
	const struct resolver_counters c = counters(&net);
	assert_int_equal(c.timeouts, 1);
	assert_int_equal(c.failures, 1);
	assert_int_equal(c.in_flight, 0);
	net_close(&net);
}

/* A question at a time, each 600 ms, with a deadline of 1 s: the third waits for over a second and is no failure. */
static void waiting_for_the_throttle_is_no_failure(void **state)
{
	(void)state;
	struct net net;
	struct resolver_config config = config_of();
	config.max_in_flight = 1;
	config.cache_bytes = 0;
	net_open(&net, &config);
	struct asked slower = { 0 }, slow = { 0 }, silent = { 0 }, last = { 0 };
	ask(&net, &silent, "silent.example");
	ask(&net, &slower, "slower.example");
	ask(&net, &slow, "slow.example");
	ask(&net, &last, "a.example");
	for (int i = 0; i < 200; i++)
		pump_after(&net, 10);
	expect_told(&silent, ANSWER_TIMEOUT);
	expect_told(&slower, ANSWER_OK);
	expect_told(&slow, ANSWER_OK);
	expect_told(&last, ANSWER_OK);
	assert_true(last.told_ns > silent.told_ns);
	assert_int_equal(counters(&net).queued, 0);
	net_close(&net);
}

/* In any stretch of time no more than rate * time + burst are sent, and not fewer either while some wait. */
static void the_rate_is_exact(void **state)
{
	(void)state;
	static const unsigned rates[] = { 1, 3, 7, 50, 333, 10000 };
	for (size_t k = 0; k < sizeof rates / sizeof rates[0]; k++) {
		struct net net;
		struct resolver_config config = config_of();
		config.queries_per_s = rates[k];
		config.max_in_flight = 100000;
		net_open(&net, &config);
		const uint64_t seconds = 3, burst = rates[k] / 10 ? rates[k] / 10 : 1;
		const size_t n = rates[k] * seconds + burst + 10;
		struct asked *a = calloc(n, sizeof *a);
		for (size_t i = 0; i < n; i++) {
			char name[64];
			snprintf(name, sizeof name, "n%zu.many.example", i);
			ask(&net, &a[i], name);
		}
		pump_after(&net, 0);
		assert_int_equal(counters(&net).queries_sent, burst);
		for (uint64_t ms = 1; ms <= seconds * 1000; ms++) {
			pump_after(&net, 1);
			assert_int_equal(counters(&net).queries_sent, burst + rates[k] * ms / 1000);
		}
		net_close(&net);
		for (size_t i = 0; i < n; i++)
			answer_unref(a[i].answer);
		free(a);
	}
}

static void cancelled_waiters_are_not_told(void **state)
{
	(void)state;
	struct net net;
	const struct resolver_config config = config_of();
	net_open(&net, &config);
	struct asked never = { 0 }, gone = { 0 }, stays = { 0 }, dropped = { 0 }, later = { 0 };
	resolver_cancel(net.resolver, &never.waiter);
	ask(&net, &gone, "slow.example");
	ask(&net, &stays, "slow.example");
	ask(&net, &dropped, "slower.example");
	resolver_cancel(net.resolver, &dropped.waiter); /* never sent: not worth sending now */
	pump_after(&net, 0);
	assert_int_equal(counters(&net).queries_sent, 1);
	assert_int_equal(counters(&net).queued, 0);
	resolver_cancel(net.resolver, &gone.waiter);
	resolver_cancel(net.resolver, &gone.waiter);
	pump_after(&net, 300);
	assert_int_equal(gone.n_told, 0);
	assert_int_equal(dropped.n_told, 0);
	expect_told(&stays, ANSWER_OK);
	/* Once sent, a question that everybody left is still finished and remembered. */
	ask(&net, &gone, "b.example");
	pump_after(&net, 0);
	resolver_cancel(net.resolver, &gone.waiter);
	assert_false(pump_after(&net, 0));
	ask(&net, &later, "b.example");
	assert_int_equal(gone.n_told, 0);
	expect_told(&later, ANSWER_OK);
	net_close(&net);
}

static void cancel_the_other(struct asked *self)
{
	resolver_cancel(self->net->resolver, &self->other->waiter);
}

static void ask_the_other(struct asked *self)
{
	ask(self->net, self->other, "b.example");
}

static void ask_again(struct asked *self)
{
	self->then = NULL;
	ask(self->net, self, "a.example");
}

/* Two waiters of one flight that cancel each other: exactly one is told. */
static void done_may_cancel(void **state)
{
	(void)state;
	struct net net;
	const struct resolver_config config = config_of();
	net_open(&net, &config);
	struct asked a = { .then = cancel_the_other }, b = { .then = cancel_the_other }, c = { 0 };
	a.other = &b;
	b.other = &a;
	ask(&net, &a, "a.example");
	ask(&net, &c, "a.example");
	ask(&net, &b, "a.example");
	pump_after(&net, 0);
	pump_after(&net, 0);
	assert_int_equal(a.n_told + b.n_told, 1);
	answer_unref(a.answer);
	answer_unref(b.answer);
	expect_told(&c, ANSWER_OK);
	net_close(&net);
}

/* Asked inside done(): a hit is told at once, a miss is sent in the very same pump. */
static void done_may_ask(void **state)
{
	(void)state;
	struct net net;
	struct resolver_config config = config_of();
	config.max_in_flight = 1;
	net_open(&net, &config);
	struct asked other = { 0 }, a = { .then = ask_the_other, .other = &other }, again = { .then = ask_again };
	ask(&net, &a, "a.example");
	pump_after(&net, 0);
	pump_after(&net, 0);
	expect_told(&a, ANSWER_OK);
	assert_int_equal(counters(&net).queries_sent, 2);
	pump_after(&net, 0);
	expect_told(&other, ANSWER_OK);
	ask(&net, &again, "slow.example");
	pump_after(&net, 0);
	pump_after(&net, 300);
	assert_int_equal(again.n_told, 2);
	answer_unref(again.answer);
	net_close(&net);
}

/* Without a cache the same question, asked inside done(), is a new flight. */
static void done_may_ask_the_same_again(void **state)
{
	(void)state;
	struct net net;
	struct resolver_config config = config_of();
	config.cache_bytes = 0;
	net_open(&net, &config);
	struct asked a = { .then = ask_again };
	ask(&net, &a, "a.example");
	pump_after(&net, 0);
	pump_after(&net, 0);
	assert_int_equal(a.n_told, 1);
	pump_after(&net, 0);
	assert_int_equal(a.n_told, 2);
	assert_int_equal(counters(&net).queries_sent, 2);
	answer_unref(a.answer);
	net_close(&net);
}

static void failures_are_remembered_for_a_while(void **state)
{
	(void)state;
	struct net net;
	const struct resolver_config config = config_of();
	net_open(&net, &config);
	struct asked first = { 0 }, soon = { 0 }, later = { 0 };
	ask(&net, &first, "broken.example");
	pump_after(&net, 0);
	pump_after(&net, 10);
	expect_told(&first, ANSWER_SERVFAIL);
	pump_after(&net, 29999);
	ask(&net, &soon, "broken.example");
	expect_told(&soon, ANSWER_SERVFAIL);
	pump_after(&net, 1);
	ask(&net, &later, "broken.example");
	assert_int_equal(later.n_told, 0);
	pump_after(&net, 0);
	pump_after(&net, 10);
	expect_told(&later, ANSWER_SERVFAIL);
	assert_int_equal(counters(&net).failures, 2);
	assert_int_equal(counters(&net).timeouts, 0);
	net_close(&net);
}

static void memory_is_bounded(void **state)
{
	(void)state;
	struct net net;
	struct resolver_config config = config_of();
	config.cache_bytes = 100000;
	net_open(&net, &config);
	struct asked *a = calloc(20000, sizeof *a);
	for (int i = 0; i < 20000; i++) {
		char name[64];
		snprintf(name, sizeof name, "n%d.many.example", i);
		ask(&net, &a[i], name);
		if (i % 50 == 0)
			pump_after(&net, 20);
		assert_true(counters(&net).cache_bytes <= config.cache_bytes);
	}
	for (int i = 0; i < 300; i++)
		pump_after(&net, 20);
	for (int i = 0; i < 20000; i++)
		expect_told(&a[i], ANSWER_OK);
	const struct resolver_counters c = counters(&net);
	assert_true(c.cache_entries > 100);
	assert_int_equal(c.cache_evictions + c.cache_entries, 20000);
	net_close(&net);
	free(a);
}

/* Nobody is called while a resolver closes, and nothing is left behind (the address sanitizer looks). */
static void closing_forgets_everybody(void **state)
{
	(void)state;
	struct net net;
	struct resolver_config config = config_of();
	config.max_in_flight = 2;
	net_open(&net, &config);
	struct asked a[4] = { 0 };
	ask(&net, &a[0], "slow.example");
	ask(&net, &a[1], "silent.example");
	ask(&net, &a[2], "a.example");
	ask(&net, &a[3], "slow.example");
	pump_after(&net, 0);
	net_close(&net);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(a[i].n_told, 0);
		assert_false(resolver_is_queued(&a[i].waiter));
	}
}

static void answers_land_in_the_order_of_their_delays(void **state)
{
	(void)state;
	char text[8192] = "", why[64];
	size_t size = 0;
	for (unsigned i = 0; i < 100; i++)
		size += (size_t)snprintf(text + size, sizeof text - size, "h%u.example A ~%u 192.0.2.1\n", i, i * 37 % 100);
	struct net net = { .now_ns = 0 };
	struct resolver_config config = config_of();
	assert_int_equal(script_parse(&net.script, text, size, why, sizeof why), ERROR_NONE);
	config.script = net.script;
	assert_int_equal(resolver_new(&net.resolver, &config, NULL, why, sizeof why), ERROR_NONE);
	struct asked a[100] = { 0 };
	for (unsigned i = 0; i < 100; i++) {
		char name[32];
		snprintf(name, sizeof name, "h%u.example", i);
		ask(&net, &a[i], name);
	}
	pump_after(&net, 0);
	for (unsigned ms = 0; ms < 100; ms++)
		pump_after(&net, ms > 0);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(a[i].told_ns, i * 37 % 100 * CLOCK_NS_PER_MS);
		expect_told(&a[i], ANSWER_OK);
	}
	net_close(&net);
}

int main(void)
{
	hash_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes_once_and_stays_cached),
		cmocka_unit_test(the_same_question_flies_once),
		cmocka_unit_test(silence_ends_at_the_deadline),
		cmocka_unit_test(waiting_for_the_throttle_is_no_failure),
		cmocka_unit_test(the_rate_is_exact),
		cmocka_unit_test(cancelled_waiters_are_not_told),
		cmocka_unit_test(done_may_cancel),
		cmocka_unit_test(done_may_ask),
		cmocka_unit_test(done_may_ask_the_same_again),
		cmocka_unit_test(failures_are_remembered_for_a_while),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(closing_forgets_everybody),
		cmocka_unit_test(answers_land_in_the_order_of_their_delays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
