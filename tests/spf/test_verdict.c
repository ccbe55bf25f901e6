/* test_verdict.c - the words of verdicts and problems: complete, distinct, and as the output
 * contract has them. */
#include "spf/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_verdict_words(void **state)
{
	(void)state;
	static const char *const words[] = { "none", "neutral", "pass", "fail", "softfail",
		"temperror", "permerror" };
	assert_int_equal(sizeof words / sizeof *words, SPF_VERDICT_COUNT);
	for (unsigned i = 0; i < SPF_VERDICT_COUNT; i++)
		assert_string_equal(spf_verdict_text(i), words[i]);
}

static void test_problem_words(void **state)
{
	(void)state;
	static const char *const words[] = { "", "dns_error", "deadline", "syntax",
		"multiple_records", "not_ascii", "lookup_limit", "void_limit", "mx_limit",
		"include_none", "redirect_none", "bad_target", "bad_domain", "memory", "excluded",
		"needs_local_part" };
	assert_int_equal(sizeof words / sizeof *words, SPF_PROBLEM_COUNT);
	for (unsigned i = 0; i < SPF_PROBLEM_COUNT; i++)
		assert_string_equal(spf_problem_text(i), words[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdict_words),
		cmocka_unit_test(test_problem_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
