/* test_rrtype.c - the numbers are IANA's, the names the field's. */
#include "dns/rrtype.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names_follow_the_numbers) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
