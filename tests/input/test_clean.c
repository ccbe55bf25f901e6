/* test_clean.c - what means nothing around a field, and what is no domain name. */
#include "tests/cmocka_first.h"

#include "input/clean.h"

#include <string.h>

static struct csv_field field(const char *text)
{
	return (struct csv_field){ text, strlen(text) };
}

static void check(struct csv_field (*clean)(struct csv_field), const char *text, const char *want)
{
	struct csv_field got = clean(field(text));
	if (got.size != strlen(want) || memcmp(got.text, want, got.size))
		fail_msg("'%s' became '%.*s', not '%s'", text, (int)got.size, got.text, want);
}

static void names(void **state)
{
	static const char *const cases[][2] = {
		{ "mx.example", "mx.example" },
		{ " \t\302\240mx.example\302\240 ", "mx.example" },
		{ "\302\240", "" },
		{ "<mx.example>", "mx.example" },
		{ "< mx.example. >", "mx.example" },
		{ "(mx.example)", "mx.example" },
		{ "([192.0.2.1])", "[192.0.2.1]" },
		{ "mx.example.", "mx.example" },
		{ ".", "." },
		{ "mx.example..", "mx.example." },
		{ "<mx.example", "<mx.example" },
		{ "<>", "" },
		{ "", "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(clean_name, cases[i][0], cases[i][1]);
	check(clean_sender, " <a@b.example.> ", "a@b.example");
	check(clean_sender, "(a@b.example)", "(a@b.example)");
	check(clean_sender, "a b@c.example\302\240", "a b@c.example");
	check(clean_sender, "a@.", "a@.");
	check(clean_sender, " ", "");
}

static void addresses(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: none */
	} cases[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "192.0.2.1:25", "192.0.2.1" },
		{ "[192.0.2.1]:25", "192.0.2.1" },
		{ "unknown[192.0.2.1]", "192.0.2.1" },
		{ "mx.example[192.0.2.1]:4711", "192.0.2.1" },
		{ "mx.example (helo.example) [2001:db8::1]:25", "2001:db8::1" },
		{ "([192.0.2.1])", "192.0.2.1" },
		{ "<192.0.2.1>", "192.0.2.1" },
		{ "[IPv6:2001:db8::1]", "2001:db8::1" },
		{ "2001:db8::1:25", "2001:db8::1:25" },
		{ "unknown[unknown]", NULL },
		{ "192.0.2.1:", NULL },
		{ "192.0.2.1:123456", NULL },
		{ "192.0.2.1/24", NULL },
		{ "a@b[192.0.2.1]", NULL },
		{ "[192.0.2.1][192.0.2.2]", NULL },
		{ "]:25", NULL },
		{ ":25", NULL },
		{ "", NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ipaddr ip;
		char text[IPADDR_TEXT_BYTES];
		bool found = clean_address(&ip, field(cases[i].text));
		if (found != (cases[i].want != NULL) ||
		        (found && strcmp(ipaddr_text(&ip, text), cases[i].want)))
			fail_msg("'%s'", cases[i].text);
	}
}

static void objections(void **state)
{
	static const struct {
		const char *text, *begins; /* "": none */
	} cases[] = {
		{ "mx.example", "" },
		{ "_spf.foo:bar/baz.example", "" },
		{ "0/25.2.0.192.in-addr.arpa", "" },
		{ "a b.example", "" },
		{ "192.0.2.1", "an IP address" },
		{ "192.0.2.1:25", "an IP address" },
		{ "https://mx.example/", "a URL" },
		{ "//mx.example", "" },
		{ "mx.example/path", "a URL" },
		{ "mx.example:443/path", "a URL" },
		{ "mx.example:25", "a port" },
		{ "localhost:25", "a port" },
		{ "alice@mx.example", "an e-mail address" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *why = clean_objection(field(cases[i].text));
		if (*cases[i].begins
		                ? !why || strncmp(why, cases[i].begins, strlen(cases[i].begins))
		                : why != NULL)
			fail_msg("'%s': %s", cases[i].text, why ? why : "");
	}
	assert_true(clean_is_host(field("b\303\274cher.example")));
	assert_true(clean_is_host(field("_a.b-c")));
	assert_false(clean_is_host(field("NULL")));
	assert_false(clean_is_host(field("a b.example")));
	assert_false(clean_is_host(field("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(addresses),
		cmocka_unit_test(objections),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
