/* test_mailhosts.c - a domain's mail hosts: every state and match, the waves and their limits, the
 * other family, and which failures matter. */
#include "checks/mailhosts.h"

#include "zonecase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const struct zonecase cases[] = {
	{ .title = "by preference, all at once; the last one matches",
	        .ip = "192.0.2.2",
	        .zone = "example.com MX 20 a.example.com\n"
	                "example.com MX 10 b.example.com\n"
	                "a.example.com A 192.0.2.2\n"
	                "b.example.com A 192.0.2.1\n",
	        .outcome = "ok match yes failed -",
	        .asked = "MX example.com; A b.example.com; A a.example.com" },
	{ .title = "IPv6 asks AAAA",
	        .ip = "2001:db8::2",
	        .zone = "example.com MX 10 a.example.com\n"
	                "a.example.com A !SERVFAIL\n"
	                "a.example.com AAAA 2001:db8::2\n",
	        .outcome = "ok match yes failed -",
	        .asked = "MX example.com; AAAA a.example.com" },
	{ .title = "no match",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 a.example.com\n"
	                "a.example.com A 192.0.2.2\n",
	        .outcome = "ok match no failed -" },
	{ .title = "no client: A, and nothing to match",
	        .zone = "example.com MX 10 a.example.com\n"
	                "a.example.com A 192.0.2.2\n",
	        .outcome = "ok match  failed -",
	        .asked = "MX example.com; A a.example.com" },
	{ .title = "null MX",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 0 .\n"
	                "example.com A 192.0.2.3\n",
	        .outcome = "null match no failed -",
	        .asked = "MX example.com" },
	{ .title = "null MX, no client",
	        .zone = "example.com MX 0 .\n",
	        .outcome = "null match  failed -" },
	{ .title = "the root beside another host is no null MX, and is not asked",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 0 .\n"
	                "example.com MX 10 a.example.com\n"
	                "a.example.com A 192.0.2.3\n",
	        .outcome = "ok match yes failed -",
	        .asked = "MX example.com; A a.example.com" },
	{ .title = "implicit: the domain is its own host",
	        .ip = "192.0.2.3",
	        .zone = "example.com A 192.0.2.3\n",
	        .outcome = "implicit match yes failed -",
	        .asked = "MX example.com; A example.com; AAAA example.com" },
	{ .title = "implicit by an address of the other family",
	        .ip = "192.0.2.3",
	        .zone = "example.com AAAA 2001:db8::3\n",
	        .outcome = "implicit match no failed -" },
	{ .title = "implicit: one family fails, the other has an address",
	        .ip = "192.0.2.3",
	        .zone = "example.com A 192.0.2.3\n"
	                "example.com AAAA !TIMEOUT\n",
	        .outcome = "implicit match yes failed AAAA example.com timeout" },
	{ .title = "neither MX nor address",
	        .ip = "192.0.2.3",
	        .zone = "example.com TXT \"none\"\n",
	        .outcome = "none match no failed -" },
	{ .title = "no such domain",
	        .ip = "192.0.2.3",
	        .zone = "example.org A 192.0.2.1\n",
	        .outcome = "none match no failed -" },
	{ .title = "no MX, and a failure leaves open whether there is an address",
	        .ip = "192.0.2.3",
	        .zone = "example.com TXT \"none\"\n"
	                "example.com AAAA !SERVFAIL\n",
	        .outcome = "temperror match no failed AAAA example.com servfail" },
	{ .title = "the MX look-up fails",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX !SERVFAIL\n"
	                "example.com A 192.0.2.3\n",
	        .outcome = "temperror match temperror failed MX example.com servfail",
	        .asked = "MX example.com" },
	{ .title = "the MX look-up fails, no client",
	        .zone = "example.com MX !SERVFAIL\n",
	        .outcome = "temperror match  failed MX example.com servfail" },
	{ .title = "a host's failure leaves the match open; every one is told",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 a.example.com\n"
	                "example.com MX 20 b.example.com\n"
	                "example.com MX 30 c.example.com\n"
	                "a.example.com A 192.0.2.1\n"
	                "b.example.com A !TIMEOUT\n"
	                "c.example.com A !REFUSED\n",
	        .outcome = "ok match temperror failed A b.example.com timeout, "
	                   "A c.example.com refused" },
	{ .title = "a match decides beside failures",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 a.example.com\n"
	                "example.com MX 20 b.example.com\n"
	                "a.example.com A !TIMEOUT\n"
	                "b.example.com A 192.0.2.3\n",
	        .outcome = "ok match yes failed A a.example.com timeout" },
	{ .title = "no host has an address of the family: the other one is asked",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 a.example.com\n"
	                "a.example.com AAAA 2001:db8::3\n",
	        .outcome = "ok match no failed -",
	        .asked = "MX example.com; A a.example.com; AAAA a.example.com" },
	{ .title = "one host has one: it is not",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 a.example.com\n"
	                "example.com MX 20 b.example.com\n"
	                "a.example.com AAAA 2001:db8::3\n"
	                "b.example.com A 192.0.2.1\n",
	        .outcome = "ok match no failed -",
	        .asked = "MX example.com; A a.example.com; A b.example.com" },
	{ .title = "no host has any address",
	        .ip = "2001:db8::3",
	        .zone = "example.com MX 10 a.example.com\n"
	                "a.example.com TXT \"none\"\n",
	        .outcome = "ok match no no_address failed -",
	        .asked = "MX example.com; AAAA a.example.com; A a.example.com" },
	{ .title = "a failure leaves that open, and the other family is not asked",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 a.example.com\n"
	                "a.example.com A !SERVFAIL\n",
	        .outcome = "ok match temperror failed A a.example.com servfail",
	        .asked = "MX example.com; A a.example.com" },
	{ .title = "a failure of the other family leaves it open, too",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 a.example.com\n"
	                "a.example.com AAAA !SERVFAIL\n"
	                "a.example.com TXT \"none\"\n",
	        .outcome = "ok match no failed AAAA a.example.com servfail" },
};

/* MX hosts that nobody can reach from outside. */
static const struct zonecase not_public[] = {
	{ .title = "localhost",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 localhost\n",
	        .outcome = "ok match no no_address not_public failed -" },
	{ .title = "below localhost",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 mail.localhost\n",
	        .outcome = "ok match no no_address not_public failed -" },
	{ .title = "no label of that name but the last",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 localhost.example.com\n"
	                "localhost.example.com A 192.0.2.1\n",
	        .outcome = "ok match no failed -" },
	{ .title = "an address literal",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 192.0.2.1\n",
	        .outcome = "ok match no no_address not_public failed -" },
	{ .title = "one in brackets",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 [192.0.2.1]\n",
	        .outcome = "ok match no no_address not_public failed -" },
	{ .title = "one of IPv6",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 2001:db8::1\n",
	        .outcome = "ok match no no_address not_public failed -" },
	{ .title = "a name that ends in digits is none",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 mx.example1\n"
	                "mx.example1 A 192.0.2.1\n",
	        .outcome = "ok match no failed -" },
	{ .title = "a private address beside others",
	        .ip = "192.0.2.3",
	        .zone = "example.com MX 10 a.example.com\n"
	                "example.com MX 20 b.example.com\n"
	                "a.example.com A 192.0.2.1\n"
	                "b.example.com A 192.0.2.2\n"
	                "b.example.com A 192.168.1.1\n",
	        .outcome = "ok match no not_public failed -" },
	{ .title = "loopback, also where it is the client's",
	        .ip = "127.0.0.1",
	        .zone = "example.com MX 10 a.example.com\n"
	                "a.example.com A 127.0.0.1\n",
	        .outcome = "ok match yes not_public failed -" },
	{ .title = "IPv6",
	        .ip = "2001:db8::3",
	        .zone = "example.com MX 10 a.example.com\n"
	                "a.example.com AAAA fd00::1\n",
	        .outcome = "ok match no not_public failed -" },
	{ .title = "the domain as its own mail host",
	        .ip = "192.0.2.3",
	        .zone = "example.com A 10.0.0.1\n",
	        .outcome = "implicit match no not_public failed -" },
};

static void tell(struct textbuf *out, const struct zonecase *c, struct world *world)
{
	const struct ipaddr ip = zonecase_ip(c);
	const struct dname domain = zonecase_domain();
	struct mailhosts p;
	mailhosts_begin(&p, &domain, &ip, &world->asker);
	world_run(world, &p.probe);
	textbuf_printf(out, "%s match %s%s%s failed ", mx_state_text(p.state), match_text(p.match),
	        p.no_address ? " no_address" : "", p.not_public ? " not_public" : "");
	zonecase_put_failures(out, &p.probe.failures);
	mailhosts_fini(&p);
	assert_null(p.mx);
	assert_int_equal(p.probe.failures.n, 0);
}

static void test_outcomes(void **state)
{
	(void)state;
	zonecase_run(cases, sizeof cases / sizeof *cases, tell);
	zonecase_run(not_public, sizeof not_public / sizeof *not_public, tell);
}

/* ---- sets of many hosts ---- */

/* `n` hosts h000, h001, ... of which `client` (if below n) has the client's address and all others
 * another one. Gives the number of questions. */
static unsigned run_many(unsigned n, unsigned client, bool without_addresses, const char *outcome)
{
	struct textbuf zone = { .size = 0 };
	for (unsigned i = 0; i < n; i++) {
		textbuf_printf(&zone, "example.com MX 10 h%03u.example.com\n", i);
		if (!without_addresses)
			textbuf_printf(
			        &zone, "h%03u.example.com A 192.0.2.%u\n", i, i == client ? 3 : 1);
	}
	struct zonecase c = { .title = "many hosts",
		.zone = textbuf_text(&zone),
		.ip = "192.0.2.3",
		.outcome = outcome };
	unsigned n_asked = zonecase_count(&c, tell);
	textbuf_fini(&zone);
	return n_asked;
}

/* Waves of PROBE_FANOUT_MAX; none behind a match. */
static void test_waves(void **state)
{
	(void)state;
	assert_int_equal(PROBE_FANOUT_MAX, 20);
	assert_int_equal(run_many(45, 0, false, "ok match yes failed -"), 1 + 20);
	assert_int_equal(run_many(45, 19, false, "ok match yes failed -"), 1 + 20);
	assert_int_equal(run_many(45, 20, false, "ok match yes failed -"), 1 + 40);
	assert_int_equal(run_many(45, 44, false, "ok match yes failed -"), 1 + 45);
	assert_int_equal(run_many(45, 99, false, "ok match no failed -"), 1 + 45);
}

/* MAILHOSTS_MAX, for each family. */
static void test_limit(void **state)
{
	(void)state;
	assert_int_equal(run_many(101, 99, false, "ok match yes failed -"), 1 + 100);
	assert_int_equal(run_many(101, 100, false, "ok match no failed -"), 1 + 100);
	assert_int_equal(run_many(101, 0, true, "ok match no no_address failed -"), 1 + 100 + 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_waves),
		cmocka_unit_test(test_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
