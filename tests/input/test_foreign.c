/* test_foreign.c - files that no command makes text of in place of them: what is to be typed names
 * the command that was run. */
#include "tests/cmocka_first.h"

#include "input/foreign.h"

#include <string.h>

static void names_the_command(void **state)
{
	static const char sqlite[] = "SQLite format 3", journal[] = "LPKSHHRH";
	static const struct {
		const char *begin, *command, *want;
	} cases[] = {
		{ sqlite, NULL,
		        "sqlite3 -csv FILE 'SELECT domain, ip FROM ...' | spfsweep scan "
		        "--no-header -" },
		{ sqlite, "scan",
		        "sqlite3 -csv FILE 'SELECT domain, ip FROM ...' | spfsweep scan "
		        "--no-header -" },
		{ sqlite, "audit",
		        "sqlite3 -csv FILE 'SELECT domain FROM ...' | spfsweep audit --no-header "
		        "-" },
		{ sqlite, "extract --log=auto",
		        "sqlite3 FILE 'SELECT line FROM ...' | spfsweep extract --log=auto -" },
		{ journal, "scan", "journalctl --file FILE | spfsweep scan --log=auto -" },
		{ journal, "audit", "journalctl --file FILE | spfsweep scan --log=auto -" },
		{ journal, "extract --log=exim",
		        "journalctl --file FILE | spfsweep extract --log=exim -" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct textbuf why = { 0 };
		const struct typed_file file = { "in.csv", false, cases[i].command };
		const struct csv_field begin = { cases[i].begin, strlen(cases[i].begin) };
		assert_true(foreign_tell(&why, begin, &file));
		const char *typed = strstr(textbuf_text(&why), "type: ");
		assert_non_null(typed);
		assert_string_equal(typed + strlen("type: "), cases[i].want);
		textbuf_fini(&why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_command),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
