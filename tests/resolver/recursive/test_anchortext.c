/* test_anchortext.c - texts with a trust anchor, and texts without. */
#include "tests/cmocka_first.h"

#include "resolver/recursive/anchortext.h"

#include <string.h>

static void test_texts(void **state)
{
	static const struct {
		const char *text;
		bool has;
	} cases[] = {
		{ "", false },
		{ "\n\n; . IN DS 1 2 3\n", false },
		{ ". IN DS 20326 8 2 ab", true },
		{ "$ORIGIN .\n@ 3600 IN DNSKEY 257 3 8 ( AwEAA\n )", true },
		{ "; auto\n.\t172800\tIN\tdnskey 257 3 8 AwEAA ;;state=2\r\n", true },
		{ "a. DS 1 8 2 ab\n", true },
		{ "a.\n  IN DS 1 8 2 ab\n", true },
		{ "a. TYPE43 \\# 4 00010802\n", true },
		{ "ds IN A 192.0.2.1\ndnskey. IN NS ns.\n", false },
		{ "a. IN CDS 1 8 2 ab\n", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (anchortext_has_any(cases[i].text, strlen(cases[i].text)) != cases[i].has)
			fail_msg("of: %s", cases[i].text);
	assert_false(anchortext_has_any(NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_texts) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
