/* scenario.c - see scenario.h. What goes wrong in here fails the test that called. */
#include "tests/resolver/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/clock.h"
#include "resolver/scripted/script.h"
#include "resolver/scripted/scripted.h"

#include <string.h>

static const char zone[] = "a.example A 192.0.2.1\n"
                           "b.example A 192.0.2.2\n"
                           "slow.example A ~300 192.0.2.3\n"
                           "slower.example A ~600 192.0.2.4\n"
                           "broken.example A ~10 !SERVFAIL\n"
                           "silent.example A !TIMEOUT\n"
                           "*.many.example A ~20 192.0.2.5\n";

struct resolver_config scenario_config(void)
{
	return (struct resolver_config){ .engine = &scripted_engine,
		.question_deadline_ms = 1000,
		.max_in_flight = 100,
		.cache_bytes = 1 << 20,
		.failure_ttl_s = 30,
		.n_workers = 1 };
}

void scenario_open_with(
        struct scenario *net, const struct resolver_config *config, const char *text)
{
	char why[128] = "";
	*net = (struct scenario){ .now_ns = 5 * CLOCK_NS_PER_S };
	assert_int_equal(
	        script_parse(&net->script, text, strlen(text), why, sizeof why), ERROR_NONE);
	struct resolver_config c = *config;
	c.source = net->script;
	assert_int_equal(resolver_new(&net->resolver, &c, NULL, why, sizeof why), ERROR_NONE);
	resolver_pump(net->resolver, net->now_ns);
}

void scenario_open(struct scenario *net, const struct resolver_config *config)
{
	scenario_open_with(net, config, zone);
}

void scenario_close(struct scenario *net)
{
	resolver_free(net->resolver);
	script_free(net->script);
}

bool scenario_pump_after(struct scenario *net, uint64_t ms)
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

void ask(struct scenario *net, struct asked *a, const char *name)
{
	ask_type(net, a, name, RRTYPE_A);
}

void ask_type(struct scenario *net, struct asked *a, const char *name, enum rrtype type)
{
	struct dname qname;
	assert_int_equal(dname_parse(&qname, name, strlen(name)), ERROR_NONE);
	a->net = net;
	a->waiter.done = told;
	const struct answer *answer = resolver_ask(net->resolver, &a->waiter, &qname, type);
	if (answer)
		told(&a->waiter, answer);
}

struct resolver_counters scenario_counters(const struct scenario *net)
{
	struct resolver_counters c;
	resolver_counters(net->resolver, &c);
	return c;
}

void asked_expect(struct asked *a, enum answer_status status)
{
	assert_int_equal(a->n_told, 1);
	assert_string_equal(answer_status_text((enum answer_status)a->answer->status),
	        answer_status_text(status));
	answer_unref(a->answer);
	a->answer = NULL;
}
