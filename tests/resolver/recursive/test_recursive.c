/* test_recursive.c - the engines that send, libunbound's and our own, against a real name server
 * (NSD) on a loopback port of its own, and against none.
 *
 * The server is started once for all tests, and is ready when it answers a query. Everything sent
 * stays on 127.0.0.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/hash.h"
#include "tests/resolver/nsd.h"
#include "resolver/forward/forward.h"
#include "resolver/recursive/recursive.h"
#include "resolver/resolver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_NS (20 * CLOCK_NS_PER_S)
/* ---- asking ---- */

struct client {
	struct loop *loop;
	struct resolver *resolver;
	unsigned n_open;
};

struct asked {
	struct resolver_waiter waiter; /* first */
	struct client *client;
	const struct answer *answer;
};

static struct resolver_config forward_to(struct resolver_upstream *upstreams, unsigned n)
{
	return (struct resolver_config){
		.engine = &forward_engine,
		.upstreams = upstreams,
		.n_upstreams = n,
		.timeout_ms = 1500,
		.retries = 1,
		.question_deadline_ms = 10000,
		.max_in_flight = 1000,
		.cache_bytes = 4 << 20,
		.n_workers = 1,
	};
}

static struct resolver_upstream loopback(uint16_t port)
{
	static const uint8_t octets[4] = { 127, 0, 0, 1 };
	return (struct resolver_upstream){ .ip = ipaddr_of_4(octets), .port = port };
}

static void client_open(struct client *c, const struct resolver_config *config)
{
	char why[256] = "";
	*c = (struct client){ .loop = loop_new() };
	if (resolver_new(&c->resolver, config, c->loop, why, sizeof why))
		fail_msg("%s", why);
}

static void client_close(struct client *c)
{
	resolver_free(c->resolver);
	loop_free(c->loop);
}

static void told(struct resolver_waiter *waiter, const struct answer *answer)
{
	struct asked *a = (struct asked *)waiter;
	assert_null(a->answer);
	a->answer = answer;
	a->client->n_open--;
}

static void ask_name(struct client *c, struct asked *a, const struct dname *qname, enum rrtype type)
{
	*a = (struct asked){ .waiter.done = told, .client = c };
	c->n_open++;
	const struct answer *answer = resolver_ask(c->resolver, &a->waiter, qname, type);
	if (answer)
		told(&a->waiter, answer);
}

static void ask(struct client *c, struct asked *a, const char *name, enum rrtype type)
{
	struct dname qname;
	assert_int_equal(dname_parse(&qname, name, strlen(name)), ERROR_NONE);
	ask_name(c, a, &qname, type);
}

static void turn(struct client *c)
{
	loop_turn(c->loop, !resolver_wants_pump(c->resolver));
	resolver_pump(c->resolver, clock_now_ns());
}

static void run(struct client *c)
{
	const uint64_t until_ns = clock_now_ns() + PATIENCE_NS;
	resolver_pump(c->resolver, clock_now_ns());
	while (c->n_open && clock_now_ns() < until_ns)
		turn(c);
	assert_int_equal(c->n_open, 0);
}

static const struct answer *answer_to(struct client *c, const char *name, enum rrtype type)
{
	struct asked a;
	ask(c, &a, name, type);
	run(c);
	return a.answer;
}

static void expect(struct client *c, const char *name, enum rrtype type, enum answer_status status,
        unsigned n_records)
{
	const struct answer *a = answer_to(c, name, type);
	if (a->status != status || a->n_records != n_records)
		fail_msg("%s: %s with %u records: %s", name,
		        answer_status_text((enum answer_status)a->status), a->n_records,
		        answer_cause(a));
	answer_unref(a);
}

static struct resolver_counters counters(const struct client *c)
{
	struct resolver_counters counts;
	resolver_counters(c->resolver, &counts);
	return counts;
}

/* ---- tests ---- */

static void records_come_as_published(void **state)
{
	const struct nsd *s = *state;
	struct client c;
	struct resolver_upstream up = loopback(s->port);
	const struct resolver_config config = forward_to(&up, 1);
	client_open(&c, &config);
	char text[DNAME_TEXT_BYTES];
	struct dname name;

	const struct answer *a = answer_to(&c, "example.com", RRTYPE_A);
	assert_int_equal(a->n_records, 2);
	assert_int_equal(a->ttl_s, 3600);
	assert_memory_equal(answer_rdata(a, 0), "\300\0\2\1", 4);
	answer_unref(a);

	a = answer_to(&c, "example.com", RRTYPE_MX);
	assert_int_equal(a->n_records, 2);
	answer_target(a, 0, &name);
	assert_string_equal(dname_text(&name, text), "mx1.example.com");
	assert_int_equal(a->records[0].preference, 10);
	answer_unref(a);

	a = answer_to(&c, "example.com", RRTYPE_TXT);
	assert_int_equal(a->n_records, 2);
	const unsigned spf =
	        a->records[0].rdata_size == 5; /* the order of TXT records is the server's */
	assert_int_equal(a->records[spf].rdata_size, 16);
	assert_memory_equal(answer_rdata(a, spf), "v=spf1 a mx -all", 16);
	answer_unref(a);

	a = answer_to(&c, "ALIAS.example.com", RRTYPE_A);
	assert_int_equal(a->n_records, 2);
	assert_int_equal(a->ttl_s, 60); /* of the second CNAME */
	answer_canonical(a, &name);
	assert_string_equal(dname_text(&name, text), "example.com");
	answer_unref(a);

	a = answer_to(&c, "nowhere.example.com", RRTYPE_A);
	assert_int_equal(a->status, ANSWER_NXDOMAIN);
	assert_int_equal(a->ttl_s, 120);
	answer_unref(a);
	expect(&c, "example.com", RRTYPE_AAAA, ANSWER_OK, 1);
	expect(&c, "example.com", RRTYPE_PTR, ANSWER_NODATA, 0);
	expect(&c, "sub.example.com", RRTYPE_A, ANSWER_NODATA, 0);
	expect(&c, "alias.example.com", RRTYPE_PTR, ANSWER_NODATA, 0);
	expect(&c, "dangling.example.com", RRTYPE_A, ANSWER_NXDOMAIN, 0);
	expect(&c, "example.com", RRTYPE_A, ANSWER_OK, 2);
	assert_int_equal(counters(&c).cache_hits, 1);
	assert_int_equal(counters(&c).local_answers, 0);
	client_close(&c);
}

/* 8 000 octets of TXT do not fit in a datagram: truncated, then asked again by TCP. */
static void large_answers_come_by_tcp(void **state)
{
	const struct nsd *s = *state;
	struct client c;
	struct resolver_upstream up = loopback(s->port);
	const struct resolver_config config = forward_to(&up, 1);
	client_open(&c, &config);
	const struct answer *a = answer_to(&c, "large.example.com", RRTYPE_TXT);
	assert_int_equal(a->n_records, 1);
	assert_int_equal(a->records[0].rdata_size, 8000);
	answer_unref(a);
	client_close(&c);
}

static void odd_names_are_asked(void **state)
{
	const struct nsd *s = *state;
	struct client c;
	struct resolver_upstream up = loopback(s->port);
	const struct resolver_config config = forward_to(&up, 1);
	client_open(&c, &config);
	expect(&c, "a b.example.com", RRTYPE_A, ANSWER_OK, 1);
	expect(&c, "foo:bar/baz.example.com", RRTYPE_TXT, ANSWER_OK, 1);
	expect(&c, "back\\slash.example.com", RRTYPE_A, ANSWER_OK, 1);
	static const uint8_t dotted[] = "\6dot.in\5label\7example\3com",
	                     octets[] = "\5nul\0\377\7example\3com";
	const struct {
		const uint8_t *wire;
		size_t size;
	} odd[] = { { dotted, sizeof dotted }, { octets, sizeof octets } };
	for (size_t i = 0; i < 2; i++) {
		struct dname name;
		struct asked asked;
		assert_true(dname_decode(&name, odd[i].wire, odd[i].size));
		ask_name(&c, &asked, &name, RRTYPE_A);
		run(&c);
		assert_int_equal(asked.answer->status, ANSWER_OK);
		answer_unref(asked.answer);
	}
	char longest[255];
	memset(longest, 'x', sizeof longest);
	for (size_t at = 63; at < 252; at += 64)
		longest[at] = '.';
	longest[253] = '\0';
	const struct answer *a =
	        answer_to(&c, longest, RRTYPE_A); /* a name of 255 octets; NSD has no such zone */
	assert_int_equal(a->status, ANSWER_REFUSED);
	assert_int_equal(
	        a->attempts, 2); /* there is no other upstream, so the same was asked once more */
	answer_unref(a);
	client_close(&c);
}

static void built_in_zones_are_asked_too(void **state)
{
	const struct nsd *s = *state;
	struct client c;
	struct resolver_upstream up = loopback(s->port);
	const struct resolver_config config = forward_to(&up, 1);
	client_open(&c, &config);
	static const char *const addresses[] = {
		"foo.test",
		"foo.invalid",
		"foo.localhost",
		"localhost",
		"foo.onion",
		"foo.home.arpa",
	};
	static const char *const reverses[] = { "1.0.168.192.in-addr.arpa", "4.3.2.10.in-addr.arpa",
		"1.0.0.127.in-addr.arpa" };
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
		expect(&c, addresses[i], RRTYPE_A, ANSWER_OK, 1);
	for (size_t i = 0; i < sizeof reverses / sizeof reverses[0]; i++)
		expect(&c, reverses[i], RRTYPE_PTR, ANSWER_OK, 1);
	client_close(&c);
}

static void a_thousand_in_flight(void **state)
{
	const struct nsd *s = *state;
	struct client c;
	struct resolver_upstream up = loopback(s->port);
	const struct resolver_config config = forward_to(&up, 1);
	client_open(&c, &config);
	struct asked *a = calloc(NSD_N_MANY, sizeof *a);
	for (int i = 0; i < NSD_N_MANY; i++) {
		char name[32];
		snprintf(name, sizeof name, "h%d.many.example", i);
		ask(&c, &a[i], name, RRTYPE_A);
	}
	resolver_pump(c.resolver, clock_now_ns());
	assert_in_range(
	        counters(&c).in_flight, 1, 1000); /* the upstream's window grows with its answers */
	assert_int_equal(counters(&c).queued + counters(&c).in_flight, NSD_N_MANY);
	run(&c);
	for (int i = 0; i < NSD_N_MANY; i++) {
		const uint8_t octets[4] = { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i };
		assert_int_equal(a[i].answer->status, ANSWER_OK);
		assert_memory_equal(answer_rdata(a[i].answer, 0), octets, 4);
		answer_unref(a[i].answer);
	}
	assert_int_equal(counters(&c).answers, NSD_N_MANY);
	client_close(&c);
	free(a);
}

static void a_silent_upstream_is_given_up(void **state)
{
	const struct nsd *s = *state;
	struct client c;
	struct resolver_upstream up = loopback(s->silent_port);
	struct resolver_config config = forward_to(&up, 1);
	config.timeout_ms = 100;
	config.retries = 0;
	client_open(&c, &config);
	expect(&c, "example.com", RRTYPE_A, ANSWER_TIMEOUT, 0);
	assert_int_equal(counters(&c).retries, 0);
	client_close(&c);
}

static void a_dead_upstream_is_passed_over(void **state)
{
	const struct nsd *s = *state;
	struct client c;
	struct resolver_upstream up[] = { loopback(s->silent_port), loopback(s->port) };
	struct resolver_config config = forward_to(up, 2);
	config.timeout_ms = 100;
	client_open(&c, &config);
	struct asked a[100];
	for (int i = 0; i < 100; i++) {
		char name[32];
		snprintf(name, sizeof name, "h%d.many.example", i);
		ask(&c, &a[i], name, RRTYPE_A);
	}
	run(&c);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(a[i].answer->status, ANSWER_OK);
		answer_unref(a[i].answer);
	}
	client_close(&c);
}

static struct resolver_config with_file(
        char path[128], const struct nsd *s, const char *name, const char *text)
{
	snprintf(path, 128, "%s/%s", s->folder, name);
	nsd_write_file(s, name, text);
	struct resolver_config config = forward_to(NULL, 0);
	config.engine = &recursive_engine;
	config.unbound_config = path;
	return config;
}

/* libunbound would go on for 20 s; our own deadline does not wait, and what it goes on with stays
 * bounded: of 8 questions, 2 and then another 2 are all that it ever holds. */
static void the_deadline_is_ours(void **state)
{
	const struct nsd *s = *state;
	struct client c;
	char path[128], text[512];
	snprintf(text, sizeof text, "forward-zone:\n\tname: \".\"\n\tforward-addr: 127.0.0.1@%u\n",
	        s->silent_port);
	struct resolver_config config = with_file(path, s, "silent.conf", text);
	config.timeout_ms = 20000;
	config.question_deadline_ms = 150;
	config.max_in_flight = 2;
	client_open(&c, &config);
	struct asked a[8];
	for (int i = 0; i < 8; i++) {
		char name[32];
		snprintf(name, sizeof name, "n%d.example.com", i);
		ask(&c, &a[i], name, RRTYPE_A);
	}
	const uint64_t begin_ns = clock_now_ns();
	while (c.n_open > 4)
		turn(&c);
	assert_true(clock_now_ns() - begin_ns >= 300 * CLOCK_NS_PER_MS);
	assert_true(clock_now_ns() - begin_ns < 5000 * CLOCK_NS_PER_MS);
	for (int i = 0; i < 50; i++)
		turn(&c);
	assert_int_equal(c.n_open, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(a[i].answer->status, ANSWER_TIMEOUT);
		answer_unref(a[i].answer);
	}
	for (int i = 4; i < 8; i++)
		assert_true(resolver_is_queued(&a[i].waiter)); /* not a failure: ours to wait */
	client_close(&c);
}

/* Two workers side by side, as threads have them; the zone is in memory, and nothing is sent. */
static void auth_zones_answer_in_process(void **state)
{
	const struct nsd *s = *state;
	char path[128], text[512];
	snprintf(text, sizeof text,
	        "auth-zone:\n\tname: \"example.com\"\n\tzonefile: "
	        "\"%s/example.zone\"\n\tfor-downstream: yes\n\tfor-upstream: yes\n",
	        s->folder);
	struct resolver_config config = with_file(path, s, "auth.conf", text);
	struct client c[2];
	config.n_workers = 2;
	for (config.worker = 0; config.worker < 2; config.worker++)
		client_open(&c[config.worker], &config);
	for (int i = 0; i < 2; i++) {
		expect(&c[i], "example.com", RRTYPE_MX, ANSWER_OK, 2);
		expect(&c[i], "alias.example.com", RRTYPE_A, ANSWER_OK, 2);
		expect(&c[i], "nowhere.example.com", RRTYPE_TXT, ANSWER_NXDOMAIN, 0);
		assert_int_equal(counters(&c[i]).local_answers, 3);
		client_close(&c[i]);
	}
}

static void stub_zones_are_recursed_into(void **state)
{
	const struct nsd *s = *state;
	char path[128], text[512];
	snprintf(text, sizeof text,
	        "stub-zone:\n\tname: \"example.com\"\n\tstub-addr: 127.0.0.1@%u\n", s->port);
	const struct resolver_config config = with_file(path, s, "stub.conf", text);
	struct client c;
	client_open(&c, &config);
	expect(&c, "example.com", RRTYPE_TXT, ANSWER_OK, 2);
	expect(&c, "alias.example.com", RRTYPE_A, ANSWER_OK, 2);
	expect(&c, "nowhere.example.com", RRTYPE_A, ANSWER_NXDOMAIN, 0);
	assert_int_equal(counters(&c).local_answers, 0);
	client_close(&c);
}

static void expect_refused(const struct resolver_config *config, const char *words)
{
	struct loop *loop = loop_new();
	struct resolver *r;
	char why[256] = "";
	assert_int_not_equal(resolver_new(&r, config, loop, why, sizeof why), ERROR_NONE);
	assert_null(r);
	assert_null(strchr(why, '\n'));
	if (!strstr(why, words))
		fail_msg("not in \"%s\": %s", why, words);
	loop_free(loop);
}

static void bad_configurations_are_explained(void **state)
{
	const struct nsd *s = *state;
	char path[128];
	struct resolver_config config =
	        with_file(path, s, "bad.conf", "server:\n\tdo-ip6: no\n\tnonsense: yes\n");
	expect_refused(&config, "bad.conf:3: error: unknown keyword 'nonsense'");
	config = with_file(path, s, "bad.conf",
	        "auth-zone:\n\tname: \"example.com\"\n\tzonefile: \"/nonexistent/zone\"\n");
	expect_refused(&config, "bad.conf: cannot open zonefile /nonexistent/zone");
	config = with_file(path, s, "bad.conf", "server:\n\tmodule-config: \"iterator nosuch\"\n");
	expect_refused(&config, "bad.conf: no such module: nosuch");
	config.unbound_config = "/nonexistent/unbound.conf";
	expect_refused(&config, "/nonexistent/unbound.conf: No such file or directory");
	config.unbound_config = "/";
	expect_refused(&config, "unbound configuration /: Is a directory");
	config.unbound_config = NULL;
	config.dnssec = true;
	config.trust_anchor = "/";
	expect_refused(&config, "trust anchor /: Is a directory");
	config.trust_anchor = "/nonexistent/root.key";
	expect_refused(&config, "trust anchor /nonexistent/root.key: No such file or directory");
	config.trust_anchor = s->folder;
	expect_refused(&config, ": Is a directory");
	config.trust_anchor = "/dev/zero";
	expect_refused(&config, "trust anchor /dev/zero: it is a device");
	snprintf(path, sizeof path, "%s/empty.anchor", s->folder);
	nsd_write_file(s, "empty.anchor", "; nothing\nexample.com. IN A 192.0.2.1\n");
	config.trust_anchor = path;
	expect_refused(&config, "it holds no trust anchor");
	config.dnssec = false;
	config.unbound_config = s->folder;
	expect_refused(&config, ": Is a directory");
	config.unbound_config = NULL;
	config.engine = &recursive_forward_engine;
	expect_refused(&config, "no upstream");
	config.engine = &forward_engine;
	expect_refused(&config, "no upstream");
}

/* An anchor for a zone that is not signed: every answer of it is bogus, and of others insecure. */
static void validation_tells_bogus_from_insecure(void **state)
{
	const struct nsd *s = *state;
	struct resolver_upstream up = loopback(s->port);
	struct resolver_config config = forward_to(&up, 1);
	char path[128];
	nsd_write_file(s, "anchor",
	        "example.com. IN DS 12345 13 2 "
	        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n");
	snprintf(path, sizeof path, "%s/anchor", s->folder);
	config.engine = &recursive_forward_engine;
	config.dnssec = true;
	config.trust_anchor = path;
	struct client c;
	client_open(&c, &config);
	const struct answer *a = answer_to(&c, "example.com", RRTYPE_A);
	assert_string_equal(answer_status_text((enum answer_status)a->status), "bogus");
	assert_int_equal(a->dnssec, ANSWER_DNSSEC_BOGUS);
	assert_non_null(strstr(answer_cause(a), "example.com"));
	answer_unref(a);
	a = answer_to(&c, "h1.many.example", RRTYPE_A);
	assert_int_equal(a->status, ANSWER_OK);
	assert_int_equal(a->dnssec, ANSWER_INSECURE);
	answer_unref(a);
	client_close(&c);
}

/* libunbound calls every open question back while it is deleted: nobody may notice. */
static void closing_in_the_middle(void **state)
{
	const struct nsd *s = *state;
	struct client c;
	struct resolver_upstream up = loopback(s->port);
	const struct resolver_config config = forward_to(&up, 1);
	client_open(&c, &config);
	struct asked a[500];
	for (int i = 0; i < 500; i++) {
		char name[32];
		snprintf(name, sizeof name, "h%d.many.example", i);
		ask(&c, &a[i], name, RRTYPE_A);
	}
	resolver_pump(c.resolver, clock_now_ns());
	client_close(&c);
	for (int i = 0; i < 500; i++)
		assert_null(a[i].answer);
}

int main(void)
{
	hash_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_as_published),
		cmocka_unit_test(large_answers_come_by_tcp),
		cmocka_unit_test(odd_names_are_asked),
		cmocka_unit_test(built_in_zones_are_asked_too),
		cmocka_unit_test(a_thousand_in_flight),
		cmocka_unit_test(a_silent_upstream_is_given_up),
		cmocka_unit_test(the_deadline_is_ours),
		cmocka_unit_test(a_dead_upstream_is_passed_over),
		cmocka_unit_test(auth_zones_answer_in_process),
		cmocka_unit_test(stub_zones_are_recursed_into),
		cmocka_unit_test(bad_configurations_are_explained),
		cmocka_unit_test(validation_tells_bogus_from_insecure),
		cmocka_unit_test(closing_in_the_middle),
	};
	return cmocka_run_group_tests(tests, nsd_start, nsd_stop);
}
