/* test_edges.c - the lines of --includes and --networks: who leads where, at which depth, with
 * which result, and what is left out. */
#include "tests/checks/zonecase.h"
#include "tests/cmocka_first.h"

#include "results/sidefile.h"
#include "scanner/edges.h"

typedef void put_lines(struct textbuf *out, struct textbuf *scratch, uint64_t row,
        const struct policy_report *report);

/* Row 7's lines, each with an end. */
static void tell_lines(struct textbuf *out, struct world *world, put_lines *put)
{
	static struct policy p;
	static struct policy_report r;
	struct textbuf lines = { 0 }, scratch = { 0 };
	struct sidefile_line line;
	struct dname domain = zonecase_domain();
	policy_begin(&p, &domain, &spf_limits_of_rfc, &world->asker);
	world_run(world, &p.probe);
	policy_report_make(&r, &p, &spf_limits_of_rfc);
	put(&lines, &scratch, 7, &r);
	assert_false(lines.failed);
	for (size_t at = 0; sidefile_next_line(lines.bytes, lines.size, &at, &line);) {
		assert_int_equal(line.key.content, 0); /* never left out as repeated */
		textbuf_put(out, line.text, line.size);
		textbuf_put_char(out, '\n');
	}
	policy_report_fini(&r);
	policy_fini(&p);
	textbuf_fini(&lines);
	textbuf_fini(&scratch);
}

static void tell_includes(struct textbuf *out, const struct zonecase *c, struct world *world)
{
	(void)c;
	tell_lines(out, world, edges_put_includes);
}

static void tell_networks(struct textbuf *out, const struct zonecase *c, struct world *world)
{
	(void)c;
	tell_lines(out, world, edges_put_networks);
}

static const struct zonecase included[] = {
	{ .title = "no record, no line", .zone = "example.com A 192.0.2.1\n", .outcome = "" },
	{ .title = "depth, redirects, a loop; what depends on the client is left out",
	        .zone = "example.com TXT \"v=spf1 include:a.example include:%{i}.example "
	                "redirect=b.example\"\n"
	                "a.example TXT \"v=spf1 ?include:c.example -all\"\n"
	                "b.example TXT \"v=spf1 include:a.example ~all\"\n"
	                "c.example TXT \"v=spf1 include:a.example\"\n",
	        .outcome = "7,example.com,example.com,a.example,include,1\n"
	                   "7,example.com,example.com,b.example,redirect,1\n"
	                   "7,example.com,a.example,c.example,include,2\n"
	                   "7,example.com,c.example,a.example,include,3\n"
	                   "7,example.com,b.example,a.example,include,2\n" },
	{ .title = "behind all, and in a broken record, nothing is reached",
	        .zone = "example.com TXT \"v=spf1 include:a.example -all include:b.example\"\n"
	                "a.example TXT \"v=spf1 include:c.example nonsense\"\n",
	        .outcome = "7,example.com,example.com,a.example,include,1\n" },
};

static const struct zonecase flattened[] = {
	{ .title = "no record, no line", .zone = "example.com A 192.0.2.1\n", .outcome = "" },
	{ .title = "a broken record is one: everybody has permerror",
	        .zone = "example.com TXT \"v=spf1 nonsense\"\n",
	        .outcome = "7,example.com,0.0.0.0/0,permerror,,no\n"
	                   "7,example.com,::/0,permerror,,no\n" },
	{ .title = "both families, the path, what depends on the client",
	        .zone = "example.com TXT \"v=spf1 include:a.example ptr ip6:2001:db8::/32 -all\"\n"
	                "a.example TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n",
	        .outcome = "7,example.com,192.0.2.0/24,pass,include:a.example > "
	                   "ip4:192.0.2.0/24,no\n"
	                   "7,example.com,0.0.0.0/0,fail,-all,yes\n"
	                   "7,example.com,2001:db8::/32,pass,ip6:2001:db8::/32,yes\n"
	                   "7,example.com,::/0,fail,-all,yes\n" },
};

static void includes(void **state)
{
	(void)state;
	zonecase_run(included, sizeof included / sizeof *included, tell_includes);
}

static void networks(void **state)
{
	(void)state;
	zonecase_run(flattened, sizeof flattened / sizeof *flattened, tell_networks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(includes),
		cmocka_unit_test(networks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
