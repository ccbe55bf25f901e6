/* test_problems.c - each word of the `problems` column, and what it takes. */
#include "tests/cmocka_first.h"

#include "results/problems.h"

#include <string.h>

/* What the checks of a row came to, all of them in order. */
struct row {
	struct spf_result spf;
	struct iprev iprev;
	struct hostaddr address;
	struct mailhosts mailhosts;
	struct outcome outcome;
};

static struct answer *answer_of(enum answer_status status)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, "a.example", 9), ERROR_NONE);
	struct answer *a = answer_of_failure(&name, RRTYPE_A, status, NULL);
	assert_non_null(a);
	return a;
}

static struct answer *address_answer(void)
{
	struct answer_builder b = { 0 };
	struct dname name;
	assert_int_equal(dname_parse(&name, "a.example", 9), ERROR_NONE);
	answer_builder_begin(&b, &name, RRTYPE_A);
	answer_builder_add(&b, "\300\0\2\1", 4, 0);
	struct answer *a = answer_build(&b);
	assert_non_null(a);
	answer_builder_fini(&b);
	return a;
}

static void row_init(struct row *r)
{
	*r = (struct row){ .spf.verdict = SPF_PASS,
		.iprev.verdict = IPREV_PASS,
		.address = { .done = true,
		        .a = address_answer(),
		        .aaaa = answer_of(ANSWER_NODATA) },
		.mailhosts.state = MX_OK };
	r->outcome = (struct outcome){ .error = "",
		.spf = &r->spf,
		.iprev = &r->iprev,
		.address = &r->address,
		.mailhosts = &r->mailhosts };
}

static void expect(struct row *r, const char *words)
{
	struct textbuf text = { 0 };
	r->outcome.facts = facts_of(
	        r->outcome.iprev, r->outcome.address, r->outcome.mailhosts, r->outcome.spf);
	r->outcome.problems = problems_of(&r->outcome);
	problems_put(&text, &r->outcome);
	assert_string_equal(textbuf_text(&text), words);
	textbuf_fini(&text);
	answer_unref(r->address.a);
	answer_unref(r->address.aaaa);
}

static void none(void **state)
{
	(void)state;
	struct row r;
	row_init(&r);
	expect(&r, "");
	row_init(&r);
	r.outcome.spf = NULL;
	r.outcome.iprev = NULL;
	r.outcome.address = NULL;
	r.outcome.mailhosts = NULL;
	expect(&r, "");
}

static void of_spf(void **state)
{
	static const char *const words[SPF_VERDICT_COUNT] = {
		[SPF_NONE] = "no_spf",
		[SPF_PASS] = "",
		[SPF_NEUTRAL] = "",
		[SPF_FAIL] = "spf_fail",
		[SPF_SOFTFAIL] = "spf_softfail",
		[SPF_PERMERROR] = "spf_broken",
		[SPF_TEMPERROR] = "temperror",
	};
	(void)state;
	for (enum spf_verdict v = SPF_NONE; v < SPF_VERDICT_COUNT; v++) {
		struct row r;
		row_init(&r);
		r.spf.verdict = v;
		expect(&r, words[v]);
		row_init(&r);
		r.spf.verdict = v; /* nobody's: without a client the record was sound */
		r.spf.undecided = true;
		expect(&r, v == SPF_TEMPERROR ? "temperror" : "");
		row_init(&r);
		r.outcome.has_helo_spf = true;
		r.outcome.helo_verdict = v;
		expect(&r, v == SPF_FAIL ? "helo_spf_fail" : "");
	}
}

static void of_addresses(void **state)
{
	(void)state;
	struct row r;
	row_init(&r);
	r.iprev.verdict = IPREV_PERMERROR;
	expect(&r, "no_ptr");
	row_init(&r);
	r.iprev.verdict = IPREV_FAIL;
	expect(&r, "ptr_mismatch");
	row_init(&r);
	answer_unref(r.address.a);
	r.address.a = answer_of(ANSWER_NODATA);
	r.mailhosts.state = MX_IMPLICIT;
	expect(&r, "no_address");
	row_init(&r);
	answer_unref(r.address.a);
	r.address.a = answer_of(ANSWER_NODATA);
	r.outcome.mailhosts = NULL;
	expect(&r, "no_address");
}

/* Who has MX hosts needs no address; and whether there are any may be open. */
static void of_no_address_with_mx(void **state)
{
	static const char *const words[] = { [MX_OK] = "",
		[MX_IMPLICIT] = "no_address",
		[MX_NULL] = "no_address;null_mx",
		[MX_ABSENT] = "no_address;no_mx",
		[MX_TEMPERROR] = "" };
	(void)state;
	for (enum mx_state mx = MX_OK; mx <= MX_TEMPERROR; mx++) {
		struct row r;
		row_init(&r);
		answer_unref(r.address.a);
		r.address.a = answer_of(ANSWER_NODATA);
		r.mailhosts.state = mx;
		expect(&r, words[mx]);
	}
}

/* Every definite answer must say so, and one must. An alias to no such name is a domain. */
static void of_no_such_domain(void **state)
{
	enum {
		OK = ANSWER_OK,
		NODATA = ANSWER_NODATA,
		NX = ANSWER_NXDOMAIN,
		FAIL = ANSWER_TIMEOUT
	};
	static const struct {
		int txt, a, mx;
		bool is_told;
	} cases[] = {
		{ NX, NX, NX, true },
		{ NX, FAIL, FAIL, true },
		{ FAIL, NX, FAIL, true },
		{ FAIL, FAIL, NX, true },
		{ NX, NODATA, NX, false },
		{ NODATA, NX, NX, false },
		{ NX, NX, NODATA, false },
		{ FAIL, FAIL, FAIL, false },
	};
	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct row r;
		row_init(&r);
		answer_unref(r.address.a);
		answer_unref(r.address.aaaa);
		r.address.a = answer_of((enum answer_status)cases[i].a);
		r.address.aaaa = answer_of(ANSWER_TIMEOUT);
		r.spf.record_answer = answer_of((enum answer_status)cases[i].txt);
		r.mailhosts.mx = answer_of((enum answer_status)cases[i].mx);
		expect(&r, cases[i].is_told ? "no_such_domain" : "");
		answer_unref(r.spf.record_answer);
		answer_unref(r.mailhosts.mx);
	}
}

static void of_mail_hosts(void **state)
{
	(void)state;
	struct row r;
	row_init(&r);
	r.mailhosts.state = MX_ABSENT;
	expect(&r, "no_mx");
	row_init(&r);
	r.mailhosts.state = MX_NULL;
	expect(&r, "null_mx");
	row_init(&r);
	r.mailhosts.no_address = true;
	expect(&r, "mx_no_address");
	row_init(&r);
	r.mailhosts.no_address = r.mailhosts.not_public = true;
	expect(&r, "mx_no_address;mx_not_public");
	row_init(&r);
	r.mailhosts.state = MX_IMPLICIT;
	expect(&r, "");
}

/* A failed look-up of any check, once, and it makes nothing else certain. */
static void temperror(void **state)
{
	(void)state;
	struct row r;
	for (unsigned which = 0; which < OUTCOME_FAILURES; which++) {
		struct failures none = { 0 }, some = { 0 };
		struct answer *failed = answer_of(ANSWER_TIMEOUT);
		failures_add(&some, failed);
		row_init(&r);
		for (unsigned list = 0; list < OUTCOME_FAILURES; list++)
			r.outcome.failures[list] = list == which ? &some : &none;
		expect(&r, "temperror");
		failures_clear(&some);
		answer_unref(failed);
	}
}

static void several_in_order(void **state)
{
	(void)state;
	struct row r;
	row_init(&r);
	r.spf.verdict = SPF_TEMPERROR;
	r.iprev.verdict = IPREV_FAIL;
	r.mailhosts.state = MX_ABSENT;
	r.outcome.has_helo_spf = true;
	r.outcome.helo_verdict = SPF_FAIL;
	expect(&r, "ptr_mismatch;no_mx;helo_spf_fail;temperror");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none),
		cmocka_unit_test(of_spf),
		cmocka_unit_test(of_addresses),
		cmocka_unit_test(of_no_address_with_mx),
		cmocka_unit_test(of_no_such_domain),
		cmocka_unit_test(of_mail_hosts),
		cmocka_unit_test(temperror),
		cmocka_unit_test(several_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
