/* test_reason.c - reasons in words, and providers. */
#include "tests/cmocka_first.h"

#include "report/provider.h"
#include "report/reason.h"

static struct csv_field field(const char *text)
{
	return (struct csv_field){ text, strlen(text) };
}

static void reasons(void **state)
{
	(void)state;
	static const struct {
		const char *spf, *matched, *problem, *reason;
	} cases[] = {
		{ "pass", "ip4:192.0.2.1", "", "" },
		{ "permerror", "include:a.example > include:_old.example", "include_none",
		        "include:_old.example has no SPF record" },
		{ "permerror", "a:h10.example", "lookup_limit",
		        "more than 10 look-ups, at a:h10.example" },
		{ "permerror", "", "syntax", "the record has a syntax error" },
		{ "temperror", "include:x.example", "dns_error", "a look-up failed" },
		{ "needs_local_part", "exists:%{l}.example", "needs_local_part",
		        "exists:%{l}.example depends on the local-part" },
		{ "fail", "-all", "", "the address is not in the record: -all" },
		{ "softfail", "redirect=r.example > ~all", "",
		        "the address is not in the record: redirect=r.example > ~all" },
		{ "fail", "-ip4:192.0.2.1", "", "-ip4:192.0.2.1 matches" },
		{ "neutral", "", "", "no term matches" },
		{ "none", "", "", "no SPF record" },
		{ "", "", "", "no sender and no HELO" },
		{ "permerror", "", "from_the_future", "from_the_future" },
	};
	struct textbuf out = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct result_row row = { 0 };
		row.fields[RESULT_STATUS] = field("ok");
		row.fields[RESULT_SPF] = field(cases[i].spf);
		row.fields[RESULT_SPF_MATCHED] = field(cases[i].matched);
		row.fields[RESULT_SPF_PROBLEM] = field(cases[i].problem);
		textbuf_reset(&out);
		reason_put(&out, &row);
		assert_string_equal(textbuf_text(&out), cases[i].reason);
	}
	textbuf_fini(&out);
}

static void providers(void **state)
{
	(void)state;
	static const struct {
		const char *record, *mx, *name;
	} cases[] = {
		{ "v=spf1 include:_spf.google.com ~all", "", "google.com" },
		{ "v=spf1 a ?INCLUDE:%{i}._spf.Mail.Example.CO.UK -all", "", "example.co.uk" },
		{ "v=spf1 -all", "10 mx1.b.example.com;20 mx.other.com", "example.com" },
		{ "v=spf1 -all", "0 .", "" },
		{ "", "", "" },
		{ "v=spf1 include: -all", "10 mx.c.de", "c.de" },
	};
	struct provider *p = provider_new();
	assert_non_null(p);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct csv_field name = provider_of(p, field(cases[i].record), field(cases[i].mx));
		assert_true(csv_field_is(name, cases[i].name));
	}
	provider_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons),
		cmocka_unit_test(providers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
