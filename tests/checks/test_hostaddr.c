/* test_hostaddr.c - a domain's own addresses: what they say about the client, when the domain has
 * none, and which failures matter. */
#include "checks/hostaddr.h"

#include "zonecase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define BOTH_ASKED "A example.com; AAAA example.com"

static const struct zonecase cases[] = {
	{ .title = "one of several",
	        .ip = "192.0.2.2",
	        .zone = "example.com A 192.0.2.1\n"
	                "example.com A 192.0.2.2\n",
	        .outcome = "yes a ok aaaa nodata ok" },
	{ .title = "IPv6",
	        .ip = "2001:db8::2",
	        .zone = "example.com A 192.0.2.1\n"
	                "example.com AAAA 2001:db8::2\n",
	        .outcome = "yes a ok aaaa ok ok" },
	{ .title = "none of them",
	        .ip = "192.0.2.3",
	        .zone = "example.com A 192.0.2.1\n"
	                "example.com AAAA 2001:db8::2\n",
	        .outcome = "no a ok aaaa ok ok" },
	{ .title = "addresses of the other family only",
	        .ip = "192.0.2.3",
	        .zone = "example.com AAAA 2001:db8::2\n",
	        .outcome = "no a nodata aaaa ok ok" },
	{ .title = "a mapped address in AAAA is no IPv4 address",
	        .ip = "192.0.2.3",
	        .zone = "example.com AAAA ::ffff:192.0.2.3\n",
	        .outcome = "no a nodata aaaa ok ok" },
	{ .title = "no client: nothing to match",
	        .zone = "example.com A 192.0.2.1\n",
	        .outcome = " a ok aaaa nodata ok" },
	{ .title = "empty: no data",
	        .ip = "192.0.2.3",
	        .zone = "example.com TXT \"none\"\n",
	        .outcome = "no a nodata aaaa nodata none" },
	{ .title = "empty: no such name",
	        .ip = "192.0.2.3",
	        .zone = "example.org A 192.0.2.1\n",
	        .outcome = "no a nxdomain aaaa nxdomain nxdomain" },
	{ .title = "an alias to no such name is a domain without an address",
	        .ip = "192.0.2.3",
	        .zone = "example.com CNAME gone.example.org\n",
	        .outcome = "no a nxdomain aaaa nxdomain none" },
	{ .title = "a failure of the client's family leaves the match open",
	        .ip = "192.0.2.3",
	        .zone = "example.com A !SERVFAIL\n"
	                "example.com AAAA 2001:db8::2\n",
	        .outcome = "temperror a servfail aaaa ok temperror" },
	{ .title = "a failure of the other family does not",
	        .ip = "192.0.2.3",
	        .zone = "example.com A 192.0.2.3\n"
	                "example.com AAAA !TIMEOUT\n",
	        .outcome = "yes a ok aaaa timeout temperror" },
	{ .title = "nor does it make the domain one without address",
	        .ip = "192.0.2.3",
	        .zone = "example.com TXT \"none\"\n"
	                "example.com AAAA !TIMEOUT\n",
	        .outcome = "no a nodata aaaa timeout temperror" },
	{ .title = "both fail without a client",
	        .zone = "example.com A !REFUSED\n"
	                "example.com AAAA !REFUSED\n",
	        .outcome = " a refused aaaa refused temperror" },
};

static void tell(struct textbuf *out, const struct zonecase *c, struct world *world)
{
	const struct ipaddr ip = zonecase_ip(c);
	const struct dname domain = zonecase_domain();
	struct hostaddr p;
	hostaddr_begin(&p, &domain, &ip, &world->asker);
	world_run(world, &p.probe);
	textbuf_printf(out, "%s a %s aaaa %s %s", match_text(p.match),
	        answer_status_text(p.a->status), answer_status_text(p.aaaa->status),
	        a_state_text(hostaddr_state(&p)));
	assert_string_equal(textbuf_text(&world->asked), BOTH_ASKED);
	hostaddr_fini(&p);
}

static void test_outcomes(void **state)
{
	(void)state;
	zonecase_run(cases, sizeof cases / sizeof *cases, tell);
}

/* Given up with questions under way: nothing is held, and nothing is known. */
static void tell_given_up(struct textbuf *out, const struct zonecase *c, struct world *world)
{
	const struct ipaddr ip = zonecase_ip(c);
	const struct dname domain = zonecase_domain();
	struct hostaddr p;
	hostaddr_begin(&p, &domain, &ip, &world->asker);
	bool done = probe_run(&p.probe);
	assert_int_equal(done, world->order == WORLD_AT_HAND);
	hostaddr_fini(&p);
	assert_null(p.a);
	assert_null(p.aaaa);
	textbuf_put_text(out, c->outcome);
}

static void test_given_up(void **state)
{
	(void)state;
	zonecase_run(cases, sizeof cases / sizeof *cases, tell_given_up);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
