/* test_error.c - every error has a text of its own. */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void every_error_has_its_own_text(void **state)
{
	(void)state;
	for (int i = 0; i < ERROR_COUNT; i++) {
		const char *text = error_text((enum error)i);
		assert_true(text && *text);
		assert_string_not_equal(text, error_text((enum error)ERROR_COUNT));
		assert_int_not_equal(text[strlen(text) - 1], '.');
		for (int j = 0; j < i; j++)
			assert_string_not_equal(text, error_text((enum error)j));
	}
}

static void foreign_numbers_have_a_text_too(void **state)
{
	(void)state;
	assert_non_null(error_text((enum error) - 1));
	assert_non_null(error_text((enum error)1000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_its_own_text),
		cmocka_unit_test(foreign_numbers_have_a_text_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
