/* test_policy.c - the tree of a policy: what is asked, what it costs, where limits break, which
 * faults are where, and the bounds of trees that strangers built. */
#include "checks/flatten.h"
#include "checks/policy_report.h"

#include "resolver/scripted/script.h"
#include "zonecase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void put_nodes(struct textbuf *out, const struct policy_report *r, const char *label,
        bool (*holds)(const struct policy_report *r, unsigned node))
{
	bool first = true;
	for (unsigned i = 0; i < r->n_order; i++) {
		struct dname name;
		if (!holds(r, r->order[i]))
			continue;
		textbuf_printf(out, "%s", first ? label : ",");
		first = false;
		policy_name(r->policy, r->order[i], &name);
		dname_print(out, &name);
	}
}

static bool is_included(const struct policy_report *r, unsigned node)
{
	return r->sums[node].is_included;
}

static bool is_loop(const struct policy_report *r, unsigned node)
{
	return r->sums[node].closes_loop;
}

static bool is_unowned(const struct policy_report *r, unsigned node)
{
	struct dname name, owner;
	policy_name(r->policy, node, &name);
	return policy_is_unowned(r->policy, &name, &owner);
}

static void put_report(struct textbuf *out, const struct policy_report *r)
{
	textbuf_printf(out, "%s lookups %lu voids %lu/%lu depth %u", policy_state_text(r->state),
	        (unsigned long)r->lookups, (unsigned long)r->voids_4, (unsigned long)r->voids_6,
	        r->n_order ? r->sums[0].depth : 0u);
	put_nodes(out, r, " includes ", is_included);
	put_nodes(out, r, " loops ", is_loop);
	put_nodes(out, r, " unowned ", is_unowned);
	struct textbuf at = { 0 };
	policy_put_lookup_limit(&at, r, 10);
	if (at.size)
		textbuf_printf(out, " lookup_limit at %s", textbuf_text(&at));
	textbuf_reset(&at);
	policy_put_void_limit(&at, r, 2);
	if (at.size)
		textbuf_printf(out, " void_limit at %s", textbuf_text(&at));
	textbuf_reset(&at);
	policy_put_mx_limit(&at, r);
	if (at.size)
		textbuf_printf(out, " mx_limit at %s", textbuf_text(&at));
	textbuf_fini(&at);
	textbuf_put_text(out, " pass ");
	addrset_put_number(
	        out, authority_count(&r->authority, &r->authority.v4, AUTHORITY_MECHANISMS));
	textbuf_put_char(out, '/');
	addrset_put_number(
	        out, authority_count(&r->authority, &r->authority.v6, AUTHORITY_MECHANISMS));
	if (r->policy->bounds)
		textbuf_printf(out, " bounds %u", r->policy->bounds);
}

static void tell(struct textbuf *out, const struct zonecase *c, struct world *world)
{
	static struct policy p;
	static struct policy_report r;
	struct dname domain = zonecase_domain();
	(void)c;
	policy_begin(&p, &domain, &spf_limits_of_rfc, &world->asker);
	world_run(world, &p.probe);
	policy_report_make(&r, &p, &spf_limits_of_rfc);
	assert_false(r.failed);
	put_report(out, &r);
	policy_report_fini(&r);
	policy_fini(&p);
}

static const struct zonecase cases[] = {
	{ .title = "a record alone",
	        .zone = "example.com TXT \"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/63 -all\"\n",
	        .outcome = "ok lookups 0 voids 0/0 depth 0 pass 256/2",
	        .asked = "TXT example.com" },
	{ .title = "no record, no name, several records, an error",
	        .zone = "example.com TXT \"x\"\n",
	        .outcome = "none lookups 0 voids 0/0 depth 0 pass 0/0" },
	{ .title = "no such name",
	        .zone = "example.org TXT \"x\"\n",
	        .outcome = "nxdomain lookups 0 voids 0/0 depth 0 pass 0/0",
	        .asked = "TXT example.com" },
	{ .title = "several records",
	        .zone = "example.com TXT \"v=spf1\"\nexample.com TXT \"v=spf1 -all\"\n",
	        .outcome = "multiple lookups 0 voids 0/0 depth 0 pass 0/0" },
	{ .title = "the look-up fails",
	        .zone = "example.com TXT !SERVFAIL\n",
	        .outcome = "temperror lookups 0 voids 0/0 depth 0 pass 0/0" },
	{ .title = "both families of every host, once; exists asks for A",
	        .zone = "example.com TXT \"v=spf1 a mx exists:h.example.com a:h.example.com "
	                "-all\"\n"
	                "example.com A 192.0.2.1\n"
	                "example.com MX 10 h.example.com\n"
	                "h.example.com AAAA 2001:db8::1\n",
	        .outcome = "ok lookups 4 voids 3/2 depth 0 void_limit at a:h.example.com pass 1/1",
	        .asked = "TXT example.com; A example.com; AAAA example.com; MX example.com; "
	                 "A h.example.com; AAAA h.example.com" },
	{ .title = "the whole tree, behind a match of everybody too",
	        .zone = "example.com TXT \"v=spf1 include:a.example.com redirect=b.example.com\"\n"
	                "a.example.com TXT \"v=spf1 include:c.example.com +all\"\n"
	                "b.example.com TXT \"v=spf1 include:c.example.com -all\"\n"
	                "c.example.com TXT \"v=spf1 ip4:192.0.2.1 -all\"\n",
	        .outcome =
	                "ok lookups 4 voids 0/0 depth 2 includes a.example.com,c.example.com pass "
	                "4294967296/18446744073709551616",
	        .asked = "TXT example.com; TXT a.example.com; TXT b.example.com; TXT "
	                 "c.example.com" },
	{ .title = "nothing behind all is asked",
	        .zone = "example.com TXT \"v=spf1 -all include:a.example.com\"\n",
	        .outcome = "ok lookups 0 voids 0/0 depth 0 pass 0/0",
	        .asked = "TXT example.com" },
	{ .title = "a loop is charged once",
	        .zone = "example.com TXT \"v=spf1 include:a.example.com -all\"\n"
	                "a.example.com TXT \"v=spf1 include:example.com -all\"\n",
	        .outcome =
	                "ok lookups 2 voids 0/0 depth 2 includes example.com,a.example.com loops "
	                "example.com pass 0/0" },
	{ .title = "the client or the sender decides: counted, and never asked",
	        .zone = "example.com TXT \"v=spf1 exists:%{i}.example.com ptr include:%{o}.x.com "
	                "include:%{d}.a.example.com a:%{v}.x.com -all\"\n"
	                "example.com.a.example.com TXT \"v=spf1 ip4:192.0.2.1 -all\"\n",
	        .outcome = "ok lookups 5 voids 0/0 depth 1 includes example.com.a.example.com pass "
	                   "1/0",
	        .asked = "TXT example.com; TXT example.com.a.example.com" },
	{ .title = "an include that nobody owns, one below an owner, one of the domain's own",
	        .zone = "example.com TXT \"v=spf1 include:spf.gone.net include:spf.there.net "
	                "include:no.example.com include:spf.gone.nowhere -all\"\n"
	                "there.net A 192.0.2.1\n"
	                "net TXT \"x\"\n",
	        .outcome = "ok lookups 4 voids 4/4 depth 1 includes spf.gone.net,spf.there.net,"
	                   "no.example.com,spf.gone.nowhere unowned spf.gone.net void_limit at "
	                   "include:no.example.com pass 0/0",
	        .asked = "TXT example.com; TXT spf.gone.net; TXT spf.there.net; TXT "
	                 "no.example.com; TXT spf.gone.nowhere; NS gone.net; NS net; NS there.net; "
	                 "NS gone.nowhere; NS nowhere" },
	{ .title = "the eleventh term, behind its includes",
	        .zone = "example.com TXT \"v=spf1 include:a.example.com include:a.example.com a "
	                "-all\"\n"
	                "example.com A 192.0.2.9\n"
	                "a.example.com TXT \"v=spf1 include:b.example.com a ~all\"\n"
	                "a.example.com A 192.0.2.1\n"
	                "b.example.com TXT \"v=spf1 a:1.b.example.com a:2.b.example.com "
	                "a:3.b.example.com a:4.b.example.com ~all\"\n"
	                "1.b.example.com A 192.0.2.2\n2.b.example.com A 192.0.2.3\n"
	                "3.b.example.com A 192.0.2.4\n4.b.example.com A 192.0.2.5\n"
	                "1.b.example.com AAAA ::1\n2.b.example.com AAAA ::2\n"
	                "3.b.example.com AAAA ::3\n4.b.example.com AAAA ::4\n"
	                "example.com AAAA ::5\na.example.com AAAA ::6\n",
	        .outcome = "ok lookups 15 voids 0/0 depth 2 includes a.example.com,b.example.com "
	                   "lookup_limit at include:a.example.com > include:b.example.com > "
	                   "a:2.b.example.com pass 5/1" },
	{ .title = "too many mail hosts are not asked for",
	        .zone = "example.com TXT \"v=spf1 include:a.example.com -all\"\n"
	                "a.example.com TXT \"v=spf1 mx -all\"\n"
	                "a.example.com MX 1 a.x.com\na.example.com MX 1 b.x.com\n"
	                "a.example.com MX 1 c.x.com\na.example.com MX 1 d.x.com\n"
	                "a.example.com MX 1 e.x.com\na.example.com MX 1 f.x.com\n"
	                "a.example.com MX 1 g.x.com\na.example.com MX 1 h.x.com\n"
	                "a.example.com MX 1 i.x.com\na.example.com MX 1 j.x.com\n"
	                "a.example.com MX 1 k.x.com\n",
	        .outcome = "ok lookups 2 voids 0/0 depth 1 includes a.example.com mx_limit at "
	                   "include:a.example.com > mx pass 0/0",
	        .asked = "TXT example.com; TXT a.example.com; MX a.example.com" },
};

static void trees(void **state)
{
	(void)state;
	zonecase_run(cases, sizeof cases / sizeof *cases, tell);
}

/* ---- strangers' trees ---- */

/* Answers every TXT question with a record that the test makes. */
struct owner {
	struct asker asker; /* first */
	void (*put)(struct textbuf *out, unsigned n);
	unsigned n_asked;
};

static const struct answer *ask_owner(struct asker *asker, struct probe *probe, unsigned slot,
        const struct dname *qname, enum rrtype type)
{
	struct owner *o = (struct owner *)asker;
	struct textbuf text = { 0 };
	struct answer_builder b = { 0 };
	(void)probe;
	(void)slot;
	answer_builder_begin(&b, qname, type);
	o->put(&text, o->n_asked++);
	if (type == RRTYPE_TXT)
		answer_builder_add(&b, text.bytes, text.size, 0);
	const struct answer *answer = answer_build(&b);
	answer_builder_fini(&b);
	textbuf_fini(&text);
	return answer;
}

static unsigned bounds_of(
        void (*put)(struct textbuf *out, unsigned n), unsigned *n_asked, uint64_t *lookups)
{
	struct policy p = { 0 };
	struct policy_report r = { 0 };
	struct owner owner = { .asker.ask = ask_owner, .put = put };
	struct dname domain = zonecase_domain();
	policy_begin(&p, &domain, &spf_limits_of_rfc, &owner.asker);
	assert_true(probe_run(&p.probe));
	policy_report_make(&r, &p, &spf_limits_of_rfc);
	assert_false(r.failed);
	unsigned bounds = p.bounds;
	*n_asked = owner.n_asked;
	*lookups = r.lookups;
	policy_report_fini(&r);
	policy_fini(&p);
	return bounds;
}

static void put_endless(struct textbuf *out, unsigned n)
{
	(void)n;
	textbuf_put_text(out, "v=spf1 include:a.%{d} include:b.%{d} include:c.%{d} -all");
}

static void put_deep(struct textbuf *out, unsigned n)
{
	textbuf_printf(out, "v=spf1 include:n%u.example.net -all", n);
}

static void put_wide(struct textbuf *out, unsigned n)
{
	textbuf_put_text(out, "v=spf1");
	for (unsigned i = 0; n == 0 && i < 2000; i++)
		textbuf_printf(out, " include:i%u.example.net", i);
}

static void put_large(struct textbuf *out, unsigned n)
{
	textbuf_printf(out, "v=spf1 include:a%u.example.net include:b%u.example.net", n, n);
	while (out->size < 65000)
		textbuf_printf(out, " ip4:10.%u.%u.0/24", (unsigned)out->size & 255, n);
}

/* Each name includes the next one twice: 2^99 terms, of 100 names. */
static void put_doubling(struct textbuf *out, unsigned n)
{
	if (n < 99)
		textbuf_printf(
		        out, "v=spf1 include:n%u.example.net include:n%u.example.net -all", n, n);
	else
		textbuf_put_text(out, "v=spf1 -all");
}

static void strangers_trees_are_bounded(void **state)
{
	(void)state;
	unsigned n_asked;
	uint64_t lookups;
	assert_int_equal(bounds_of(put_endless, &n_asked, &lookups), POLICY_BOUND_QUESTIONS);
	assert_int_equal(n_asked, POLICY_QUESTIONS_MAX);
	assert_int_equal(bounds_of(put_deep, &n_asked, &lookups), POLICY_BOUND_DEPTH);
	assert_int_equal(n_asked, POLICY_DEPTH_MAX + 1);
	assert_int_equal(lookups, POLICY_DEPTH_MAX + 1);
	assert_int_equal(bounds_of(put_wide, &n_asked, &lookups), POLICY_BOUND_QUESTIONS);
	assert_int_equal(n_asked, POLICY_QUESTIONS_MAX);
	assert_int_equal(lookups, 2000);
	assert_int_equal(bounds_of(put_large, &n_asked, &lookups), POLICY_BOUND_OCTETS);
	assert_true(n_asked < 20);
	assert_int_equal(bounds_of(put_doubling, &n_asked, &lookups), 0);
	assert_int_equal(n_asked, 100);
	assert_true(lookups == UINT64_MAX);
}

/* ---- the flattened policy ---- */

static void tell_networks(struct textbuf *out, const struct zonecase *c, struct world *world)
{
	static struct policy p;
	static struct policy_report r;
	struct dname domain = zonecase_domain();
	struct flatten f;
	struct net net;
	const struct authority_piece *piece;
	(void)c;
	policy_begin(&p, &domain, &spf_limits_of_rfc, &world->asker);
	world_run(world, &p.probe);
	policy_report_make(&r, &p, &spf_limits_of_rfc);
	flatten_begin(&f, &r.authority.v4);
	while (flatten_next(&f, &net, &piece)) {
		char text[NET_TEXT_BYTES];
		textbuf_printf(out, "%s %s%s [", net_text(&net, text),
		        authority_verdict_text(piece->verdict), piece->depends ? "?" : "");
		authority_put_path(out, &r.authority, piece->path);
		textbuf_put_text(out, "]\n");
	}
	policy_report_fini(&r);
	policy_fini(&p);
}

static const struct zonecase flattened[] = {
	{ .title = "order counts",
	        .zone = "example.com TXT \"v=spf1 -ip4:192.0.2.1 ip4:192.0.2.0/30 ~all\"\n",
	        .outcome = "192.0.2.0/32 pass [ip4:192.0.2.0/30]\n"
	                   "192.0.2.1/32 fail [-ip4:192.0.2.1]\n"
	                   "192.0.2.2/31 pass [ip4:192.0.2.0/30]\n"
	                   "0.0.0.0/0 softfail [~all]\n" },
	{ .title = "everybody passes: networks with pass are exact",
	        .zone = "example.com TXT \"v=spf1 -ip4:128.0.0.0/1 +all\"\n",
	        .outcome = "0.0.0.0/1 pass [+all]\n0.0.0.0/0 fail [-ip4:128.0.0.0/1]\n" },
	{ .title = "an include's fail is no match; what comes behind the client is marked",
	        .zone = "example.com TXT \"v=spf1 include:a.example.com ptr ip4:192.0.2.8/31\"\n"
	                "a.example.com TXT \"v=spf1 -ip4:192.0.2.8 ip4:192.0.2.8/29 -all\"\n",
	        .outcome = "192.0.2.8/32 pass? [ip4:192.0.2.8/31]\n"
	                   "192.0.2.9/32 pass [include:a.example.com > ip4:192.0.2.8/29]\n"
	                   "192.0.2.10/31 pass [include:a.example.com > ip4:192.0.2.8/29]\n"
	                   "192.0.2.12/30 pass [include:a.example.com > ip4:192.0.2.8/29]\n"
	                   "0.0.0.0/0 neutral? []\n" },
};

static void networks(void **state)
{
	(void)state;
	zonecase_run(flattened, sizeof flattened / sizeof *flattened, tell_networks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trees),
		cmocka_unit_test(strangers_trees_are_bounded),
		cmocka_unit_test(networks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
