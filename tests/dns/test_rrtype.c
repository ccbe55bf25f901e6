/* test_rrtype.c - the numbers are IANA's, the names the field's. */
#include "dns/rrtype.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void names_follow_the_numbers(void **state)
{
	(void)state;
	static const struct {
		unsigned number;
		const char *text;
	} cases[] = {
		{ 1, "A" },
		{ 5, "CNAME" },
		{ 6, "SOA" },
		{ 12, "PTR" },
		{ 15, "MX" },
		{ 16, "TXT" },
		{ 28, "AAAA" },
		{ 99, "SPF" },
		{ 65, "?" },
		{ 0, "?" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(rrtype_text((enum rrtype)cases[i].number), cases[i].text);
}

/* --ask: any type of data, and no other (RFC 6895 section 3.1). */
static void types_that_may_be_asked(void **state)
{
	(void)state;
	static const char *const good[] = { "a", "TXT", "openpgpkey", "TYPE1", "type65", "TYPE127",
		"TYPE256", "TYPE65534" };
	static const char *const bad[] = { "", "T", "ANY", "AXFR", "OPT", "TYPE", "TYPE0", "TYPE41",
		"TYPE128", "TYPE255", "TYPE65535", "TYPE65536", "TYPE1x", "TYPE-1", "TXT ",
		"TYPE4294967297" };
	enum rrtype type, again;
	char text[RRTYPE_TEXT_BYTES];
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(rrtype_parse(&type, good[i], strlen(good[i])));
		rrtype_print(text, type);
		assert_true(rrtype_parse(&again, text, strlen(text)) && again == type);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (rrtype_parse(&type, bad[i], strlen(bad[i])))
			fail_msg("%s is taken", bad[i]);
	assert_string_equal(rrtype_print(text, (enum rrtype)61), "OPENPGPKEY");
	assert_string_equal(rrtype_print(text, (enum rrtype)65534), "TYPE65534");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names_follow_the_numbers),
		cmocka_unit_test(types_that_may_be_asked) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
