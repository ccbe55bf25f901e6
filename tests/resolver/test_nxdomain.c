/* test_nxdomain.c - resolver/nxdomain.h in a resolver over the scripted engine, in virtual time:
 * which questions are sent, and which are answered by the NXDOMAIN of another one. */
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

enum { WAIT_MS = 400 };

static const char zone[] = "a.example A ~20 192.0.2.1\n"
                           "a.example TXT ~20 \"v=spf1 -all\"\n"
                           "b.example A ~20 192.0.2.2\n"
                           "slow.example TXT ~900 \"slow\"\n"
                           "slow.example A ~20 192.0.2.3\n"
                           "silent.example TXT !TIMEOUT\n"
                           "broken.example TXT ~20 !SERVFAIL\n"
                           "broken.example A ~20 192.0.2.4\n"
                           "alias.example CNAME gone.example\n";

/* Each test has a scenario, and asks without a cache line to spare for waiters. */
static struct scenario net;
static struct asked asked[64];
static unsigned n_asked;

static void begin(unsigned wait_ms, unsigned max_in_flight)
{
	struct resolver_config config = scenario_config();
	config.leader_wait_ms = wait_ms;
	config.max_in_flight = max_in_flight;
	config.question_deadline_ms = 5000;
	scenario_open_with(&net, &config, zone);
	n_asked = 0;
}

static struct asked *put(const char *name, enum rrtype type)
{
	struct asked *a = &asked[n_asked++];
	*a = (struct asked){ 0 };
	ask_type(&net, a, name, type);
	return a;
}

static void end(void)
{
	for (unsigned i = 0; i < n_asked; i++) {
		answer_unref(asked[i].answer);
		asked[i].answer = NULL;
	}
	scenario_close(&net);
}

/* Nothing more happens unless time goes by: no answer leads to more than a few pumps. */
static void settle(void)
{
	for (unsigned i = 0; i < 10; i++)
		scenario_pump_after(&net, 0);
}

static void expect_counts(uint64_t sent, uint64_t spared, uint64_t cache_hits)
{
	const struct resolver_counters c = scenario_counters(&net);
	assert_int_equal(c.queries_sent, sent);
	assert_int_equal(c.spared_by_nxdomain, spared);
	assert_int_equal(c.cache_hits, cache_hits);
	if (!c.in_flight && !c.queued) /* then nobody follows, too */
		assert_int_equal(c.questions, sent + spared + cache_hits + c.joined);
}

static void other_types_are_known_at_once(void **state)
{
	(void)state;
	begin(0, 100);
	struct asked *first = put("gone.example", RRTYPE_TXT);
	settle();
	assert_int_equal(first->answer->status, ANSWER_NXDOMAIN);
	const struct asked *other = put("GONE.example", RRTYPE_MX);
	assert_int_equal(other->n_told, 1);
	assert_int_equal(other->answer->status, ANSWER_NXDOMAIN);
	assert_int_equal(other->answer->type, RRTYPE_MX);
	assert_true(other->answer->is_derived);
	assert_int_equal(other->answer->ttl_s, 3600);
	expect_counts(1, 1, 0);
	put("gone.example", RRTYPE_MX);
	put("gone.example", RRTYPE_TXT); /* what was asked is in the cache */
	expect_counts(1, 2, 1);
	asked_expect(put("gone.example", RRTYPE_TXT), ANSWER_NXDOMAIN);
	put("below.gone.example", RRTYPE_TXT);
	settle();
	expect_counts(2, 2, 2);
	/* as long as the one that it was derived from */
	scenario_pump_after(&net, 3600 * 1000);
	assert_int_equal(put("gone.example", RRTYPE_MX)->n_told, 0);
	settle();
	expect_counts(3, 2, 2);
	end();
}

static void the_first_question_about_a_name_leads(void **state)
{
	(void)state;
	static const enum rrtype types[] = { RRTYPE_TXT, RRTYPE_A, RRTYPE_AAAA, RRTYPE_MX };
	begin(WAIT_MS, 100);
	put("b.example", RRTYPE_A);
	scenario_pump_after(&net, 0);
	scenario_pump_after(&net, 20); /* example. is known now */
	for (unsigned i = 0; i < 4; i++)
		put("gone.example", types[i]);
	scenario_pump_after(&net, 0);
	expect_counts(2, 0, 0);
	settle();
	for (unsigned i = 1; i <= 4; i++)
		assert_int_equal(asked[i].answer->status, ANSWER_NXDOMAIN);
	expect_counts(2, 3, 0);
	/* a name that exists: all others go together */
	for (unsigned i = 0; i < 4; i++)
		put("a.example", types[i]);
	scenario_pump_after(&net, 0);
	assert_int_equal(scenario_counters(&net).queries_sent, 3);
	scenario_pump_after(&net, 20);
	expect_counts(6, 3, 0);
	assert_string_equal(resolver_waits_for(net.resolver, &asked[6].waiter), "");
	scenario_pump_after(&net, 20);
	settle();
	for (unsigned i = 5; i < 9; i++)
		assert_int_equal(asked[i].n_told, 1);
	assert_int_equal(asked[6].answer->status, ANSWER_OK);
	end();
}

/* A name that is slow, or never answered for, costs the others no more than the wait. */
static void a_slow_answer_is_not_waited_for(void **state)
{
	(void)state;
	static const char *const names[] = { "slow.example", "silent.example" };
	for (unsigned i = 0; i < 2; i++) {
		begin(WAIT_MS, 100);
		put("b.example", RRTYPE_A);
		scenario_pump_after(&net, 0);
		scenario_pump_after(&net, 20);
		put(names[i], RRTYPE_TXT);
		struct asked *other = put(names[i], RRTYPE_A);
		scenario_pump_after(&net, 0);
		scenario_pump_after(&net, 1);
		put("a.example", RRTYPE_A); /* is answered meanwhile */
		scenario_pump_after(&net, 0);
		scenario_pump_after(&net, WAIT_MS - 2);
		expect_counts(3, 0, 0);
		scenario_pump_after(&net, 1);
		expect_counts(4, 0, 0);
		put(names[i], RRTYPE_MX); /* nobody leads any more */
		scenario_pump_after(&net, 20);
		expect_counts(5, 0, 0);
		assert_int_equal(other->n_told, 1);
		end();
	}
}

static void failures_and_aliases_say_nothing_of_other_types(void **state)
{
	(void)state;
	static const char *const names[] = { "broken.example", "alias.example" };
	static const enum answer_status said[] = { ANSWER_SERVFAIL, ANSWER_NXDOMAIN };
	for (unsigned i = 0; i < 2; i++) {
		begin(WAIT_MS, 100);
		struct asked *first = put(names[i], RRTYPE_TXT);
		put(names[i], RRTYPE_A);
		scenario_pump_after(&net, 0);
		expect_counts(1, 0, 0);
		scenario_pump_after(&net, 20);
		settle();
		assert_int_equal(first->answer->status, said[i]);
		put(names[i], RRTYPE_MX);
		settle();
		expect_counts(3, 0, 0);
		end();
	}
}

/* While the throttle keeps the leader back, those that follow it wait, too, and it shows. */
static void a_leader_in_the_queue_leads_on(void **state)
{
	(void)state;
	begin(WAIT_MS, 1);
	put("silent.example", RRTYPE_TXT);
	scenario_pump_after(&net, 0);
	put("gone.other", RRTYPE_TXT);
	struct asked *follower = put("gone.other", RRTYPE_A);
	scenario_pump_after(&net, 0);
	assert_true(resolver_is_queued(&follower->waiter));
	assert_string_equal(
	        resolver_waits_for(net.resolver, &follower->waiter), "--in-flight to ask for ");
	scenario_pump_after(&net, 3 * WAIT_MS);
	expect_counts(1, 0, 0);
	scenario_pump_after(&net, 5000);
	settle();
	asked_expect(follower, ANSWER_NXDOMAIN);
	/* gone.other, and other. itself */
	assert_int_equal(scenario_counters(&net).queries_sent, 3);
	end();
}

static void those_that_wait_may_leave(void **state)
{
	(void)state;
	begin(WAIT_MS, 100);
	struct asked *leader = put("gone.example", RRTYPE_TXT), *a = put("gone.example", RRTYPE_A),
	             *mx = put("gone.example", RRTYPE_MX);
	resolver_cancel(net.resolver, &a->waiter);
	resolver_cancel(net.resolver, &leader->waiter); /* others wait for its answer */
	settle();
	assert_int_equal(leader->n_told + a->n_told, 0);
	asked_expect(mx, ANSWER_NXDOMAIN);
	assert_int_equal(scenario_counters(&net).queries_sent, 1);
	/* alone, a leader that was not sent goes, and leads nobody */
	leader = put("c.new", RRTYPE_TXT);
	resolver_cancel(net.resolver, &leader->waiter);
	a = put("d.new", RRTYPE_A);
	scenario_pump_after(&net, 0);
	assert_int_equal(scenario_counters(&net).queries_sent, 2);
	end();
}

static void urgent_questions_do_not_wait(void **state)
{
	(void)state;
	begin(WAIT_MS, 100);
	put("slow.example", RRTYPE_TXT);
	struct asked *a = put("slow.example", RRTYPE_A), *b = put("b.example", RRTYPE_A);
	scenario_pump_after(&net, 0);
	expect_counts(1, 0, 0);
	resolver_make_urgent(net.resolver, &a->waiter);
	resolver_make_urgent(net.resolver, &b->waiter);
	scenario_pump_after(&net, 0);
	expect_counts(3, 0, 0);
	end();
}

/* ---- top-level domains ---- */

static void put_many(const char *form, unsigned n)
{
	char name[64];
	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof name, form, i);
		put(name, RRTYPE_TXT);
	}
}

/* One question below it, and one about itself. */
static void a_dead_top_is_asked_twice(void **state)
{
	(void)state;
	begin(WAIT_MS, 100);
	put_many("x%u.dead", 50);
	scenario_pump_after(&net, 0);
	expect_counts(1, 0, 0);
	settle();
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(asked[i].answer->status, ANSWER_NXDOMAIN);
	/* our own question about it counts as one */
	expect_counts(2, 49, 0);
	struct asked *later = put("a.b.c.DEAD", RRTYPE_A);
	assert_int_equal(later->n_told, 1);
	assert_true(later->answer->is_derived);
	expect_counts(2, 50, 0);
	put("dead", RRTYPE_A);
	put("dead", RRTYPE_MX);
	expect_counts(2, 51, 1);
	scenario_pump_after(&net, 3600 * 1000);
	assert_int_equal(put("y.dead", RRTYPE_TXT)->n_told, 0);
	end();
}

/* Without waiting the same is found out, only later. */
static void a_dead_top_is_found_without_waiting(void **state)
{
	(void)state;
	begin(0, 100);
	put_many("x%u.dead", 3);
	settle();
	expect_counts(4, 0, 0);
	asked_expect(put("y.dead", RRTYPE_MX), ANSWER_NXDOMAIN);
	expect_counts(4, 1, 0);
	end();
}

static void a_single_label_needs_no_second_question(void **state)
{
	(void)state;
	begin(WAIT_MS, 100);
	put("dead", RRTYPE_TXT);
	settle();
	expect_counts(1, 0, 0);
	asked_expect(put("x.dead", RRTYPE_TXT), ANSWER_NXDOMAIN);
	expect_counts(1, 1, 0);
	end();
}

/* The question about the domain itself is under way for somebody else. */
static void who_asks_for_the_top_itself_is_followed(void **state)
{
	(void)state;
	begin(WAIT_MS, 100);
	put("x.dead", RRTYPE_TXT);
	put("y.dead", RRTYPE_TXT);
	put("dead", RRTYPE_TXT);
	struct asked *same = put("dead", RRTYPE_A); /* follows the TXT of its name */
	settle();
	for (unsigned i = 0; i < n_asked; i++)
		assert_int_equal(asked[i].answer->status, ANSWER_NXDOMAIN);
	assert_int_equal(same->n_told, 1);
	const struct resolver_counters c = scenario_counters(&net);
	assert_in_range(c.queries_sent, 2, 3);
	end();
}

static void a_top_that_lives_is_waited_for_once(void **state)
{
	(void)state;
	begin(WAIT_MS, 100);
	put("a.example", RRTYPE_A);
	put_many("x%u.example", 5);
	scenario_pump_after(&net, 0);
	expect_counts(1, 0, 0);
	scenario_pump_after(&net, 20);
	expect_counts(6, 0, 0);
	settle();
	put_many("y%u.example", 5);
	scenario_pump_after(&net, 0);
	expect_counts(11, 0, 0);
	end();
}

/* A slow first answer holds the domain's other names for the wait, and no longer. */
static void a_slow_top_is_let_through(void **state)
{
	(void)state;
	begin(WAIT_MS, 100);
	put("silent.example", RRTYPE_TXT);
	put("a.example", RRTYPE_A);
	scenario_pump_after(&net, 0);
	scenario_pump_after(&net, WAIT_MS - 1);
	expect_counts(1, 0, 0);
	scenario_pump_after(&net, 1);
	expect_counts(2, 0, 0);
	put("b.example", RRTYPE_A);
	scenario_pump_after(&net, 20);
	expect_counts(3, 0, 0);
	end();
}

/* ---- a server with names of its own below "." ---- */

struct flat {
	struct engine engine; /* first */
	struct answer_builder builder;
	bool top_fails;
};

static struct flat *flat;

static enum error flat_new(struct engine **out, const struct resolver_config *config,
        struct dispatcher *dispatcher, struct loop *loop, char *why, size_t why_size)
{
	(void)loop, (void)why, (void)why_size;
	flat = calloc(1, sizeof *flat);
	flat->engine = (struct engine){ .type = config->engine, .dispatcher = dispatcher };
	*out = &flat->engine;
	return ERROR_NONE;
}

static void flat_free(struct engine *e)
{
	answer_builder_fini(&flat->builder);
	free(e);
}

/* NXDOMAIN with the SOA of the root to every name of two labels; a single label has no data, or
 * fails. */
static void flat_start(struct engine *e, struct flight *f, uint64_t now_ns)
{
	(void)now_ns;
	struct answer_builder *b = &flat->builder;
	flight_begin_answer(f, b);
	b->ttl_s = 60;
	bool is_top = f->qname.wire[0] + 2u == f->qname.size;
	b->is_of_root = !is_top;
	b->status = !is_top ? ANSWER_NXDOMAIN : flat->top_fails ? ANSWER_SERVFAIL : ANSWER_NODATA;
	dispatcher_finish(e->dispatcher, f, answer_build(b));
}

static const struct engine_type flat_engine = {
	.new = flat_new, .free = flat_free, .start = flat_start
};

static void begin_flat(void)
{
	struct resolver_config config = scenario_config();
	config.leader_wait_ms = WAIT_MS;
	config.engine = &flat_engine;
	scenario_open_with(&net, &config, zone);
	n_asked = 0;
}

/* The root's NXDOMAIN about a name below is not believed of the whole domain; and that is asked
 * once. */
static void a_zone_at_the_root_kills_nothing(void **state)
{
	(void)state;
	begin_flat();
	put_many("x%u.flat", 5);
	settle();
	expect_counts(6, 0, 0);
	put_many("y%u.flat", 5);
	settle();
	expect_counts(11, 0, 0);
	asked_expect(put("flat", RRTYPE_A), ANSWER_NODATA);
	expect_counts(11, 0, 1);
	end();
}

static void a_failure_about_the_top_kills_nothing(void **state)
{
	(void)state;
	begin_flat();
	flat->top_fails = true;
	put_many("x%u.flat", 5);
	settle();
	expect_counts(6, 0, 0);
	put_many("y%u.flat", 5);
	settle();
	for (unsigned i = 0; i < n_asked; i++)
		assert_false(asked[i].answer->is_derived);
	assert_int_equal(scenario_counters(&net).spared_by_nxdomain, 0);
	end();
}

/* Nobody is called while a resolver closes with leaders and followers in every state, and nothing
 * is left behind (the address sanitizer looks). */
static void closing_forgets_those_that_wait(void **state)
{
	(void)state;
	begin(WAIT_MS, 2);
	put("slow.example", RRTYPE_TXT);
	put("slow.example", RRTYPE_A);
	put("a.example", RRTYPE_A);
	put("silent.other", RRTYPE_TXT);
	put("silent.other", RRTYPE_A);
	put("x.third", RRTYPE_TXT);
	scenario_pump_after(&net, 0);
	scenario_pump_after(&net, 0);
	put("y.third", RRTYPE_TXT);
	put("x.fourth", RRTYPE_TXT);
	end();
}

int main(void)
{
	hash_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_types_are_known_at_once),
		cmocka_unit_test(the_first_question_about_a_name_leads),
		cmocka_unit_test(a_slow_answer_is_not_waited_for),
		cmocka_unit_test(failures_and_aliases_say_nothing_of_other_types),
		cmocka_unit_test(a_leader_in_the_queue_leads_on),
		cmocka_unit_test(those_that_wait_may_leave),
		cmocka_unit_test(urgent_questions_do_not_wait),
		cmocka_unit_test(a_dead_top_is_asked_twice),
		cmocka_unit_test(a_dead_top_is_found_without_waiting),
		cmocka_unit_test(a_single_label_needs_no_second_question),
		cmocka_unit_test(who_asks_for_the_top_itself_is_followed),
		cmocka_unit_test(a_top_that_lives_is_waited_for_once),
		cmocka_unit_test(a_slow_top_is_let_through),
		cmocka_unit_test(a_zone_at_the_root_kills_nothing),
		cmocka_unit_test(a_failure_about_the_top_kills_nothing),
		cmocka_unit_test(closing_forgets_those_that_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
