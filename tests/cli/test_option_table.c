/* test_option_table.c - every option says what it decides, and what decides rows stands in the note
 * of an output: no option can be forgotten there. */
#include "tests/cmocka_first.h"

#include "cli/commands.h"
#include "cli/option_table.h"
#include "tests/made_file.h"

#include <stdio.h>
#include <string.h>

/* A value of an option that is not its default. */
static const char *another(const struct option_row *row)
{
	static char number[16];
	switch (row->kind) {
	case KIND_FLAG:
	case KIND_HELP:
		return NULL;
	case KIND_LIMIT:
		return "none";
	case KIND_NUMBER:
		snprintf(
		        number, sizeof number, "%u", row->preset == row->max ? row->min : row->max);
		return number;
	case KIND_CHECKS:
		return "mx";
	case KIND_SHARE:
		return "1%";
	case KIND_PROGRESS:
		return "never";
	case KIND_BAD_INPUT:
		return "ok";
	case KIND_ASK:
		return "NS:{domain}";
	case KIND_AGE:
		return "7d";
	case KIND_SHARD:
		return "1/2";
	case KIND_UPSTREAM:
		return "192.0.2.1";
	case KIND_UPSTREAMS:
		return "/dev/null";
	default:
		return "other";
	}
}

static struct textbuf note_of(const struct options *options)
{
	struct note note = { 0 };
	struct textbuf text = { 0 };
	options_put_note(&note, options);
	note_put(&text, &note);
	note_fini(&note);
	return text;
}

/* An option changes the note exactly when it decides rows, and then the note tells it by name. */
static void what_decides_rows(void **state)
{
	(void)state;
	const struct option_row *row;
	struct options usual;
	struct made_file list = made_text("example.com\n");
	options_set_defaults(&usual);
	struct textbuf before = note_of(&usual);
	for (unsigned i = 0; (row = option_at(i)) != NULL; i++) {
		struct options options = usual;
		bool in_note;
		if (row->kind == KIND_UPSTREAMS)
			continue; /* its file is another test's */
		assert_true(row->decides >= DECIDES_ROWS && row->decides <= DECIDES_RUN);
		const char *value = row->kind == KIND_EXCLUDE ? list.path : another(row);
		if (!option_set(&options, row, value))
			fail_msg("--%s does not take the test's value", row->name);
		struct textbuf after = note_of(&options);
		in_note = after.size != before.size ||
		        memcmp(after.bytes, before.bytes, before.size) != 0;
		if (in_note != (row->decides == DECIDES_ROWS))
			fail_msg("--%s %s the note", row->name, in_note ? "is in" : "is not in");
		struct csv_field line = note_value(after.bytes, after.size, row->name);
		assert_int_equal(line.text != NULL, row->decides == DECIDES_ROWS);
		textbuf_fini(&after);
		options_fini(&options);
	}
	made_close(&list);
	textbuf_fini(&before);
}

/* What an output of a version without the option means: the default. */
static void missing_lines(void **state)
{
	(void)state;
	struct options usual;
	struct note note = { 0 };
	char why[640];
	options_set_defaults(&usual);
	options_put_note(&note, &usual);
	assert_true(note.n_lines > 0);
	assert_false(note_differs(&note, "", 0, false, why, sizeof why));
	note_fini(&note);
}

/* Each option belongs to a command. Of one command their names are unique. */
static void rows_of_the_table(void **state)
{
	(void)state;
	const struct option_row *row;
	const struct command *command;
	unsigned groups = GROUP_EVERY;
	for (unsigned i = 0; (command = command_at(i)) != NULL; i++) {
		groups |= command->groups;
		assert_ptr_equal(command_find(command->name), command);
		assert_true(command->run && command->help && command->summary);
	}
	for (unsigned i = 0; (row = option_at(i)) != NULL; i++) {
		assert_true(row->group & groups);
		for (unsigned k = 0; (command = command_at(k)) != NULL; k++) {
			const unsigned taken = command->groups | GROUP_EVERY;
			if (!(row->group & taken))
				continue;
			assert_ptr_equal(option_find(row->name, strlen(row->name), 0, taken), row);
			if (row->letter)
				assert_ptr_equal(option_find(NULL, 0, row->letter, taken), row);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_decides_rows),
		cmocka_unit_test(missing_lines),
		cmocka_unit_test(rows_of_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
