/* test_mailservers.c - a domain's mail hosts with all their addresses: states, faults of hosts,
 * reverse names, bounds, and which failures matter. */
#include "checks/mailservers.h"

#include "resolver/scripted/script.h"
#include "zonecase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void put_addresses(struct textbuf *out, const struct mailservers *p, const struct answer *a)
{
	for (unsigned i = 0; a && i < a->n_records; i++) {
		struct ipaddr ip = answer_address(a, i);
		struct dname name;
		textbuf_put_char(out, ' ');
		ipaddr_print(out, &ip);
		if (!p->with_ptr)
			continue;
		textbuf_printf(out, "=%s", iprev_verdict_text(mailservers_iprev(p, &ip, &name)));
		if (name.size) {
			textbuf_put_char(out, ':');
			dname_print(out, &name);
		}
	}
}

static void put_hosts(struct textbuf *out, const struct mailservers *p)
{
	static const char *const faults[] = { " alias", " literal", " private", " none" };
	struct dname host;
	unsigned n = 0;
	for (; mailservers_host(p, n, &host); n++) {
		textbuf_put_text(out, "; ");
		dname_print(out, &host);
		put_addresses(out, p, p->hosts[n].a);
		put_addresses(out, p, p->hosts[n].aaaa);
		for (unsigned f = 0; f < 4; f++)
			if (p->hosts[n].faults & 1u << f)
				textbuf_put_text(out, faults[f]);
	}
	assert_int_equal(n, p->n_hosts);
}

static void tell_of(
        struct textbuf *out, const struct zonecase *c, struct world *world, bool with_ptr)
{
	static struct mailservers p;
	const struct dname domain = zonecase_domain();
	(void)c;
	mailservers_begin(&p, &domain, with_ptr, &world->asker);
	world_run(world, &p.probe);
	textbuf_put_text(out, mx_state_text(p.found.state));
	put_hosts(out, &p);
	if (p.found.no_address)
		textbuf_put_text(out, "; no address");
	if (p.found.not_public)
		textbuf_put_text(out, "; not public");
	textbuf_put_text(out, "; failed ");
	zonecase_put_failures(out, &p.probe.failures);
	/* once more: nothing is left of the first time */
	mailservers_reset(&p);
	assert_int_equal(p.n_hosts + p.faults + p.questions.n, 0);
	mailservers_fini(&p);
}

static void tell(struct textbuf *out, const struct zonecase *c, struct world *world)
{
	tell_of(out, c, world, false);
}

static void tell_with_ptr(struct textbuf *out, const struct zonecase *c, struct world *world)
{
	tell_of(out, c, world, true);
}

static const struct zonecase cases[] = {
	{ .title = "all hosts by preference, both families",
	        .zone = "example.com MX 20 a.example.com\n"
	                "example.com MX 10 b.example.com\n"
	                "a.example.com A 198.18.64.1\n"
	                "b.example.com A 8.8.8.8\n"
	                "b.example.com AAAA 2a00::1\n",
	        .outcome = "ok; b.example.com 8.8.8.8 2a00::1; a.example.com 198.18.64.1 private"
	                   "; not public; failed -",
	        .asked = "MX example.com; A b.example.com; AAAA b.example.com; A a.example.com; "
	                 "AAAA a.example.com" },
	{ .title = "an alias, at whose end is no address",
	        .zone = "example.com MX 10 a.example.com\n"
	                "a.example.com CNAME b.example.com\n"
	                "b.example.com TXT \"x\"\n",
	        .outcome = "ok; a.example.com alias none; no address; failed -" },
	{ .title = "a literal is not asked for",
	        .zone = "example.com MX 10 8.8.8.8\n",
	        .outcome = "ok; 8.8.8.8 literal none; no address; not public; failed -",
	        .asked = "MX example.com" },
	{ .title = "one host without an address beside one that has some",
	        .zone = "example.com MX 10 a.example.com\n"
	                "example.com MX 20 b.example.com\n"
	                "b.example.com A 8.8.8.8\n",
	        .outcome = "ok; a.example.com none; b.example.com 8.8.8.8; failed -" },
	{ .title = "a family that failed leaves it open",
	        .zone = "example.com MX 10 a.example.com\n"
	                "a.example.com TXT \"x\"\n"
	                "a.example.com AAAA !SERVFAIL\n",
	        .outcome = "ok; a.example.com; failed AAAA a.example.com servfail" },
	{ .title = "localhost",
	        .zone = "example.com MX 10 mail.localhost\n"
	                "mail.localhost A 8.8.8.8\n",
	        .outcome = "ok; mail.localhost 8.8.8.8 private; not public; failed -" },
	{ .title = "null MX",
	        .zone = "example.com MX 0 .\n"
	                "example.com A 8.8.8.8\n",
	        .outcome = "null; failed -",
	        .asked = "MX example.com" },
	{ .title = "the domain is its own host",
	        .zone = "example.com AAAA 2a00::1\n",
	        .outcome = "implicit; example.com 2a00::1; failed -" },
	{ .title = "no such domain",
	        .zone = "example.org A 8.8.8.8\n",
	        .outcome = "none; failed -" },
	{ .title = "MX fails: nothing else is asked",
	        .zone = "example.com MX !SERVFAIL\n"
	                "example.com A 8.8.8.8\n",
	        .outcome = "temperror; failed MX example.com servfail",
	        .asked = "MX example.com" },
	{ .title = "no MX, and a failure leaves open whether there is an address",
	        .zone = "example.com TXT \"x\"\n"
	                "example.com A !TIMEOUT\n",
	        .outcome = "temperror; failed A example.com timeout" },
};

static const struct zonecase cases_of_ptr[] = {
	{ .title = "names that lead back, or elsewhere, or are not there; each asked for once",
	        .zone = "example.com MX 10 a.example.com\n"
	                "example.com MX 20 b.example.com\n"
	                "a.example.com A 8.8.8.1\n"
	                "a.example.com A 8.8.8.2\n"
	                "b.example.com A 8.8.8.3\n"
	                "1.8.8.8.in-addr.arpa PTR a.example.com\n"
	                "2.8.8.8.in-addr.arpa PTR b.example.com\n",
	        .outcome = "ok; a.example.com 8.8.8.1=pass:a.example.com 8.8.8.2=fail:b.example.com"
	                   "; b.example.com 8.8.8.3=permerror; failed -" },
	{ .title = "a name's address fails",
	        .zone = "example.com MX 10 a.example.com\n"
	                "a.example.com A 8.8.8.1\n"
	                "1.8.8.8.in-addr.arpa PTR x.example.com\n"
	                "x.example.com A !SERVFAIL\n",
	        .outcome = "ok; a.example.com 8.8.8.1=temperror:x.example.com; failed A "
	                   "x.example.com servfail" },
};

static void test_hosts(void **state)
{
	(void)state;
	zonecase_run(cases, sizeof cases / sizeof cases[0], tell);
}

static void test_reverse_names(void **state)
{
	(void)state;
	zonecase_run(cases_of_ptr, sizeof cases_of_ptr / sizeof cases_of_ptr[0], tell_with_ptr);
}

static void test_hosts_are_bounded(void **state)
{
	(void)state;
	struct textbuf zone = { 0 }, outcome = { 0 };
	textbuf_put_text(&outcome, "ok");
	for (unsigned i = 0; i < MAILSERVERS_HOSTS_MAX + 50; i++) {
		textbuf_printf(&zone, "example.com MX 10 m%03u.example.com\n", i);
		if (i < MAILSERVERS_HOSTS_MAX)
			textbuf_printf(&outcome, "; m%03u.example.com none", i);
	}
	textbuf_put_text(&outcome, "; no address; failed -");
	const struct zonecase many = { .title = "many hosts",
		.zone = textbuf_text(&zone),
		.outcome = textbuf_text(&outcome) };
	assert_int_equal(zonecase_count(&many, tell), 1 + 2 * MAILSERVERS_HOSTS_MAX);
	textbuf_fini(&zone);
	textbuf_fini(&outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_reverse_names),
		cmocka_unit_test(test_hosts_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
