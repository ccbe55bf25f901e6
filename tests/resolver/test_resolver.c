/* test_resolver.c - resolver/resolver.h over the scripted engine, in virtual time: who is told
 * what, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/hash.h"
#include "resolver/dispatcher.h"
#include "tests/resolver/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static void an_answer_comes_once_and_stays_cached(void **state)
{
	(void)state;
	struct scenario net;
	const struct resolver_config config = scenario_config();
	scenario_open(&net, &config);
	struct asked first = { 0 }, second = { 0 }, third = { 0 };
	ask(&net, &first, "a.example");
	assert_int_equal(first.n_told, 0);
	assert_true(resolver_is_queued(&first.waiter));
	assert_true(resolver_wants_pump(net.resolver));
	assert_false(scenario_pump_after(&net, 0)); /* starts it */
	assert_false(resolver_is_queued(&first.waiter));
	assert_false(resolver_wants_pump(net.resolver));
	assert_true(scenario_pump_after(&net, 0));
	asked_expect(&first, ANSWER_OK);
	ask(&net, &second, "A.Example"); /* a hit: told inside the ask, and case does not matter */
	asked_expect(&second, ANSWER_OK);
	scenario_pump_after(&net, 3600 * 1000 - 1);
	scenario_pump_after(&net, 2);
	ask(&net, &third, "a.example"); /* its hour is over */
	assert_int_equal(third.n_told, 0);
	scenario_pump_after(&net, 0);
	scenario_pump_after(&net, 0);
	asked_expect(&third, ANSWER_OK);
	const struct resolver_counters c = scenario_counters(&net);
	assert_int_equal(c.questions, 3);
	assert_int_equal(c.cache_hits, 1);
	assert_int_equal(c.queries_sent, 2);
	assert_int_equal(c.answers, 2);
	assert_int_equal(c.failures, 0);
	assert_int_equal(c.cache_entries, 1);
	scenario_close(&net);
}

/* A cached answer keeps the time at which it came. */
static void an_answer_says_when_it_came(void **state)
{
	(void)state;
	struct scenario net;
	const struct resolver_config config = scenario_config();
	scenario_open(&net, &config);
	struct asked first = { 0 }, silent = { 0 }, again = { 0 };
	ask(&net, &first, "slow.example");
	ask(&net, &silent, "silent.example");
	resolver_set_wall(net.resolver, 1000);
	scenario_pump_after(&net, 0);
	resolver_set_wall(net.resolver, 1001);
	scenario_pump_after(&net, 300);
	assert_int_equal(first.answer->received_s, 1001);
	asked_expect(&first, ANSWER_OK);
	resolver_set_wall(net.resolver, 1002);
	scenario_pump_after(&net, 700);
	assert_int_equal(silent.answer->received_s, 1002);
	asked_expect(&silent, ANSWER_TIMEOUT);
	ask(&net, &again, "slow.example");
	assert_int_equal(again.answer->received_s, 1001);
	asked_expect(&again, ANSWER_OK);
	scenario_close(&net);
}

static void the_same_question_flies_once(void **state)
{
	(void)state;
	struct scenario net;
	const struct resolver_config config = scenario_config();
	scenario_open(&net, &config);
	struct asked a[5] = { 0 };
	for (int i = 0; i < 4; i++)
		ask(&net, &a[i], i % 2 ? "SLOW.example" : "slow.example");
	scenario_pump_after(&net, 0);
	ask(&net, &a[4], "slow.example"); /* also after it was sent */
	scenario_pump_after(&net, 299);
	assert_int_equal(a[0].n_told, 0);
	scenario_pump_after(&net, 1);
	for (int i = 0; i < 5; i++)
		asked_expect(&a[i], ANSWER_OK);
	const struct resolver_counters c = scenario_counters(&net);
	assert_int_equal(c.queries_sent, 1);
	assert_int_equal(c.joined, 4);
	scenario_close(&net);
}

static void silence_ends_at_the_deadline(void **state)
{
	(void)state;
	struct scenario net;
	const struct resolver_config config = scenario_config();
	scenario_open(&net, &config);
	struct asked a = { 0 };
	ask(&net, &a, "silent.example");
	scenario_pump_after(&net, 0);
	const uint64_t sent_ns = net.now_ns;
	scenario_pump_after(&net, 999);
	assert_int_equal(a.n_told, 0);
	assert_int_equal(scenario_counters(&net).in_flight, 1);
	scenario_pump_after(&net, 1);
	assert_int_equal(a.n_told, 1);
	assert_string_equal(answer_cause(a.answer), "no answer within 1000 ms");
	assert_int_equal(a.told_ns - sent_ns, CLOCK_NS_PER_S);
	asked_expect(&a, ANSWER_TIMEOUT);
	const struct resolver_counters c = scenario_counters(&net);
	assert_int_equal(c.timeouts, 1);
	assert_int_equal(c.failures, 1);
	assert_int_equal(c.in_flight, 0);
	scenario_close(&net);
}

/* A question at a time, each 600 ms, with a deadline of 1 s: the third waits for over a second and
 * is no failure. */
static void waiting_for_the_throttle_is_no_failure(void **state)
{
	(void)state;
	struct scenario net;
	struct resolver_config config = scenario_config();
	config.max_in_flight = 1;
	config.cache_bytes = 0;
	scenario_open(&net, &config);
	struct asked slower = { 0 }, slow = { 0 }, silent = { 0 }, last = { 0 };
	ask(&net, &silent, "silent.example");
	ask(&net, &slower, "slower.example");
	ask(&net, &slow, "slow.example");
	ask(&net, &last, "a.example");
	for (int i = 0; i < 200; i++)
		scenario_pump_after(&net, 10);
	asked_expect(&silent, ANSWER_TIMEOUT);
	asked_expect(&slower, ANSWER_OK);
	asked_expect(&slow, ANSWER_OK);
	asked_expect(&last, ANSWER_OK);
	assert_true(last.told_ns > silent.told_ns);
	assert_int_equal(scenario_counters(&net).queued, 0);
	scenario_close(&net);
}

/* From the start no more than rate * time and a burst are sent, and not fewer either while some
 * wait; but in no second more than the rate: what the burst took is missing at the first one's end.
 * Some thousandths are lost where a second of 1001 ms is full. */
static void the_rate_is_exact(void **state)
{
	(void)state;
	static const unsigned rates[] = { 1, 3, 7, 50, 333, 10000 };
	for (size_t k = 0; k < sizeof rates / sizeof rates[0]; k++) {
		struct scenario net;
		struct resolver_config config = scenario_config();
		config.queries_per_s = rates[k];
		config.max_in_flight = 100000;
		scenario_open(&net, &config);
		const uint64_t seconds = 3, burst = rates[k] / 10 ? rates[k] / 10 : 1;
		const size_t n = rates[k] * seconds + burst + 10;
		struct asked *a = calloc(n, sizeof *a);
		for (size_t i = 0; i < n; i++) {
			char name[64];
			snprintf(name, sizeof name, "n%zu.many.example", i);
			ask(&net, &a[i], name);
		}
		scenario_pump_after(&net, 0);
		assert_int_equal(scenario_counters(&net).queries_sent, burst);
		for (uint64_t ms = 1; ms <= seconds * 1000; ms++) {
			scenario_pump_after(&net, 1);
			uint64_t sent = scenario_counters(&net).queries_sent;
			assert_true(sent <= burst + rates[k] * ms / 1000);
			assert_true(sent <= rates[k] * (ms / 1001 + 1));
			assert_true(sent + 1 + rates[k] / 500 >= rates[k] * ms / 1001);
		}
		for (size_t i = 0; i < n; i++)
			answer_unref(a[i].answer);
		scenario_close(&net);
		free(a);
	}
}

static void cancelled_waiters_are_not_told(void **state)
{
	(void)state;
	struct scenario net;
	const struct resolver_config config = scenario_config();
	scenario_open(&net, &config);
	struct asked never = { 0 }, gone = { 0 }, stays = { 0 }, dropped = { 0 }, later = { 0 };
	resolver_cancel(net.resolver, &never.waiter);
	ask(&net, &gone, "slow.example");
	ask(&net, &stays, "slow.example");
	ask(&net, &dropped, "slower.example");
	resolver_cancel(net.resolver, &dropped.waiter); /* never sent: not worth sending now */
	scenario_pump_after(&net, 0);
	assert_int_equal(scenario_counters(&net).queries_sent, 1);
	assert_int_equal(scenario_counters(&net).queued, 0);
	resolver_cancel(net.resolver, &gone.waiter);
	resolver_cancel(net.resolver, &gone.waiter);
	scenario_pump_after(&net, 300);
	assert_int_equal(gone.n_told, 0);
	assert_int_equal(dropped.n_told, 0);
	asked_expect(&stays, ANSWER_OK);
	/* Once sent, a question that everybody left is still finished and remembered. */
	ask(&net, &gone, "b.example");
	scenario_pump_after(&net, 0);
	resolver_cancel(net.resolver, &gone.waiter);
	assert_false(scenario_pump_after(&net, 0));
	ask(&net, &later, "b.example");
	assert_int_equal(gone.n_told, 0);
	asked_expect(&later, ANSWER_OK);
	scenario_close(&net);
}

static void given_up_questions_are_named(void **state)
{
	(void)state;
	struct scenario net;
	const struct resolver_config config = scenario_config();
	scenario_open(&net, &config);
	struct asked a = { 0 };
	assert_null(resolver_give_up(net.resolver, &a.waiter, "never asked"));
	ask(&net, &a, "slow.example");
	scenario_pump_after(&net, 0);
	const struct answer *answer = resolver_give_up(net.resolver, &a.waiter, "too late");
	assert_int_equal(answer->status, ANSWER_CANCELLED);
	assert_string_equal(answer_cause(answer), "too late");
	answer_unref(answer);
	scenario_pump_after(&net, 300);
	assert_int_equal(a.n_told, 0);
	scenario_close(&net);
}

/* Throttled is who has more questions than the next pump can start, by either limit. */
static void the_throttle_shows(void **state)
{
	(void)state;
	for (unsigned rate = 0; rate <= 20; rate += 20) {
		struct scenario net;
		struct resolver_config config = scenario_config();
		config.queries_per_s = rate;
		config.max_in_flight = rate ? 100 : 2;
		scenario_open(&net, &config);
		struct asked a[3] = { 0 };
		ask(&net, &a[0], "slow.example");
		ask(&net, &a[1], "slower.example");
		assert_false(resolver_is_throttled(net.resolver));
		ask(&net, &a[2], "silent.example");
		assert_true(resolver_is_throttled(net.resolver));
		scenario_pump_after(&net, 0);
		assert_true(resolver_is_throttled(net.resolver));
		assert_false(resolver_wants_pump(net.resolver));
		scenario_pump_after(&net, 300);
		assert_false(resolver_is_throttled(net.resolver));
		for (int i = 0; i < 3; i++)
			answer_unref(a[i].answer);
		scenario_close(&net);
	}
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
	struct scenario net;
	const struct resolver_config config = scenario_config();
	scenario_open(&net, &config);
	struct asked a = { .then = cancel_the_other }, b = { .then = cancel_the_other }, c = { 0 };
	a.other = &b;
	b.other = &a;
	ask(&net, &a, "a.example");
	ask(&net, &c, "a.example");
	ask(&net, &b, "a.example");
	scenario_pump_after(&net, 0);
	scenario_pump_after(&net, 0);
	assert_int_equal(a.n_told + b.n_told, 1);
	answer_unref(a.answer);
	answer_unref(b.answer);
	asked_expect(&c, ANSWER_OK);
	scenario_close(&net);
}

/* Asked inside done(): a hit is told at once, a miss is sent in the very same pump. */
static void done_may_ask(void **state)
{
	(void)state;
	struct scenario net;
	struct resolver_config config = scenario_config();
	config.max_in_flight = 1;
	scenario_open(&net, &config);
	struct asked other = { 0 }, a = { .then = ask_the_other, .other = &other },
	             again = { .then = ask_again };
	ask(&net, &a, "a.example");
	scenario_pump_after(&net, 0);
	scenario_pump_after(&net, 0);
	asked_expect(&a, ANSWER_OK);
	assert_int_equal(scenario_counters(&net).queries_sent, 2);
	scenario_pump_after(&net, 0);
	asked_expect(&other, ANSWER_OK);
	ask(&net, &again, "slow.example");
	scenario_pump_after(&net, 0);
	scenario_pump_after(&net, 300);
	assert_int_equal(again.n_told, 2);
	answer_unref(again.answer);
	scenario_close(&net);
}

/* Without a cache the same question, asked inside done(), is a new flight. */
static void done_may_ask_the_same_again(void **state)
{
	(void)state;
	struct scenario net;
	struct resolver_config config = scenario_config();
	config.cache_bytes = 0;
	scenario_open(&net, &config);
	struct asked a = { .then = ask_again };
	ask(&net, &a, "a.example");
	scenario_pump_after(&net, 0);
	scenario_pump_after(&net, 0);
	assert_int_equal(a.n_told, 1);
	scenario_pump_after(&net, 0);
	assert_int_equal(a.n_told, 2);
	assert_int_equal(scenario_counters(&net).queries_sent, 2);
	answer_unref(a.answer);
	scenario_close(&net);
}

static void failures_are_remembered_for_a_while(void **state)
{
	(void)state;
	struct scenario net;
	const struct resolver_config config = scenario_config();
	scenario_open(&net, &config);
	struct asked first = { 0 }, soon = { 0 }, later = { 0 };
	ask(&net, &first, "broken.example");
	scenario_pump_after(&net, 0);
	scenario_pump_after(&net, 10);
	asked_expect(&first, ANSWER_SERVFAIL);
	scenario_pump_after(&net, 28999); /* the cache may count in whole seconds */
	ask(&net, &soon, "broken.example");
	asked_expect(&soon, ANSWER_SERVFAIL);
	scenario_pump_after(&net, 1001);
	ask(&net, &later, "broken.example");
	assert_int_equal(later.n_told, 0);
	scenario_pump_after(&net, 0);
	scenario_pump_after(&net, 10);
	asked_expect(&later, ANSWER_SERVFAIL);
	assert_int_equal(scenario_counters(&net).failures, 2);
	assert_int_equal(scenario_counters(&net).timeouts, 0);
	scenario_close(&net);
}

static void memory_is_bounded(void **state)
{
	(void)state;
	struct scenario net;
	struct resolver_config config = scenario_config();
	config.cache_bytes = 100000;
	scenario_open(&net, &config);
	struct asked *a = calloc(20000, sizeof *a);
	for (int i = 0; i < 20000; i++) {
		char name[64];
		snprintf(name, sizeof name, "n%d.many.example", i);
		ask(&net, &a[i], name);
		if (i % 50 == 0)
			scenario_pump_after(&net, 20);
		assert_true(scenario_counters(&net).cache_bytes <= config.cache_bytes);
	}
	for (int i = 0; i < 300; i++)
		scenario_pump_after(&net, 20);
	for (int i = 0; i < 20000; i++)
		asked_expect(&a[i], ANSWER_OK);
	const struct resolver_counters c = scenario_counters(&net);
	assert_true(c.cache_entries > 100);
	assert_int_equal(c.cache_evictions + c.cache_entries, 20000);
	scenario_close(&net);
	free(a);
}

/* ---- an engine that holds every question ---- */

static enum error holding_new(struct engine **out, const struct resolver_config *config,
        struct dispatcher *dispatcher, struct loop *loop, char *why, size_t why_size)
{
	(void)loop, (void)why, (void)why_size;
	*out = malloc(sizeof **out);
	**out = (struct engine){ .type = config->engine, .dispatcher = dispatcher };
	return ERROR_NONE;
}

static void holding_free(struct engine *e)
{
	free(e);
}

static void holding_start(struct engine *e, struct flight *f, uint64_t now_ns)
{
	(void)now_ns;
	dispatcher_hold(e->dispatcher, f);
}

static const struct engine_type holding_engine = {
	.held_text = "its turn, to ask for ",
	.new = holding_new,
	.free = holding_free,
	.start = holding_start,
};

/* A question that an engine holds back does not look as if the DNS were slow. */
static void what_holds_a_question_back_is_said(void **state)
{
	(void)state;
	struct scenario net;
	struct resolver_config config = scenario_config();
	config.max_in_flight = 1;
	scenario_open(&net, &config);
	struct asked a = { 0 }, b = { 0 };
	ask(&net, &a, "silent.example");
	scenario_pump_after(&net, 0);
	ask(&net, &b, "a.example");
	assert_string_equal(resolver_waits_for(net.resolver, &a.waiter), "");
	assert_string_equal(resolver_waits_for(net.resolver, &b.waiter), "--in-flight to ask for ");
	scenario_close(&net);
	config.engine = &holding_engine;
	scenario_open(&net, &config);
	ask(&net, &a, "a.example");
	scenario_pump_after(&net, 0);
	assert_true(resolver_holds_back(net.resolver));
	assert_string_equal(resolver_waits_for(net.resolver, &a.waiter), "its turn, to ask for ");
	scenario_pump_after(&net, 10000); /* no deadline runs */
	assert_int_equal(a.n_told, 0);
	scenario_close(&net);
}

/* Nobody is called while a resolver closes, and nothing is left behind (the address sanitizer
 * looks). */
static void closing_forgets_everybody(void **state)
{
	(void)state;
	struct scenario net;
	struct resolver_config config = scenario_config();
	config.max_in_flight = 2;
	scenario_open(&net, &config);
	struct asked a[4] = { 0 };
	ask(&net, &a[0], "slow.example");
	ask(&net, &a[1], "silent.example");
	ask(&net, &a[2], "a.example");
	ask(&net, &a[3], "slow.example");
	scenario_pump_after(&net, 0);
	scenario_close(&net);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(a[i].n_told, 0);
		assert_false(resolver_is_queued(&a[i].waiter));
	}
}

/* Sanitizers do not live with so little. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/* Takes all the memory that there is, but for what malloc() keeps of single blocks, and gives it
 * back. */
static void starve(void *blocks[], size_t n)
{
	static const size_t sizes[] = { 1 << 20, 1 << 12, 1 << 8, 1 << 5 };
	for (size_t size = 0, i = 0; i < n && size < sizeof sizes / sizeof *sizes;)
		if ((blocks[i] = malloc(sizes[size])) != NULL)
			i++;
		else
			size++;
}

/* Nobody is left without an answer when there is none even for that, and nobody is told what only
 * looks like the DNS's word. */
static void everybody_is_told_without_memory(void **state)
{
	(void)state;
	struct scenario net;
	const struct resolver_config config = scenario_config();
	enum { N = 20000, BLOCKS = 1 << 18 };
	static struct asked asked[N];
	static void *blocks[BLOCKS];
	struct rlimit before, none = { 0 };
	scenario_open(&net, &config);
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	none.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
	starve(blocks, BLOCKS);
	for (unsigned i = 0; i < N; i++) {
		char name[32];
		snprintf(name, sizeof name, "n%u.example", i);
		ask(&net, &asked[i], name);
	}
	for (unsigned i = 0; i < 3 * N / config.max_in_flight; i++)
		scenario_pump_after(&net, 1000);
	bool lacked = resolver_lacked_memory(net.resolver);
	setrlimit(RLIMIT_AS, &before);
	for (unsigned i = 0; i < BLOCKS; i++)
		free(blocks[i]);
	assert_true(lacked);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(asked[i].n_told, 1);
		answer_unref(asked[i].answer);
	}
	scenario_close(&net);
}

#endif

int main(void)
{
	hash_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes_once_and_stays_cached),
		cmocka_unit_test(an_answer_says_when_it_came),
		cmocka_unit_test(the_same_question_flies_once),
		cmocka_unit_test(silence_ends_at_the_deadline),
		cmocka_unit_test(waiting_for_the_throttle_is_no_failure),
		cmocka_unit_test(the_rate_is_exact),
		cmocka_unit_test(cancelled_waiters_are_not_told),
		cmocka_unit_test(given_up_questions_are_named),
		cmocka_unit_test(the_throttle_shows),
		cmocka_unit_test(done_may_cancel),
		cmocka_unit_test(done_may_ask),
		cmocka_unit_test(done_may_ask_the_same_again),
		cmocka_unit_test(failures_are_remembered_for_a_while),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(what_holds_a_question_back_is_said),
		cmocka_unit_test(closing_forgets_everybody),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
		cmocka_unit_test(everybody_is_told_without_memory),
#endif
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
