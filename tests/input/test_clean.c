/* test_clean.c - what means nothing around a field. */
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
		{ "\357\273\277mx.example\342\200\213", "mx.example" },
		{ " \"mx.example\"", "mx.example" },
		{ "\"", "\"" },
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
	check(clean_sender, "<@r.example:a@b.example>", "a@b.example");
	check(clean_sender, "@r.example,@s.example:\"x y\"@b.example", "\"x y\"@b.example");
	check(clean_sender, "@r.example:b.example", "@r.example:b.example");
	check(clean_sender, "@b.example", "@b.example");
	check(clean_sender, "a@r.example:b@c.example", "a@r.example:b@c.example");
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
		{ "192.0.2.1:65536", NULL },
		{ "192.0.2.1:0", NULL },
		{ "192.0.2.1:65535", "192.0.2.1" },
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
