/* test_look.c - what texts look like, and why they cannot stand in a column. */
#include "tests/cmocka_first.h"

#include "dns/idna.h"
#include "input/clean.h"
#include "input/look.h"

#include <string.h>

static struct csv_field field(const char *text)
{
	return (struct csv_field){ text, strlen(text) };
}

static bool is_no_host(const char *text)
{
	struct dname name;
	assert_int_equal(idna_parse(&name, text, strlen(text), NULL), ERROR_NONE);
	return look_is_no_host(&name);
}

static void looks(void **state)
{
	static const struct {
		const char *text;
		enum look want;
	} cases[] = {
		{ "", LOOK_EMPTY },
		{ " \302\240", LOOK_EMPTY },
		{ "<>", LOOK_EMPTY },
		{ "localhost", LOOK_NAME },
		{ "sender", LOOK_NAME },
		{ "_spf.mx-1.example", LOOK_DOMAIN },
		{ "*.example", LOOK_DOMAIN },
		{ "<mx.example.>", LOOK_DOMAIN },
		{ "1.2.3.4-5.dsl.example", LOOK_DOMAIN },
		{ "b\303\274cher.example", LOOK_DOMAIN },
		{ "192.0.2.1", LOOK_ADDRESS },
		{ "unknown[192.0.2.1]:25", LOOK_ADDRESS },
		{ "2001:db8::1", LOOK_ADDRESS },
		{ "alice@mx.example", LOOK_MAIL },
		{ "<alice@mx.example>", LOOK_MAIL },
		{ "alice@mx", LOOK_OTHER },
		{ "4711", LOOK_NUMBER },
		{ "192.0.2.0/24", LOOK_NETWORK },
		{ "2001:db8::/32", LOOK_NETWORK },
		{ "192.0.2.1-192.0.2.9", LOOK_RANGE },
		{ "192.0.2.1-9", LOOK_RANGE },
		{ "fe80::1%eth0", LOOK_ZONED },
		{ "192.000.002.001", LOOK_ZEROS },
		{ "192.0.2.01", LOOK_ZEROS },
		{ "192.0.2.1, 192.0.2.2", LOOK_SEVERAL },
		{ "192.0.2.1;::1", LOOK_SEVERAL },
		{ "300.1.1.1", LOOK_MISTYPED },
		{ "192.0.2", LOOK_MISTYPED },
		{ "1.2.3.4.5", LOOK_MISTYPED },
		{ "0x7f.1", LOOK_MISTYPED },
		{ "127.0x1", LOOK_MISTYPED },
		{ "192.0.2.*", LOOK_OTHER },
		{ "2001:db8:::1", LOOK_MISTYPED },
		{ "192.0.2.1:99999", LOOK_MISTYPED },
		{ "192.0.2.1:0", LOOK_MISTYPED },
		{ "https://mx.example/", LOOK_URL },
		{ "//mx.example/", LOOK_URL },
		{ "mx.example:443/path", LOOK_URL },
		{ "mx.example:25", LOOK_PORT },
		{ "localhost:25", LOOK_PORT },
		{ "NULL", LOOK_PLACEHOLDER },
		{ "n/a", LOOK_PLACEHOLDER },
		{ "<MAILER-DAEMON>", LOOK_PLACEHOLDER },
		{ "a b.example", LOOK_OTHER },
		{ "-", LOOK_OTHER },
		{ "#REF!", LOOK_OTHER },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (look_at(field(cases[i].text)) != cases[i].want)
			fail_msg("'%s': %d", cases[i].text, (int)look_at(field(cases[i].text)));
}

static void check(const char *text, size_t size, const char *begins)
{
	char why[LOOK_REASON_BYTES];
	const char *reason = look_no_domain(why, (struct csv_field){ text, size });
	if (*begins ? !reason || strncmp(reason, begins, strlen(begins)) : reason != NULL)
		fail_msg("'%s': %s", text, reason ? reason : "");
}

static void no_domains(void **state)
{
	static const char *const cases[][2] = {
		{ "mx.example", "" },
		{ "_spf.*.mx-1.example", "" },
		{ "localhost", "" },
		{ "null.example", "" },
		{ "b\303\274cher.example", "" },
		{ "bad..example", "" }, /* for idna_parse() */
		{ ".", "" },
		{ "", "" },
		{ "a b.example", "' ' in a domain name" },
		{ "mx.example # x", "' ' in a domain name" },
		{ "||mx.example^", "'|' in a domain name" },
		{ "mx.example;192.0.2.1", "';' in a domain name" },
		{ "mx.example<br>", "'<' in a domain name" },
		{ "mx.example?x=1", "'?' in a domain name" },
		{ "http:mx.example", "':' in a domain name" },
		{ "mx.example:smtp", "':' in a domain name" },
		{ "\\\\mx.example\\share", "'\\' in a domain name" },
		{ "\"mx.example", "'\"' in a domain name" },
		{ "'mx.example'", "''' in a domain name" },
		{ "0/25.2.0.192.in-addr.arpa", "'/' in a domain name" },
		{ "mx.example\032", "U+001A in a domain name" },
		{ "mx.example\177", "U+007F in a domain name" },
		{ "#REF!", "'#' in a domain name" },
		{ "#N/A", "a placeholder" },
		{ "NaN", "a placeholder" },
		{ "-", "a label of a domain name without a letter or digit" },
		{ "a.--.example", "a label of a domain name without a letter or digit" },
		{ "mx.example.*", "a label of a domain name without a letter" },
		{ "192.0.2.1", "an IP address" },
		{ "300.1.1.1", "it looks like an IP address" },
		{ "192.0.2.1-5", "a range" },
		{ "192.0.2.0/24", "a network" },
		{ "2001:db8:::1", "it looks like an IP address" },
		{ "42", "a number" },
		{ "https://mx.example/", "a URL" },
		{ "mx.example:25", "a port" },
		{ "alice@mx.example", "an e-mail address" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(cases[i][0], strlen(cases[i][0]), cases[i][1]);
	check("mx\0.example", 11, "U+0000 in a domain name");
}

static void no_addresses(void **state)
{
	static const char *const cases[][2] = {
		{ "192.0.2.0/24", "a network" },
		{ "192.0.2.1-9", "a range" },
		{ "fe80::1%eth0", "a zone" },
		{ "3221225985", "a number" },
		{ "192.0.2.001", "leading zeros" },
		{ "mx.example", "are the columns swapped?" },
		{ "alice@mx.example", "an e-mail address" },
		{ "NULL", "a placeholder" },
		{ "192.0.2.256", "not an IP address" },
		{ "localhost", "not an IP address" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *why = look_no_address(field(cases[i][0]));
		if (strncmp(why, "not an IP address", 17) || !strstr(why, cases[i][1]))
			fail_msg("'%s': %s", cases[i][0], why);
	}
}

static void no_hosts(void **state)
{
	(void)state;
	assert_false(is_no_host("b\303\274cher.example"));
	assert_false(is_no_host("d1\343\200\202example"));
	assert_false(is_no_host("_a.b-c"));
	assert_true(is_no_host("localhost"));
	assert_true(is_no_host("localhost."));
	assert_true(is_no_host("localhost\343\200\202"));
	assert_true(is_no_host("*.example"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks),
		cmocka_unit_test(no_domains),
		cmocka_unit_test(no_addresses),
		cmocka_unit_test(no_hosts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
