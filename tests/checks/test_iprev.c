/* test_iprev.c - forward-confirmed reverse DNS: every verdict of RFC 8601 section 3, the limit of
 * names, failures that change nothing, and the order of answers. */
#include "checks/iprev.h"

#include "zonecase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define R "25.2.0.192.in-addr.arpa"
#define R6 "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"

static const struct zonecase cases[] = {
	{ .title = "pass",
	        .ip = "192.0.2.25",
	        .zone = R " PTR mx.example.com\n"
	                  "mx.example.com A 192.0.2.25\n",
	        .outcome = "pass mx.example.com failed -",
	        .asked = "PTR " R "; A mx.example.com" },
	{ .title = "pass, IPv6 asks AAAA only",
	        .ip = "2001:db8::25",
	        .zone = R6 " PTR mx.example.com\n"
	                   "mx.example.com A !SERVFAIL\n"
	                   "mx.example.com AAAA 2001:db8::24\n"
	                   "mx.example.com AAAA 2001:db8::25\n",
	        .outcome = "pass mx.example.com failed -",
	        .asked = "PTR " R6 "; AAAA mx.example.com" },
	{ .title = "a mapped client is an IPv4 one",
	        .ip = "::ffff:192.0.2.25",
	        .zone = R " PTR mx.example.com\n"
	                  "mx.example.com A 192.0.2.25\n",
	        .outcome = "pass mx.example.com failed -",
	        .asked = "PTR " R "; A mx.example.com" },
	{ .title = "the first name in the answer's order is the confirmed one",
	        .ip = "192.0.2.25",
	        .zone = R " PTR c.example.com\n" R " PTR b.example.com\n" R " PTR a.example.com\n"
	                  "a.example.com A 192.0.2.1\n"
	                  "b.example.com A 192.0.2.25\n"
	                  "c.example.com A 192.0.2.25\n",
	        .outcome = "pass b.example.com failed -",
	        .asked = "PTR " R "; A a.example.com; A b.example.com; A c.example.com" },
	{ .title = "an alias leads there",
	        .ip = "192.0.2.25",
	        .zone = R " PTR alias.example.com\n"
	                  "alias.example.com CNAME mx.example.com\n"
	                  "mx.example.com A 192.0.2.25\n",
	        .outcome = "pass alias.example.com failed -" },
	{ .title = "fail: another address, no address, no such name",
	        .ip = "192.0.2.25",
	        .zone = R " PTR a.example.com\n" R " PTR b.example.com\n" R " PTR c.example.com\n"
	                  "a.example.com A 192.0.2.24\n"
	                  "b.example.com AAAA 2001:db8::25\n",
	        .outcome = "fail - failed -" },
	{ .title = "permerror: no such reverse name",
	        .ip = "192.0.2.25",
	        .zone = "example.com A 192.0.2.1\n",
	        .outcome = "permerror - failed -",
	        .asked = "PTR " R },
	{ .title = "permerror: no PTR at the reverse name",
	        .ip = "192.0.2.25",
	        .zone = R " TXT \"none\"\n",
	        .outcome = "permerror - failed -" },
	{ .title = "temperror: the PTR look-up fails",
	        .ip = "192.0.2.25",
	        .zone = R " PTR !SERVFAIL\n",
	        .outcome = "temperror - failed PTR " R " servfail",
	        .asked = "PTR " R },
	{ .title = "temperror: a name's look-up fails, no other leads back; all are told",
	        .ip = "192.0.2.25",
	        .zone = R " PTR a.example.com\n" R " PTR b.example.com\n" R " PTR c.example.com\n"
	                  "a.example.com A 192.0.2.24\n"
	                  "b.example.com A !TIMEOUT\n"
	                  "c.example.com A !REFUSED\n",
	        .outcome = "temperror - failed A b.example.com timeout, "
	                   "A c.example.com refused" },
	{ .title = "failures beside the name that leads back decide nothing, and are told",
	        .ip = "192.0.2.25",
	        .zone = R " PTR a.example.com\n" R " PTR b.example.com\n" R " PTR c.example.com\n"
	                  "a.example.com A !SERVFAIL\n"
	                  "b.example.com A 192.0.2.25\n"
	                  "c.example.com A !TIMEOUT\n",
	        .outcome = "pass b.example.com failed A a.example.com servfail, "
	                   "A c.example.com timeout" },
};

#define TEN                                                                                        \
	R " PTR n0.example.com\n" R " PTR n1.example.com\n" R " PTR n2.example.com\n" R            \
	  " PTR n3.example.com\n" R " PTR n4.example.com\n" R " PTR n5.example.com\n" R            \
	  " PTR n6.example.com\n" R " PTR n7.example.com\n" R " PTR n8.example.com\n" R            \
	  " PTR n9.example.com\n"
#define TEN_ASKED                                                                                  \
	"PTR " R "; A n0.example.com; A n1.example.com; A n2.example.com; A n3.example.com; "      \
	"A n4.example.com; A n5.example.com; A n6.example.com; A n7.example.com; "                 \
	"A n8.example.com; A n9.example.com"

/* IPREV_NAMES_MAX */
static const struct zonecase limits[] = {
	{ .title = "the tenth name",
	        .ip = "192.0.2.25",
	        .zone = TEN "n9.example.com A 192.0.2.25\n",
	        .outcome = "pass n9.example.com failed -",
	        .asked = TEN_ASKED },
	{ .title = "the eleventh is not followed",
	        .ip = "192.0.2.25",
	        .zone = TEN R " PTR o.example.com\n"
	                      "o.example.com A 192.0.2.25\n",
	        .outcome = "fail - failed -",
	        .asked = TEN_ASKED },
	{ .title = "of ten failures the first eight are told: FAILURES_MAX",
	        .ip = "192.0.2.25",
	        .zone = TEN "n0.example.com A !TIMEOUT\nn1.example.com A !TIMEOUT\n"
	                    "n2.example.com A !TIMEOUT\nn3.example.com A !TIMEOUT\n"
	                    "n4.example.com A !TIMEOUT\nn5.example.com A !TIMEOUT\n"
	                    "n6.example.com A !TIMEOUT\nn7.example.com A !TIMEOUT\n"
	                    "n8.example.com A !TIMEOUT\nn9.example.com A !TIMEOUT\n",
	        .outcome = "temperror - failed A n0.example.com timeout, A n1.example.com timeout, "
	                   "A n2.example.com timeout, A n3.example.com timeout, "
	                   "A n4.example.com timeout, A n5.example.com timeout, "
	                   "A n6.example.com timeout, A n7.example.com timeout" },
};

static void tell(struct textbuf *out, const struct zonecase *c, struct world *world)
{
	const struct ipaddr ip = zonecase_ip(c);
	struct iprev p;
	iprev_begin(&p, &ip, &world->asker);
	world_run(world, &p.probe);
	textbuf_printf(out, "%s ", iprev_verdict_text(p.verdict));
	if (p.verdict == IPREV_PASS) {
		struct dname name;
		answer_target(p.names, p.confirmed, &name);
		dname_print(out, &name);
	} else {
		textbuf_put_char(out, '-');
	}
	textbuf_put_text(out, " failed ");
	zonecase_put_failures(out, &p.probe.failures);
	iprev_fini(&p);
	assert_null(p.names);
	assert_int_equal(p.probe.failures.n, 0);
}

static void test_verdicts(void **state)
{
	(void)state;
	zonecase_run(cases, sizeof cases / sizeof *cases, tell);
}

static void test_limits(void **state)
{
	(void)state;
	zonecase_run(limits, sizeof limits / sizeof *limits, tell);
}

/* Given up while one answer was taken and another is missing, then begun anew. */
static void tell_twice(struct textbuf *out, const struct zonecase *c, struct world *world)
{
	const struct ipaddr ip = zonecase_ip(c);
	struct iprev p;
	iprev_begin(&p, &ip, &world->asker);
	(void)!probe_run(&p.probe);
	iprev_fini(&p);
	world_fini(world);
	*world = (struct world){ .script = world->script, .order = world->order };
	world_begin(world);
	tell(out, c, world);
}

static void test_given_up(void **state)
{
	(void)state;
	zonecase_run(cases, sizeof cases / sizeof *cases, tell_twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_given_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
