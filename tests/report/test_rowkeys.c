/* test_rowkeys.c - which groups a row counts in. */
#include "tests/cmocka_first.h"

#include "base/hash.h"
#include "report/rowkeys.h"

#include <stdio.h>

static struct csv_field field(const char *text)
{
	return (struct csv_field){ text, strlen(text) };
}

/* The keys, with blanks between them. */
static const char *keys_of(
        struct rowkeys *k, enum report_by by, enum result_field name, const char *value)
{
	static char text[ROWKEYS_MAX * 64];
	struct result_row row = { 0 };
	row.fields[name] = field(value);
	rowkeys_take(k, by, &row);
	size_t used = 0;
	text[0] = 0;
	for (unsigned i = 0; i < k->n; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", i ? " " : "",
		        (int)k->keys[i].size, k->keys[i].text);
	return text;
}

static void keys(void **state)
{
	(void)state;
	static const struct {
		enum report_by by;
		enum result_field field;
		const char *value, *keys;
	} cases[] = {
		{ REPORT_BY_DOMAIN, RESULT_SPF_DOMAIN, "Example.COM", "example.com" },
		{ REPORT_BY_DOMAIN, RESULT_SENDER, "a@b@C.example", "c.example" },
		{ REPORT_BY_DOMAIN, RESULT_SENDER, "<>", "" },
		{ REPORT_BY_NETWORK, RESULT_IP, "192.0.2.77", "192.0.2.0/24" },
		{ REPORT_BY_NETWORK, RESULT_IP, "2001:db8:1:2::3", "2001:db8:1::/48" },
		{ REPORT_BY_NETWORK, RESULT_IP, "nonsense", "nonsense" },
		{ REPORT_BY_PROBLEM, RESULT_PROBLEMS, "no_ptr;spf_fail", "no_ptr spf_fail" },
		{ REPORT_BY_PROBLEM, RESULT_PROBLEMS, "", "" },
		{ REPORT_BY_CAUSE, RESULT_DNS_CAUSE,
		        "TXT a.example: timeout;A b.example: servfail (the upstream says: x);MX "
		        "c.example: timeout",
		        "timeout servfail" },
		{ REPORT_BY_CAUSE, RESULT_DNS_CAUSE, "nonsense", "" },
		{ REPORT_BY_INCLUDE, RESULT_SPF_RECORD,
		        "v=spf1 include:_spf.google.com ?include:%{d}.mail.google.com "
		        "include:x.example.co.uk -all",
		        "google.com example.co.uk" },
		{ REPORT_BY_INCLUDE, RESULT_SPF_RECORD, "v=spf1 -all", "" },
		{ REPORT_BY_MX, RESULT_MX, "10 a.b.example;20 c.b.example;30 d.other.org",
		        "b.example other.org" },
		{ REPORT_BY_MX, RESULT_MX, "0 .", "" },
		{ REPORT_BY_SPF_PROBLEM, RESULT_SPF_PROBLEM, "syntax", "syntax" },
		{ REPORT_BY_SPF_PROBLEM, RESULT_SPF_PROBLEM, "", "" },
	};
	struct rowkeys k;
	assert_true(rowkeys_init(&k, true));
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(
		        keys_of(&k, cases[i].by, cases[i].field, cases[i].value), cases[i].keys);
	/* an empty word is a group */
	keys_of(&k, REPORT_BY_SPF, RESULT_SPF, "");
	assert_int_equal(k.n, 1);
	rowkeys_fini(&k);
}

/* A list of any length gives no more keys than there is room for, and each is whole. */
static void long_lists(void **state)
{
	(void)state;
	char record[ROWKEYS_MAX * 2 * 80] = "v=spf1";
	struct rowkeys k;
	size_t used = strlen(record);
	for (unsigned i = 0; i < ROWKEYS_MAX * 2; i++)
		used += (size_t)snprintf(
		        record + used, sizeof record - used, " include:spf.name%03u.com", i);
	assert_true(rowkeys_init(&k, true));
	keys_of(&k, REPORT_BY_INCLUDE, RESULT_SPF_RECORD, record);
	assert_int_equal(k.n, ROWKEYS_MAX);
	for (unsigned i = 0; i < k.n; i++) {
		char name[32];
		snprintf(name, sizeof name, "name%03u.com", i);
		assert_true(csv_field_is(k.keys[i], name));
	}
	rowkeys_fini(&k);
}

static void refused_clients(void **state)
{
	(void)state;
	struct rowkeys k;
	struct result_row row = { 0 };
	static const char *const verdicts[] = { "pass", "fail", "softfail", "none", "permerror" };
	assert_true(rowkeys_init(&k, false));
	row.fields[RESULT_IP] = field("192.0.2.1");
	row.fields[RESULT_PTR] = field("one.example;two.example");
	for (unsigned i = 0; i < 5; i++) {
		row.fields[RESULT_SPF] = field(verdicts[i]);
		rowkeys_take(&k, REPORT_BY_REFUSED_CLIENT, &row);
		assert_int_equal(k.n, i == 1 || i == 2);
		if (k.n)
			assert_true(csv_field_is(k.name, "one.example"));
	}
	rowkeys_fini(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys),
		cmocka_unit_test(long_lists),
		cmocka_unit_test(refused_clients),
	};
	hash_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
