/* test_help.c - --help names every command and, for each, its options and no others; --version
 * names every library. */
#include "tests/cmocka_first.h"

#include "cli/help.h"
#include "cli/option_table.h"
#include "scanner/versions.h"

#include <stdlib.h>
#include <string.h>

/* What help_print() prints of a command; NULL: of the program. */
static char *help_of(const struct command *command)
{
	static char *text;
	static size_t size;
	FILE *out = open_memstream(&text, &size);
	assert_non_null(out);
	help_print(out, command);
	fclose(out);
	return text;
}

static void of_the_program(void **state)
{
	(void)state;
	char *text = help_of(NULL), words[128];
	const struct command *command;
	for (unsigned i = 0; (command = command_at(i)) != NULL; i++) {
		snprintf(words, sizeof words, " spfsweep %s [OPTIONS] %s ", command->name,
		        command->operands);
		assert_non_null(strstr(text, words));
		assert_non_null(strstr(text, command->summary));
	}
	assert_true(command_at(0) && !strncmp(text, "usage: spfsweep ", 16));
	free(text);
}

/* An option stands in a line of its own, with its letter, its argument and its help. */
static bool has_option(const char *text, const struct option_row *row)
{
	char words[64];
	snprintf(words, sizeof words, "\n  %s%c%s--%s%s%s ", row->letter ? "-" : " ",
	        row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->name,
	        row->argument ? " " : "", row->argument ? row->argument : "");
	const char *line = strstr(text, words);
	if (!line)
		return false;
	const char *help = strstr(line, row->help), *end = strchr(line + 1, '\n');
	return help && help < end;
}

static void of_each_command(void **state)
{
	(void)state;
	const struct command *command;
	const struct option_row *row;
	for (unsigned i = 0; (command = command_at(i)) != NULL; i++) {
		char *text = help_of(command), words[128];
		snprintf(words, sizeof words, "usage: spfsweep %s [OPTIONS] %s\n", command->name,
		        command->operands);
		assert_int_equal(strncmp(text, words, strlen(words)), 0);
		assert_non_null(strstr(text, command->help));
		assert_non_null(strstr(text, command->statuses));
		for (unsigned k = 0; (row = option_at(k)) != NULL; k++)
			if (has_option(text, row) !=
			        ((row->group & (command->groups | GROUP_EVERY)) != 0))
				fail_msg("spfsweep %s --help and --%s", command->name, row->name);
		free(text);
	}
}

static void versions(void **state)
{
	(void)state;
	char *text = NULL, words[64];
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const struct version *version;
	assert_non_null(out);
	help_print_version(out);
	fclose(out);
	assert_int_equal(strncmp(text, "spfsweep ", 9), 0);
	for (unsigned i = 0; (version = version_at(i)) != NULL; i++) {
		snprintf(words, sizeof words, "%s %s\n", version->name, version->text());
		assert_non_null(strstr(text, words));
	}
	assert_non_null(strstr(text, "\nformat of outputs 3\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_the_program),
		cmocka_unit_test(of_each_command),
		cmocka_unit_test(versions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
