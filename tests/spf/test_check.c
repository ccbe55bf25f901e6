/* test_check.c - the check_host() machine against data files (all of cases/, or those named as
 * arguments), and what data cannot say: the observer's story, a check that is given up, and limits
 * of one's own. */
#include "cases.h"
#include "resolver/scripted/script.h"
#include "spf/check.h"
#include "world.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

/* ---- data ---- */

static void fill_domain(struct spf_request *r, const char *text, size_t size)
{
	r->sender_domain = text;
	r->sender_domain_size = size;
	if (dname_parse(&r->domain, text, size))
		r->domain.size = 0;
}

static void fill_sender(struct spf_request *r, const struct value *from, const struct value *helo)
{
	const char *at = from->size > 0 ? memrchr(from->text, '@', from->size) : NULL;
	if (from->size == 0) {
		fill_domain(r, helo->text, helo->size);
	} else if (!at) {
		fill_domain(r, from->text, from->size);
	} else {
		r->local_part = from->text;
		r->local_part_size = (size_t)(at - from->text);
		fill_domain(r, at + 1, from->size - r->local_part_size - 1);
	}
}

static struct spf_request request_of(const struct spf_case *c)
{
	struct spf_request r = { .explain = true,
		.receiver = c->receiver.text,
		.helo = c->helo.text,
		.helo_size = c->helo.size };
	if (strcmp(c->ip.text, "none") != 0)
		assert_int_equal(ipaddr_parse(&r.ip, c->ip.text, c->ip.size), ERROR_NONE);
	fill_sender(&r, &c->from, &c->helo);
	if (c->time.text)
		r.time_s = strtoull(c->time.text, NULL, 10);
	return r;
}

static void put_failed(struct textbuf *out, const struct answer *failed)
{
	struct dname qname;
	if (!failed)
		return;
	answer_qname(failed, &qname);
	textbuf_put_text(out, rrtype_text(failed->type));
	textbuf_put_char(out, ' ');
	dname_print(out, &qname);
	textbuf_put_char(out, ' ');
	textbuf_put_text(out, answer_status_text(failed->status));
}

static void put_failures(struct textbuf *out, const struct failures *failures)
{
	for (unsigned i = 0; i < failures->n; i++) {
		textbuf_put_text(out, i ? "; " : "");
		put_failed(out, failures->answers[i]);
	}
}

static const char *verdict_text(const struct spf_result *r)
{
	return r->undecided ? "undecided" : spf_verdict_text(r->verdict);
}

static const char *dnssec_text(enum answer_dnssec dnssec)
{
	return dnssec == ANSWER_SECURE      ? "secure"
	        : dnssec == ANSWER_INSECURE ? "insecure"
	                                    : "bogus";
}

/* Everything that comes out, as one text, so that runs can be compared. */
static void print_outcome(struct textbuf *out, struct spf_check *check, struct world *world)
{
	struct spf_result *r = &check->result;
	textbuf_printf(out, "verdict %s\nproblem %s\nlookups %u\nvoids %u\n", verdict_text(r),
	        spf_problem_text(r->problem), r->lookups, r->void_lookups);
	textbuf_printf(out, "dnssec %s\nmatched %s\nexplanation ", dnssec_text(r->dnssec),
	        textbuf_text(&r->matched));
	textbuf_put(out, r->explanation.bytes ? r->explanation.bytes : "", r->explanation.size);
	textbuf_put_text(out, "\nfailed ");
	put_failed(out, r->failed);
	textbuf_put_text(out, "\nfailures ");
	put_failures(out, &check->probe.failures);
	textbuf_put_text(out, "\nrecord ");
	textbuf_put(out, r->record, r->record_size);
	textbuf_printf(out, "\nasked %s\n", textbuf_text(&world->asked));
}

static void expect(
        const char *name, const struct value *want, const char *got, size_t got_size, bool fold)
{
	if (!want->text)
		return;
	if (want->size == got_size &&
	        (fold ? strncasecmp(want->text, got, got_size)
	              : memcmp(want->text, got, got_size)) == 0)
		return;
	fail_msg("%s: got \"%.*s\", wanted \"%s\"", name, (int)got_size, got, want->text);
}

static void expect_text(const char *name, const struct value *want, const char *got)
{
	expect(name, want, got, strlen(got), false);
}

static void expect_number(const char *name, const struct value *want, unsigned got)
{
	if (want->text && strtoul(want->text, NULL, 10) != got)
		fail_msg("%s: got %u, wanted %s", name, got, want->text);
}

/* One of the words in "fail|permerror". */
static void expect_verdict(const struct value *want, const char *got)
{
	for (const char *at = want->text; at; at = strchr(at, '|')) {
		at += *at == '|';
		if (strcspn(at, "|") == strlen(got) && strncmp(at, got, strlen(got)) == 0)
			return;
	}
	fail_msg("verdict: got %s, wanted %s", got, want->text);
}

static void compare(const struct spf_case *c, struct spf_check *check, struct world *world)
{
	struct spf_result *r = &check->result;
	struct textbuf failed = { .size = 0 }, failures = { .size = 0 };
	put_failed(&failed, r->failed);
	put_failures(&failures, &check->probe.failures);
	expect_verdict(&c->verdict, verdict_text(r));
	expect_text("problem", &c->problem, spf_problem_text(r->problem));
	expect_text("matched", &c->matched, textbuf_text(&r->matched));
	if (r->verdict == SPF_FAIL)
		expect("explanation", &c->explanation, textbuf_text(&r->explanation),
		        r->explanation.size, true);
	else
		assert_int_equal(r->explanation.size, 0);
	expect_number("lookups", &c->lookups, r->lookups);
	expect_number("voids", &c->voids, r->void_lookups);
	expect_text("failed", &c->failed, textbuf_text(&failed));
	expect_text("failures", &c->failures, textbuf_text(&failures));
	expect("record", &c->record, r->record, r->record_size, false);
	expect_text("dnssec", &c->dnssec, dnssec_text(r->dnssec));
	expect_text("asked", &c->asked, textbuf_text(&world->asked));
	textbuf_fini(&failed);
	textbuf_fini(&failures);
}

static void run_case(void **state)
{
	const struct spf_case *c = *state;
	struct spf_request request = request_of(c);
	struct dname insecure;
	struct spf_check check = { .n_frames = 0 };
	struct world world = { .script = c->zone, .secure = c->secure.text };
	struct textbuf outcomes[WORLD_ORDER_COUNT] = { 0 };
	if (c->insecure.text) {
		assert_int_equal(
		        dname_parse(&insecure, c->insecure.text, c->insecure.size), ERROR_NONE);
		world.insecure = &insecure;
	}
	if (c->cancel.text)
		world.cancel_from = (unsigned)strtoul(c->cancel.text, NULL, 10);
	for (unsigned order = 0; order < WORLD_ORDER_COUNT; order++) {
		world.order = order;
		world_begin(&world);
		spf_check_begin(&check, &request, &spf_limits_of_rfc, &world.asker);
		world_run(&world, &check.probe);
		compare(c, &check, &world);
		print_outcome(&outcomes[order], &check, &world);
		assert_string_equal(textbuf_text(&outcomes[order]), textbuf_text(&outcomes[0]));
	}
	for (unsigned order = 0; order < WORLD_ORDER_COUNT; order++)
		textbuf_fini(&outcomes[order]);
	spf_check_fini(&check);
	world_fini(&world);
}

/* ---- code ---- */

struct stage {
	struct script *script;
	struct world world;
	struct spf_request request;
	struct spf_check check;
};

static void stage_begin(struct stage *s, const char *zone, const char *ip, const char *domain)
{
	char why[200];
	*s = (struct stage){ .request = { .explain = true } };
	assert_int_equal(script_parse(&s->script, zone, strlen(zone), why, sizeof why), ERROR_NONE);
	assert_int_equal(ipaddr_parse(&s->request.ip, ip, strlen(ip)), ERROR_NONE);
	assert_int_equal(dname_parse(&s->request.domain, domain, strlen(domain)), ERROR_NONE);
	s->world.script = s->script;
}

static void stage_run(struct stage *s, const struct spf_limits *limits)
{
	world_begin(&s->world);
	spf_check_begin(&s->check, &s->request, limits, &s->world.asker);
	world_run(&s->world, &s->check.probe);
}

static void stage_end(struct stage *s)
{
	spf_check_fini(&s->check);
	world_fini(&s->world);
	script_free(s->script);
}

struct diary {
	struct spf_observer observer; /* first */
	struct textbuf text;
};

static void write_event(struct spf_observer *observer, const struct spf_event *e)
{
	static const char *const kinds[] = { "record", "term", "lookup", "match", "no-match",
		"return" };
	struct textbuf *out = &((struct diary *)observer)->text;
	textbuf_printf(out, "%u ", e->depth);
	dname_print(out, e->domain);
	textbuf_printf(out, " %s", kinds[e->kind]);
	if (e->text_size > 0)
		textbuf_printf(out, " %.*s", (int)e->text_size, e->text);
	if (e->target) {
		textbuf_put_text(out, " -> ");
		dname_print(out, e->target);
	}
	if (e->answer)
		textbuf_printf(out, " %s %s", rrtype_text(e->answer->type),
		        answer_status_text(e->answer->status));
	if (e->kind == SPF_EVENT_RETURN)
		textbuf_printf(out, " %s", spf_verdict_text(e->verdict));
	textbuf_printf(out, " (%u, %u)\n", e->lookups, e->void_lookups);
}

static void test_observer_tells_the_story(void **state)
{
	(void)state;
	static const char zone[] =
	        "example.com TXT \"v=spf1 a:gone.example.com include:_spf.%{d} ptr -all\"\n"
	        "_spf.example.com TXT \"v=spf1 ip4:198.51.100.0/24 redirect=other.example.com\"\n"
	        "other.example.com TXT \"v=spf1 ~all\"\n"
	        "7.2.0.192.in-addr.arpa PTR mail.example.com\n"
	        "mail.example.com A 192.0.2.7\n";
	static const char story[] =
	        "0 example.com lookup TXT ok (0, 0)\n"
	        "0 example.com record v=spf1 a:gone.example.com include:_spf.%{d} ptr -all (0, 0)\n"
	        "0 example.com term a:gone.example.com -> gone.example.com (1, 0)\n"
	        "0 example.com lookup A nxdomain (1, 1)\n"
	        "0 example.com no-match a:gone.example.com (1, 1)\n"
	        "0 example.com term include:_spf.%{d} -> _spf.example.com (2, 1)\n"
	        "1 _spf.example.com lookup TXT ok (2, 1)\n"
	        "1 _spf.example.com record v=spf1 ip4:198.51.100.0/24 redirect=other.example.com "
	        "(2, 1)\n"
	        "1 _spf.example.com term ip4:198.51.100.0/24 (2, 1)\n"
	        "1 _spf.example.com no-match ip4:198.51.100.0/24 (2, 1)\n"
	        "1 _spf.example.com term redirect=other.example.com -> other.example.com (3, 1)\n"
	        "2 other.example.com lookup TXT ok (3, 1)\n"
	        "2 other.example.com record v=spf1 ~all (3, 1)\n"
	        "2 other.example.com term ~all (3, 1)\n"
	        "2 other.example.com match ~all (3, 1)\n"
	        "2 other.example.com return softfail (3, 1)\n"
	        "0 example.com no-match include:_spf.%{d} (3, 1)\n"
	        "0 example.com term ptr -> example.com (4, 1)\n"
	        "0 example.com lookup PTR ok (4, 1)\n"
	        "0 example.com lookup A ok (4, 1)\n"
	        "0 example.com match ptr (4, 1)\n";
	struct diary diary = { .observer = { .event = write_event } };
	struct stage s;
	stage_begin(&s, zone, "192.0.2.7", "example.com");
	s.request.observer = &diary.observer;
	stage_run(&s, &spf_limits_of_rfc);
	assert_string_equal(textbuf_text(&diary.text), story);
	assert_int_equal(s.check.result.verdict, SPF_PASS);
	textbuf_fini(&diary.text);
	stage_end(&s);
}

/* A row that is given up while answers are missing, and while some are there already, leaks nothing
 * and can begin again. */
static void test_check_can_be_given_up(void **state)
{
	(void)state;
	struct stage s;
	stage_begin(&s,
	        "example.com TXT \"v=spf1 mx -all\"\nexample.com MX 1 a.example.com\nexample.com "
	        "MX 2 b.example.com\n"
	        "a.example.com A 192.0.2.1\nb.example.com A 192.0.2.2\n",
	        "192.0.2.2", "example.com");
	s.world.order = WORLD_FORWARDS;
	for (unsigned given = 0; given < 4; given++) {
		world_begin(&s.world);
		spf_check_begin(&s.check, &s.request, &spf_limits_of_rfc, &s.world.asker);
		for (unsigned i = 0; i < given; i++) {
			unsigned slot = i == 3 ? 1 : 0;
			assert_false(probe_run(&s.check.probe));
			const struct answer *answer = s.world.held[slot];
			s.world.held[slot] = NULL;
			probe_take(&s.check.probe, slot, answer);
		}
		for (unsigned i = 0; i < PROBE_FANOUT_MAX; i++) {
			answer_unref(s.world.held[i]);
			s.world.held[i] = NULL;
		}
	}
	stage_run(&s, &spf_limits_of_rfc);
	assert_int_equal(s.check.result.verdict, SPF_PASS);
	stage_end(&s);
}

static void test_limits_are_the_callers(void **state)
{
	(void)state;
	static const char zone[] =
	        "example.com TXT \"v=spf1 a:1.gone.example.com a:2.gone.example.com mx ?all\"\n"
	        "example.com MX 1 a.example.com\nexample.com MX 2 a.example.com\na.example.com A "
	        "192.0.2.1\n"
	        "gone.example.com A 192.0.2.9\n";
	static const struct {
		struct spf_limits limits;
		enum spf_verdict verdict;
		enum spf_problem problem;
	} table[] = {
		{ { 3, 2, 2, 1 }, SPF_NEUTRAL, SPF_PROBLEM_NONE },
		{ { 2, 2, 2, 1 }, SPF_PERMERROR, SPF_PROBLEM_LOOKUP_LIMIT },
		{ { 3, 1, 2, 1 }, SPF_PERMERROR, SPF_PROBLEM_VOID_LIMIT },
		{ { 3, 2, 1, 1 }, SPF_PERMERROR, SPF_PROBLEM_MX_LIMIT },
		{ { 3, 0, 2, 1 }, SPF_PERMERROR, SPF_PROBLEM_VOID_LIMIT },
		{ { 3, SPF_NO_LIMIT, 2, 1 }, SPF_NEUTRAL, SPF_PROBLEM_NONE },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct stage s;
		stage_begin(&s, zone, "192.0.2.7", "example.com");
		stage_run(&s, &table[i].limits);
		assert_int_equal(s.check.result.verdict, table[i].verdict);
		assert_int_equal(s.check.result.problem, table[i].problem);
		stage_end(&s);
	}
}

/* More terms than frames: the stack refuses, it does not overflow. */
static void test_frames_are_bounded(void **state)
{
	(void)state;
	struct stage s;
	const struct spf_limits many = {
		.lookup_terms = 1000, .void_lookups = 1000, .mx_names = 10, .ptr_names = 10
	};
	stage_begin(&s, "example.com TXT \"v=spf1 include:example.com -all\"\n", "192.0.2.7",
	        "example.com");
	stage_run(&s, &many);
	assert_int_equal(s.check.result.verdict, SPF_PERMERROR);
	assert_int_equal(s.check.result.problem, SPF_PROBLEM_LOOKUP_LIMIT);
	stage_end(&s);
}

/* Without `explain` no question is asked for it. */
static void test_explanation_is_optional(void **state)
{
	(void)state;
	struct stage s;
	stage_begin(&s,
	        "example.com TXT \"v=spf1 -all exp=why.example.com\"\nwhy.example.com TXT "
	        "\"because\"\n",
	        "192.0.2.7", "example.com");
	stage_run(&s, &spf_limits_of_rfc);
	assert_string_equal(textbuf_text(&s.check.result.explanation), "because");
	s.request.explain = false;
	stage_run(&s, &spf_limits_of_rfc);
	assert_int_equal(s.check.result.explanation.size, 0);
	assert_string_equal(textbuf_text(&s.world.asked), "TXT example.com");
	stage_end(&s);
}

/* `text`, so often. */
static void put_often(struct textbuf *out, const char *text, unsigned n)
{
	while (n--)
		textbuf_put_text(out, text);
}

static void expect_explanation(const char *text, unsigned n, size_t size)
{
	struct stage s;
	struct textbuf zone = { 0 };
	textbuf_put_text(&zone,
	        "example.com TXT \"v=spf1 -all exp=why.example.com\"\nwhy.example.com TXT \"");
	put_often(&zone, text, n);
	textbuf_put_text(&zone, "\"\n");
	stage_begin(&s, textbuf_text(&zone), "192.0.2.7", "example.com");
	stage_run(&s, &spf_limits_of_rfc);
	assert_int_equal(s.check.result.verdict, SPF_FAIL);
	assert_int_equal(s.check.result.explanation.size, size);
	assert_in_range(arena_held_bytes(&s.check.memory), 0, 4096);
	stage_end(&s);
	textbuf_fini(&zone);
}

/* At most 4 096 octets, and what it was made of is not held. */
static void test_explanations_are_bounded(void **state)
{
	(void)state;
	expect_explanation("x", 4096, 4096);
	expect_explanation("x", 4097, 0);
	expect_explanation("%%", 4000, 4000);
	expect_explanation("%%", 30000, 0);
	expect_explanation("%{l}", 200, 2000);
	expect_explanation("%{v}%{l}%{v}", 100, 0); /* more macros than 16 KiB hold */
}

/* Of a term of `size` octets, which leads to a name of the longest. */
static void expect_matched(unsigned size, unsigned shown)
{
	struct stage s;
	struct textbuf zone = { 0 }, term = { 0 };
	textbuf_put_text(&term, size % 2 ? "+exists:" : "exists:");
	put_often(&term, "i.", (size - 18) / 2);
	textbuf_put_text(&term, "example.com");
	assert_int_equal(term.size, size);
	textbuf_printf(&zone, "example.com TXT \"v=spf1 %s -all\"\n", textbuf_text(&term));
	put_often(&zone, "i.", 121);
	textbuf_put_text(&zone, "example.com A 192.0.2.9\n");
	stage_begin(&s, textbuf_text(&zone), "192.0.2.7", "example.com");
	stage_run(&s, &spf_limits_of_rfc);
	assert_int_equal(s.check.result.verdict, SPF_PASS);
	const struct textbuf *matched = &s.check.result.matched;
	assert_int_equal(matched->size, shown < size ? shown + 3 : size);
	assert_memory_equal(matched->bytes, term.bytes, shown);
	assert_memory_equal(matched->bytes + shown, "...", matched->size - shown);
	stage_end(&s);
	textbuf_fini(&zone);
	textbuf_fini(&term);
}

/* The result tells what decided, and is no megabyte with terms of 60 KB, one in the other. */
static void test_long_terms_are_cut_short(void **state)
{
	(void)state;
	expect_matched(1000, 1000);
	expect_matched(1001, 1000);
	expect_matched(60000, 1000);
}

static int run_data(const struct spf_cases *all)
{
	struct CMUnitTest *tests = calloc(all->n_cases, sizeof *tests);
	if (!tests)
		return 1;
	for (size_t i = 0; i < all->n_cases; i++)
		tests[i] = (struct CMUnitTest){ .name = all->cases[i].name,
			.test_func = run_case,
			.initial_state = &all->cases[i] };
	int failed = _cmocka_run_group_tests("cases", tests, all->n_cases, NULL, NULL);
	free(tests);
	return failed;
}

static int run_code(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_observer_tells_the_story),
		cmocka_unit_test(test_check_can_be_given_up),
		cmocka_unit_test(test_limits_are_the_callers),
		cmocka_unit_test(test_frames_are_bounded),
		cmocka_unit_test(test_explanation_is_optional),
		cmocka_unit_test(test_explanations_are_bounded),
		cmocka_unit_test(test_long_terms_are_cut_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

static void read_all(struct spf_cases *all)
{
	glob_t found;
	if (glob(CASES_FOLDER "/*.txt", 0, NULL, &found) != 0) {
		print_error("no cases in " CASES_FOLDER "\n");
		exit(2);
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		spf_cases_read(all, found.gl_pathv[i]);
	globfree(&found);
}

int main(int argc, char **argv)
{
	struct spf_cases all = { .n_cases = 0 };
	for (int i = 1; i < argc; i++)
		spf_cases_read(&all, argv[i]);
	if (argc == 1)
		read_all(&all);
	int failed = run_data(&all);
	if (argc == 1)
		failed += run_code();
	spf_cases_free(&all);
	return failed != 0;
}
