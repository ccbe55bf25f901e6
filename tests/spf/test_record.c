/* test_record.c - the record grammar (RFC 7208 section 12): good and bad records, what they compile
 * to, and the choice of a record among TXT records. */
#include "spf/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_version(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool is_version;
	} table[] = {
		{ "v=spf1", true },
		{ "v=spf1 ", true },
		{ "v=spf1 -all", true },
		{ "V=SPF1 -all", true },
		{ "v=spf1  ", true },
		{ "", false },
		{ "v=spf", false },
		{ "v=spf10", false },
		{ "v=spf1-all", false },
		{ " v=spf1", false },
		{ "v=spf1\t-all", false },
		{ "v=spf1\n", false },
		{ "v=spf2", false },
		{ "v=spf1/", false },
		{ "\"v=spf1 -all\"", false },
		{ "v= spf1 -all", false },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (spf_record_has_version(table[i].text, strlen(table[i].text)) !=
		        table[i].is_version)
			fail_msg("\"%s\"", table[i].text);
	}
	assert_false(spf_record_has_version("v=spf1\0 -all", 12));
}

static void expect_valid(const char *terms)
{
	char text[600];
	size_t size = (size_t)snprintf(text, sizeof text, "v=spf1%s", terms);
	struct spf_record *r = spf_record_compile(text, size);
	assert_non_null(r);
	if (r->outcome != SPF_NEUTRAL || r->problem)
		fail_msg(
		        "%s: %s at \"%s\"", text, spf_problem_text(r->problem), text + r->error_at);
	spf_record_free(r);
}

static const char *const good_records[] = {
	"",
	" ",
	"    ",
	" all",
	" -all",
	" +all",
	" ?all",
	" ~all",
	"  -all  ",
	" ALL",
	" -All",
	" a",
	" A",
	" a/0",
	" a/32",
	" a//0",
	" a//128",
	" a/24//64",
	" a:example.com",
	" a:example.com/24",
	" a:example.com//64",
	" a:example.com/24//64",
	" a:example.com.",
	" a:example.com./24",
	" a:%{d}",
	" a:%{d}/24",
	" a:%{d2/}/24//64",
	" a:foo:bar/baz.example.com",
	" a:foo/24/bar.example.com/24",
	" a:foo//24.example.com//24",
	" a:%%",
	" a:%_/8",
	" a:%-//8",
	" -a:_under.score.example.com",
	" mx",
	" MX:example.com",
	" mx/24",
	" mx//64",
	" mx/24//64",
	" mx:%{d}/9",
	" ptr",
	" ptr:example.com",
	" PTR:%{d}",
	" ~ptr:a/b.example.com",
	" ip4:192.0.2.0",
	" ip4:192.0.2.0/0",
	" ip4:192.0.2.0/24",
	" IP4:192.0.2.255/32",
	" ip4:0.0.0.0/1",
	" ip6:::",
	" ip6:::1",
	" ip6:2001:db8::/32",
	" ip6:2001:DB8::1/128",
	" ip6:::/0",
	" ip6:::ffff:192.0.2.1",
	" ip6:::1.2.3.4/96",
	" ip6:1:2:3:4:5:6:7:8",
	" include:example.com",
	" -include:_spf.%{d2}",
	" ?INCLUDE:a.b",
	" exists:%{ir}.sbl.example.org",
	" exists:%{l1r+-/,_=}.%{d}",
	" exists:a/24.b",
	" redirect=example.com",
	" REDIRECT=_spf.%{d}",
	" redirect=a.b exp=c.d",
	" exp=%{d}",
	" -all redirect=a.b",
	" redirect=a.b -all",
	" foo=",
	" foo=bar",
	" foo=bar foo=bar",
	" a=b",
	" all=1",
	" include=x",
	" x-y_z.1=a:b/c=d",
	" foo=%{d}%%%_%-",
	" foo=%{c}%{r}%{t}",
	" redirect-x=museum",
	" exp.x=",
	" a:a.b a:a.b a:a.b a:a.b a:a.b a:a.b a:a.b a:a.b a:a.b a:a.b a:a.b a:a.b",
	" -all mx a ptr:a.b foo=bar",
};

static void test_good_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof good_records / sizeof *good_records; i++)
		expect_valid(good_records[i]);
}

/* `where`: the octet behind "v=spf1". */
static void expect_refused(const char *terms, size_t size, enum spf_problem problem, size_t where)
{
	char text[600] = "v=spf1";
	memcpy(text + 6, terms, size);
	struct spf_record *r = spf_record_compile(text, size + 6);
	assert_non_null(r);
	if (r->outcome != SPF_PERMERROR || r->problem != problem)
		fail_msg("%s: %s, wanted %s", text, spf_problem_text(r->problem),
		        spf_problem_text(problem));
	if (r->error_at != where + 6)
		fail_msg("%s: error at %zu, wanted %zu", text, r->error_at - 6, where);
	spf_record_free(r);
}

static const struct {
	const char *terms;
	size_t error_at;
} bad_records[] = {
	/* clang-format off */
	{ " moo", 1 }, { " -moo", 2 }, { " all moo", 5 }, { " -all -moo", 7 }, { " =all", 1 }, { " 1up=foo", 1 },
	{ " -redirect=a.b", 2 },
	{ " --all", 2 }, { " -", 2 }, { " +", 2 }, { " - all", 2 }, { " all.", 1 }, { " all:foo", 4 }, { " all/8", 4 },
	{ " all:", 4 }, { " !all", 1 },
	{ " allx", 1 }, { " :a.b", 1 }, { " /24", 1 }, { " ip:192.0.2.1", 1 }, { " ipv4:192.0.2.1", 1 },
	{ " a:", 3 }, { " a:museum", 3 }, { " a:museum.", 3 }, { " a:abc.123", 7 }, { " a:111.222.33.44", 14 },
	{ " a:example.com:8080", 11 },
	{ " a:example.-com", 11 }, { " a/", 2 }, { " a/33", 3 }, { " a/00", 3 }, { " a/032", 3 }, { " a//129", 4 },
	{ " a//064", 4 },
	{ " a//00", 4 }, { " a/24/64", 6 }, { " a/24/32", 2 }, { " a/24//64/", 2 }, { " a//64/24", 2 }, { " a///64", 2 },
	{ " a/24 /64", 6 }, { " a/-1", 2 }, { " a/4294967328", 3 },
	{ " a:a.b/", 5 }, { " a:a.b/33", 7 }, { " a:a.b//129", 8 }, { " a:a.b/24/64", 10 }, { " a:a.b/24/32", 5 },
	{ " a:a.b//24//64", 5 }, { " a:a.b/x", 5 }, { " a:/24", 3 },
	{ " a:%{d}com", 7 }, { " a:%", 4 }, { " a:%(d)", 4 }, { " a:%{x}", 5 },
	{ " a:%{d", 6 }, { " a:%{d/24", 6 }, { " a:%{c}", 5 }, { " a.b", 1 }, { " a,b", 1 },
	{ " mx:", 4 }, { " mx/33", 4 }, { " mx:abc.123", 8 }, { " mx//129", 5 },
	{ " ptr:", 5 }, { " ptr/24", 4 }, { " ptr:a.b/24", 7 }, { " ptr:com", 5 },
	{ " ip4", 4 }, { " ip4:", 5 }, { " ip4/24", 4 }, { " ip4:1.2.3", 5 }, { " ip4:1.2.3.4.5", 5 },
	{ " ip4:1.2.3.256", 5 }, { " ip4:1.2.3.04", 5 },
	{ " ip4:1.2.3.4:8080", 5 }, { " ip4:1.2.3.4/33", 13 }, { " ip4:1.2.3.4/032", 13 }, { " ip4:1.2.3.4/", 13 },
	{ " ip4:1.2.3.4//32", 13 },
	{ " ip4:1.2.3.4/24/64", 13 }, { " ip4:1.2.3.4/2a", 14 }, { " ip4:::1", 5 }, { " ip4:example.com", 5 },
	{ " ip4: 1.2.3.4", 5 }, { " ip4:1.2.3.4,ip4:1.2.3.5", 5 },
	{ " ip6", 4 }, { " ip6:", 5 }, { " ip6:1.2.3.4", 5 }, { " ip6::CAFE::BABE", 5 }, { " ip6:::1/129", 9 },
	{ " ip6:::1//33", 9 }, { " ip6:::1%eth0", 5 },
	{ " ip6:[::1]", 5 }, { " ip6:::1/064", 9 }, { " ip6:1:2:3:4:5:6:7", 5 },
	{ " include", 8 }, { " include:", 9 }, { " include:com", 9 }, { " include:a.b/24", 11 }, { " include/24", 8 },
	{ " exists", 7 }, { " exists:", 8 },
	{ " exists:a.b/24", 10 }, { " exists/24", 7 },
	{ " redirect=", 10 }, { " redirect=-all", 10 }, { " redirect:a.b", 1 }, { " redirect", 1 },
	{ " redirect=a.b redirect=a.b", 14 },
	{ " -all redirect=", 15 }, { " redirect=a.b/24", 12 }, { " redirect=a.b -all redirect=c.d", 19 },
	{ " redirect=%{t}.example.com", 12 },
	{ " exp=", 5 }, { " exp=-all", 5 }, { " exp=a.b EXP=a.b", 9 }, { " exp=%{r}.example.com", 7 },
	{ " foo=%", 6 }, { " foo=%abc", 6 }, { " foo=a%{x}", 8 }, { " moo.cow/far_out=man", 1 },
	{ " moo.cow:far_out=man", 1 }, { " -foo=bar", 2 },
	{ " a\tb", 1 }, { "  a\r\n", 2 }, { " -all\n", 2 }, { " all\t", 1 }, { " a:a.b\rptr", 6 }, { " foo=a\x01", 6 },
	{ " a:a.b\x7f", 6 },
	/* clang-format on */
};

static void test_bad_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_records / sizeof *bad_records; i++)
		expect_refused(bad_records[i].terms, strlen(bad_records[i].terms),
		        SPF_PROBLEM_SYNTAX, bad_records[i].error_at);
	expect_refused(" a:a.b\0", 7, SPF_PROBLEM_SYNTAX, 6);
	expect_refused(" \0", 2, SPF_PROBLEM_SYNTAX, 1);
	expect_refused(" a\0", 3, SPF_PROBLEM_SYNTAX, 1);
}

/* Octets over 127 have a word of their own, wherever they stand; also behind a syntax error. */
static void test_octets_over_127(void **state)
{
	(void)state;
	expect_refused(" a:\xef\xbb\xbfgarbage.example.net -all", 31, SPF_PROBLEM_NOT_ASCII, 3);
	expect_refused(" \x80"
	               "a:example.net",
	        15, SPF_PROBLEM_NOT_ASCII, 1);
	expect_refused(" moo foo=b\xe4r", 12, SPF_PROBLEM_NOT_ASCII, 10);
	expect_refused(" -all \xff", 7, SPF_PROBLEM_NOT_ASCII, 6);
}

static void expect_text(const char *text, size_t size, const char *wanted)
{
	assert_int_equal(size, strlen(wanted));
	assert_memory_equal(text, wanted, size);
}

static void test_program(void **state)
{
	(void)state;
	static const char text[] =
	        "v=spf1 ~A:%{d}/20//40 MX -ip4:192.0.2.0/24 ?ip6:2001:db8::/33 ptr exists:a.b "
	        "redirect=c.d exp=%{d} x=y";
	struct spf_record *r = spf_record_compile(text, strlen(text));
	assert_non_null(r);
	assert_int_equal(r->n_directives, 6);
	static const uint8_t mechanisms[] = { SPF_A, SPF_MX, SPF_IP4, SPF_IP6, SPF_PTR,
		SPF_EXISTS };
	static const uint8_t on_match[] = { SPF_SOFTFAIL, SPF_PASS, SPF_FAIL, SPF_NEUTRAL, SPF_PASS,
		SPF_PASS };
	static const uint8_t prefix_4[] = { 20, 32, 24, 32, 32, 32 },
	                     prefix_6[] = { 40, 128, 128, 33, 128, 128 };
	static const bool has_domain[] = { true, false, false, false, false, true };
	static const char *const texts[] = { "~A:%{d}/20//40", "MX", "-ip4:192.0.2.0/24",
		"?ip6:2001:db8::/33", "ptr", "exists:a.b" };
	for (size_t i = 0; i < r->n_directives; i++) {
		const struct spf_directive *d = &r->directives[i];
		assert_int_equal(d->mechanism, mechanisms[i]);
		assert_int_equal(d->on_match, on_match[i]);
		assert_int_equal(d->prefix_4, prefix_4[i]);
		assert_int_equal(d->prefix_6, prefix_6[i]);
		assert_int_equal(d->has_domain, has_domain[i]);
		expect_text(d->text, d->text_size, texts[i]);
	}
	assert_int_equal(r->directives[3].network.family, IPFAMILY_6);
	assert_true(r->has_redirect && r->has_exp && !r->has_all);
	expect_text(r->redirect_text, r->redirect_text_size, "redirect=c.d");
	spf_record_free(r);
}

/* Section 5.1: nothing behind "all", and no redirect on either side; "exp" stays. */
static void test_all_ends_the_program(void **state)
{
	(void)state;
	static const char *const texts[] = { "v=spf1 redirect=a.b mx -all exp=c.d a ptr ?all",
		"v=spf1 mx -all a redirect=a.b exp=c.d" };
	for (size_t i = 0; i < 2; i++) {
		struct spf_record *r = spf_record_compile(texts[i], strlen(texts[i]));
		assert_non_null(r);
		assert_int_equal(r->outcome, SPF_NEUTRAL);
		assert_int_equal(r->n_directives, 2);
		assert_true(r->has_all && r->has_exp && !r->has_redirect);
		spf_record_free(r);
	}
}

static const struct answer *answer_with(const char *const *texts, size_t n)
{
	struct answer_builder b = { .n_records = 0 };
	struct dname name;
	assert_int_equal(dname_parse(&name, "example.com", 11), ERROR_NONE);
	answer_builder_begin(&b, &name, RRTYPE_TXT);
	for (size_t i = 0; i < n; i++)
		answer_builder_add(&b, texts[i], strlen(texts[i]), 0);
	const struct answer *answer = answer_build(&b);
	assert_non_null(answer);
	answer_builder_fini(&b);
	return answer;
}

/* The eleventh look-up ends every check (section 4.6.4): what stands behind it is only checked. */
static void test_what_no_check_reaches_is_dropped(void **state)
{
	(void)state;
	static const struct {
		const char *tail;
		enum spf_problem problem;
		size_t n_directives;
		bool has_all;
	} table[] = {
		{ "", SPF_PROBLEM_NONE, 12, false },
		{ " ip4:192.0.2.2 a:%{d} mx/24 exists:%{i}.example.com include:b.example ip6::: "
		  "ptr",
		        SPF_PROBLEM_NONE, 12, false },
		{ " -all a", SPF_PROBLEM_NONE, 12, true },
		{ " moo", SPF_PROBLEM_SYNTAX, 0, false },
		{ " a:%{x}.example", SPF_PROBLEM_SYNTAX, 0, false },
		{ " ip4:1.2.3", SPF_PROBLEM_SYNTAX, 0, false },
		{ " redirect=a.example redirect=b.example", SPF_PROBLEM_SYNTAX, 0, false },
		{ " a x=%{q}", SPF_PROBLEM_SYNTAX, 0, false },
		{ " a\377", SPF_PROBLEM_NOT_ASCII, 0, false },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		char text[512];
		size_t size = (size_t)snprintf(text, sizeof text,
		        "v=spf1 a ip4:192.0.2.1 mx ptr a a a a a a a exists:%%{i}.example.com%s",
		        table[i].tail);
		struct spf_record *r = spf_record_compile(text, size);
		assert_non_null(r);
		assert_int_equal(r->problem, table[i].problem);
		assert_int_equal(r->n_directives, table[i].n_directives);
		assert_int_equal(r->has_all, table[i].has_all);
		assert_true(r->outcome == SPF_PERMERROR ||
		        macro_string_uses(&r->directives[11].domain, 'i'));
		spf_record_free(r);
	}
}

/* Records as long as a TXT record can be, of one term over and over: what their programs hold is
 * what is charged for them, and it is no large multiple. */
static void test_long_records(void **state)
{
	(void)state;
	enum { SIZE = 65535, SMALL = 4096 };
	static const struct {
		const char *term;
		enum spf_verdict outcome;
		size_t n_directives, held_max;
	} table[] = {
		{ " a", SPF_NEUTRAL, 11, SMALL },
		{ " a:b.c", SPF_NEUTRAL, 11, SMALL },
		{ " x=%{d}%{d}", SPF_NEUTRAL, 0, SMALL },
		{ " all", SPF_NEUTRAL, 1, SMALL },
		{ " exists:%{i}.a", SPF_NEUTRAL, 11, SMALL },
		{ " a=", SPF_NEUTRAL, 0, SMALL },
		{ " ?", SPF_PERMERROR, 0, SMALL },
		{ " ip4:", SPF_PERMERROR, 0, SMALL },
		{ " ip4:1.2.3.4", SPF_NEUTRAL, (SIZE - 6) / 12, 10 * SIZE },
		{ " ip6:::", SPF_NEUTRAL, (SIZE - 6) / 7, 15 * SIZE },
		{ " ip4:1", SPF_PERMERROR, 0, SMALL },
	};
	static char text[SIZE + 1];
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		size_t size = (size_t)snprintf(text, sizeof text, "v=spf1"),
		       term_size = strlen(table[i].term);
		for (; size + term_size <= SIZE; size += term_size)
			memcpy(text + size, table[i].term, term_size);
		text[size] = '\0';
		const char *texts[] = { text };
		const struct answer *answer = answer_with(texts, 1);
		const struct spf_record *r = spf_record_of_answer(answer);
		assert_non_null(r);
		assert_int_equal(r->outcome, table[i].outcome);
		assert_int_equal(r->n_directives, table[i].n_directives);
		if (answer->attachment->size_bytes < r->n_directives * sizeof *r->directives ||
		        answer->attachment->size_bytes > table[i].held_max)
			fail_msg("\"%s\" over and over: %zu octets", table[i].term,
			        answer->attachment->size_bytes);
		answer_unref(answer);
	}
}

/* ---- selection ---- */

static void expect_selection(const char *const *texts, size_t n, enum spf_verdict outcome,
        enum spf_problem problem, const char *text)
{
	const struct answer *answer = answer_with(texts, n);
	const struct spf_record *r = spf_record_of_answer(answer);
	assert_non_null(r);
	assert_int_equal(r->outcome, outcome);
	assert_int_equal(r->problem, problem);
	expect_text(r->text, r->text_size, text);
	assert_ptr_equal(spf_record_of_answer(answer), r);
	answer_unref(answer);
}

static void test_selection(void **state)
{
	(void)state;
	expect_selection(NULL, 0, SPF_NONE, SPF_PROBLEM_NONE, "");
	expect_selection(
	        (const char *[]){ "google-site-verification=x", "v=spf10 -all", " v=spf1 -all" }, 3,
	        SPF_NONE, SPF_PROBLEM_NONE, "");
	expect_selection((const char *[]){ "x\xff", "v=spf10", "V=Spf1 a", "v=spf2.0/pra -all" }, 4,
	        SPF_NEUTRAL, SPF_PROBLEM_NONE, "V=Spf1 a");
	expect_selection((const char *[]){ "v=spf1 a", "v=spf1 -all" }, 2, SPF_PERMERROR,
	        SPF_PROBLEM_MULTIPLE_RECORDS, "v=spf1 a");
	expect_selection((const char *[]){ "v=spf1 moo", "x", "v=spf1" }, 3, SPF_PERMERROR,
	        SPF_PROBLEM_MULTIPLE_RECORDS, "v=spf1 moo");
	expect_selection((const char *[]){ "v=spf1", "v=spf1 \xff" }, 2, SPF_PERMERROR,
	        SPF_PROBLEM_MULTIPLE_RECORDS, "v=spf1");
	expect_selection((const char *[]){ "v=spf1 moo", "v=spf3" }, 2, SPF_PERMERROR,
	        SPF_PROBLEM_SYNTAX, "v=spf1 moo");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_good_records),
		cmocka_unit_test(test_bad_records),
		cmocka_unit_test(test_octets_over_127),
		cmocka_unit_test(test_program),
		cmocka_unit_test(test_all_ends_the_program),
		cmocka_unit_test(test_what_no_check_reaches_is_dropped),
		cmocka_unit_test(test_long_records),
		cmocka_unit_test(test_selection),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
