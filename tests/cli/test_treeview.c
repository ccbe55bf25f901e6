/* test_treeview.c - a policy's tree for people: what each term costs and lets pass, faults at their
 * places, and an end to a tree that a stranger built. */
#include "tests/checks/zonecase.h"
#include "tests/cmocka_first.h"

#include "cli/treeview.h"

static void tell(struct textbuf *out, const struct zonecase *c, struct world *world)
{
	static struct policy p;
	static struct policy_report r;
	struct dname domain = zonecase_domain();
	(void)c;
	policy_begin(&p, &domain, &spf_limits_of_rfc, &world->asker);
	world_run(world, &p.probe);
	policy_report_make(&r, &p, &spf_limits_of_rfc);
	treeview_put(out, &r, &spf_limits_of_rfc);
	assert_false(out->failed);
	policy_report_fini(&r);
	policy_fini(&p);
}

static const struct zonecase cases[] = {
	{ .title = "costs and what passes",
	        .zone = "example.com TXT \"v=spf1 ip4:198.51.100.0/24 include:a.example a -all\"\n"
	                "example.com A 203.0.113.9\n"
	                "a.example TXT \"v=spf1 ip4:192.0.2.0/30 ip6:2001:db8::/62 ~all\"\n",
	        .outcome = "Policy, for any client\n"
	                   "  record of example.com\n"
	                   "    ip4:198.51.100.0/24, passes 256 IPv4  ! private_network\n"
	                   "    include:a.example  [1 term], passes 4 IPv4 and 4 IPv6 /64\n"
	                   "      record of a.example\n"
	                   "        ip4:192.0.2.0/30, passes 4 IPv4  ! private_network\n"
	                   "        ip6:2001:db8::/62, passes 4 IPv6 /64  ! private_network\n"
	                   "        ~all\n"
	                   "    a  [1 term, 1 void], passes 1 IPv4  ! private_network\n"
	                   "    -all\n"
	                   "policy: 2 look-up terms of 10, 1 void look-ups of 2, passes 261 IPv4 "
	                   "and 4 IPv6 /64\n" },
	{ .title = "faults at their places",
	        .zone = "example.com TXT \"v=spf1 include:a.example include:none.example ptr "
	                "ip4:0.0.0.0/1 ?all ip4:192.0.2.1\"\n"
	                "a.example TXT \"v=spf1 include:example.com\"\n",
	        .outcome = "Policy, for any client\n"
	                   "  record of example.com  ! behind_all: 1 term\n"
	                   "    include:a.example  [2 terms]\n"
	                   "      record of a.example\n"
	                   "        include:example.com  [1 term]  ! loop\n"
	                   "    include:none.example  [1 term, 1 void]  (nxdomain)  ! "
	                   "unowned_domain none.example\n"
	                   "      record of none.example  ! no record\n"
	                   "    ptr  [1 term]  ! ptr_used\n"
	                   "    ip4:0.0.0.0/1  ! broad_network\n"
	                   "    ?all\n"
	                   "policy: 4 look-up terms of 10, 1 void look-ups of 2, passes 0 IPv4 and "
	                   "0 IPv6 /64\n" },
	{ .title = "no record",
	        .zone = "example.com TXT \"x\"\n",
	        .outcome = "Policy, for any client\n"
	                   "  record of example.com  ! no_spf\n" },
	{ .title = "the look-up fails",
	        .zone = "example.com TXT !SERVFAIL\n",
	        .outcome = "Policy, for any client\n"
	                   "  record of example.com: not known\n" },
	{ .title = "octets that a terminal obeys",
	        .zone = "example.com TXT \"v=spf1 \\027[2J\"\n",
	        .outcome = "Policy, for any client\n"
	                   "  record of example.com  ! syntax at octet 8\n" },
};

static void trees(void **state)
{
	(void)state;
	zonecase_run(cases, sizeof cases / sizeof *cases, tell);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(trees) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
