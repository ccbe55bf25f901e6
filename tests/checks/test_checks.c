/* test_checks.c - the table of checks: its words read and written. */
#include "checks/checks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		unsigned set;
	} cases[] = {
		{ "spf", CHECK_SPF },
		{ "iprev", CHECK_IPREV },
		{ "mx", CHECK_MX },
		{ "a", CHECK_A },
		{ "a,iprev", CHECK_A | CHECK_IPREV },
		{ "mx,mx", CHECK_MX },
		{ "spf,iprev,mx,a", CHECK_ALL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		unsigned set;
		assert_true(checks_parse(&set, cases[i].text));
		assert_int_equal(set, cases[i].set);
	}
}

static void test_refusals(void **state)
{
	static const char *const texts[] = { "", ",", "spf,", ",spf", "spf,,mx", "dkim", "SPF",
		"spf mx", "sp", "spfx" };
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		unsigned set;
		if (checks_parse(&set, texts[i]))
			fail_msg("\"%s\" was taken", texts[i]);
	}
}

/* In the table's order; every set fits the buffer and is read back. */
static void test_print(void **state)
{
	char text[CHECKS_TEXT_BYTES];
	unsigned again;
	(void)state;
	assert_string_equal(checks_print(text, CHECK_A | CHECK_IPREV), "iprev,a");
	assert_string_equal(checks_print(text, CHECK_ALL), "spf,iprev,mx,a");
	assert_string_equal(checks_print(text, 0), "");
	for (unsigned set = 1; set <= CHECK_ALL; set++) {
		assert_true(checks_parse(&again, checks_print(text, set)));
		assert_int_equal(again, set);
	}
}

static void test_lacking(void **state)
{
	(void)state;
	assert_int_equal(checks_lacking(CHECK_ALL, true, true), 0);
	assert_int_equal(checks_lacking(CHECK_ALL, true, false), CHECK_SPF | CHECK_IPREV);
	assert_int_equal(checks_lacking(CHECK_ALL, false, true), CHECK_SPF | CHECK_MX | CHECK_A);
	assert_int_equal(checks_lacking(CHECK_IPREV | CHECK_MX, false, true), CHECK_MX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_lacking),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
