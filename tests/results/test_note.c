/* test_note.c - what decides the rows, in words: a difference is told, and an older output, which
 * lacks lines, is not refused for it. */
#include "tests/cmocka_first.h"

#include "results/note.h"

#include <string.h>

struct line {
	enum note_kind kind;
	const char *name, *preset, *value;
};

static struct note note_of(const struct line *lines, unsigned n)
{
	struct note note = { 0 };
	for (unsigned i = 0; i < n; i++)
		textbuf_put_text(note_add(&note, lines[i].kind, lines[i].name, lines[i].preset),
		        lines[i].value);
	return note;
}

static const struct line usual[] = {
	{ NOTE_FORM, "kind", "scan", "scan" },
	{ NOTE_COMMAND, "command", "scan", "scan" },
	{ NOTE_COLUMN, "ip", NULL, "2" },
	{ NOTE_OPTION, "checks", "spf,mx", "spf" },
	{ NOTE_OPTION, "void-limit", "2", "2" },
	{ NOTE_INFO, "info.version", NULL, "9.9" },
};
enum { USUAL = sizeof usual / sizeof usual[0] };

static void check(const char *theirs, bool any_command, const char *words)
{
	char why[640] = "";
	struct note note = note_of(usual, USUAL);
	bool differs = note_differs(&note, theirs, strlen(theirs), any_command, why, sizeof why);
	assert_string_equal(why, words ? words : "");
	assert_int_equal(differs, words != NULL);
	note_fini(&note);
}

static void differences(void **state)
{
	(void)state;
	check("kind=scan\ncommand=scan\nip=2\nchecks=spf\nvoid-limit=2\n", false, NULL);
	check("kind=scan\ncommand=scan\nip=2\nchecks=mx\nvoid-limit=2\n", false,
	        "--checks was 'mx' and is 'spf' now");
	check("kind=audit\ncommand=scan\nip=2\nchecks=spf\n", false,
	        "its kind is 'audit' and not 'scan'");
	check("ip=3\nchecks=spf\n", false, "the column of 'ip' was '3' and is '2' now");
	check("command=audit\nchecks=spf\n", false,
	        "it was written by 'spfsweep audit' and not by 'spfsweep scan'");
	check("command=retry\nchecks=spf\n", false, NULL); /* a scan goes on with it */
	check("command=retry\nchecks=spf\n", true, NULL);
}

/* An older version knew fewer lines: each that is missing means its preset. */
static void missing_lines(void **state)
{
	(void)state;
	check("checks=spf\n", false, NULL);
	check("command=scan\n", false, "--checks was 'spf,mx' and is 'spf' now");
	check("", false, "--checks was 'spf,mx' and is 'spf' now");
}

/* A newer version knew more lines: those that decide rows are a difference, the others are not. */
static void unknown_lines(void **state)
{
	(void)state;
	check("checks=spf\ninfo.anything=x\n", false, NULL);
	check("checks=spf\nmax-magic=3\n", false,
	        "its note has a line 'max-magic' that this version does not know: a newer spfsweep "
	        "wrote it");
}

static void foreign_text(void **state)
{
	(void)state;
	static const char *const texts[] = { "\n\n", "checks", "=", "\033[2J", "checks=\033[2J\n" };
	struct note note = note_of(usual, USUAL);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char why[640];
		assert_true(
		        note_differs(&note, texts[i], strlen(texts[i]), false, why, sizeof why));
		assert_null(strchr(why, '\033'));
	}
	note_fini(&note);
}

static void printed_and_found(void **state)
{
	(void)state;
	struct note note = note_of(usual, USUAL);
	struct textbuf text = { 0 };
	note_put(&text, &note);
	assert_string_equal(textbuf_text(&text),
	        "kind=scan\ncommand=scan\nip=2\nchecks=spf\nvoid-limit=2\ninfo.version=9.9\n");
	struct csv_field found = note_value(text.bytes, text.size, "checks");
	assert_int_equal(found.size, 3);
	assert_memory_equal(found.text, "spf", 3);
	assert_null(note_value(text.bytes, text.size, "check").text);
	textbuf_fini(&text);
	note_fini(&note);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(differences),
		cmocka_unit_test(missing_lines),
		cmocka_unit_test(unknown_lines),
		cmocka_unit_test(foreign_text),
		cmocka_unit_test(printed_and_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
