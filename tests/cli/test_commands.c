/* test_commands.c - the table of commands: found by name, and printed as a list. */
#include "tests/cmocka_first.h"

#include "cli/commands.h"

#include <string.h>

static void found_by_name(void **state)
{
	(void)state;
	const struct command *command;
	unsigned n = 0;
	for (; (command = command_at(n)) != NULL; n++) {
		assert_ptr_equal(command_find(command->name), command);
		assert_true(command->n_operands_min <= command->n_operands_max);
		assert_true(strlen(command->wanted) > 0);
	}
	assert_true(n >= 3);
	assert_null(command_find(""));
	assert_null(command_find("scam"));
	assert_null(command_find("scan "));
}

/* "scan, check or retry" */
static void printed(void **state)
{
	(void)state;
	char text[256], expected[256] = "", cut[8];
	const struct command *command;
	for (unsigned i = 0; (command = command_at(i)) != NULL; i++)
		snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "%s%s",
		        i == 0                      ? ""
		                : command_at(i + 1) ? ", "
		                                    : " or ",
		        command->name);
	assert_string_equal(commands_print(text, sizeof text), expected);
	commands_print(cut, sizeof cut);
	assert_int_equal(strlen(cut), sizeof cut - 1);
	assert_memory_equal(cut, expected, sizeof cut - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_by_name),
		cmocka_unit_test(printed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
