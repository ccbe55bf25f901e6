/* test_format.c - the form of an output: a new one has all our columns; one that is there keeps the
 * columns and the note that it was begun with. */
#include "tests/cmocka_first.h"

#include "base/hash.h"
#include "io/bgzf.h"
#include "results/format.h"

#include <string.h>

static struct layout layout = { .n_columns = 2,
	.domain = 0,
	.ip = 1,
	.header = { .bytes = "domain,ip", .size = 9, .capacity = 9 } };

static int begin(void **state)
{
	static struct note note;
	hash_init();
	textbuf_put_text(note_add(&note, NOTE_COMMAND, "command", "scan"), "scan");
	textbuf_put_u64(note_add(&note, NOTE_FORM, "input_columns", NULL), 2);
	textbuf_put_text(note_add(&note, NOTE_OPTION, "checks", "spf"), "spf");
	*state = &note;
	return 0;
}

static int end(void **state)
{
	note_fini(*state);
	return 0;
}

static struct format new_format(const struct note *note)
{
	struct format f;
	assert_true(format_init(&f, note, &layout, NULL, NULL));
	return f;
}

/* A header row of "row,domain,ip" and the columns of a set. */
static void put_header(struct textbuf *out, const struct column_set *set)
{
	columns_put_header(out, &layout, set);
}

static void a_new_one(void **state)
{
	struct format f = new_format(*state);
	struct column_set all;
	columns_all(&all, NULL);
	assert_int_equal(f.version, BGZF_VERSION);
	assert_int_equal(f.results.n_input, 2);
	assert_true(columns_same(&f.results.columns, &all));
	assert_string_equal(textbuf_text(&f.note), "command=scan\ninput_columns=2\nchecks=spf\n");
	format_fini(&f);
}

/* An output with a note of version 2, which says nothing of columns. */
static void one_of_version_0_1(void **state)
{
	static const char note[] = "command=scan\nchecks=spf\n";
	struct format f = new_format(*state);
	struct column_set old;
	struct textbuf header = { 0 };
	char why[640];
	columns_of_0_1(&old);
	put_header(&header, &old);
	assert_true(format_adopt(
	        &f, 2, note, strlen(note), header.bytes, header.size, why, sizeof why));
	assert_int_equal(f.version, 2);
	assert_true(columns_same(&f.results.columns, &old));
	assert_string_equal(textbuf_text(&f.note), note);
	assert_true(format_may_begin(&f, note, strlen(note), f.fingerprint));
	assert_false(format_may_begin(&f, note, strlen(note), f.fingerprint + 1));
	textbuf_fini(&header);
	format_fini(&f);
}

/* Fewer columns than ours, in whatever order: they are found by name. */
static void columns_by_name(void **state)
{
	static const char note[] = "input_columns=2\nchecks=spf\n",
	                  header[] = "row,domain,ip,elapsed_ms,spf,status\n";
	struct format f = new_format(*state);
	char why[640];
	assert_true(
	        format_adopt(&f, 3, note, strlen(note), header, strlen(header), why, sizeof why));
	assert_int_equal(f.results.columns.n, 3);
	assert_string_equal(f.results.columns.at[1]->name, "spf");
	assert_string_equal(textbuf_text(&f.header), header);
	format_fini(&f);
}

static void refuse(struct format *f, const char *note, const char *header, const char *words)
{
	char why[640] = "";
	struct format before = *f;
	assert_false(
	        format_adopt(f, 3, note, strlen(note), header, strlen(header), why, sizeof why));
	assert_string_equal(why, words);
	assert_memory_equal(f, &before, sizeof before);
}

static void refusals(void **state)
{
	struct format f = new_format(*state);
	refuse(&f, "checks=mx\n", "row,domain,ip,spf\n", "--checks was 'mx' and is 'spf' now");
	refuse(&f, "input_columns=2\n", "row,domain,helo,spf\n",
	        "its column 3 is 'helo', not 'ip'");
	refuse(&f, "input_columns=2\n", "row,domain,ip,spf,magic\n",
	        "it is no output of this version of spfsweep: its header row has a column of "
	        "results that this version does not know, or has one twice");
	refuse(&f, "input_columns=2\n", "row,domain,ip,spf,spf\n",
	        "it is no output of this version of spfsweep: its header row has a column of "
	        "results that this version does not know, or has one twice");
	refuse(&f, "input_columns=2\n", "line,domain,ip,spf\n",
	        "it is no output of this version of spfsweep: its first row is no header row of "
	        "an output");
	refuse(&f, "", "row,domain,ip,spf\n",
	        "it is no output of this version of spfsweep: its header row has no columns of "
	        "results at its end");
	format_fini(&f);
}

/* What a note tells of the rows behind it. */
static void told(void **state)
{
	static const struct {
		const char *note;
		int n_input;
		bool has_gaps;
	} notes[] = {
		{ "", RESULTS_UNTOLD, false },
		{ "checks=spf\n", RESULTS_UNTOLD, false },
		{ "input_columns=7\n", 7, false },
		{ "kind=scan\ninput_columns=50000\nchecks=spf\n", 50000, false },
		{ "input_columns=\n", RESULTS_UNTOLD, false },
		{ "input_columns=-1\n", RESULTS_UNTOLD, false },
		{ "input_columns=4294967298\n", RESULTS_UNTOLD, false },
		{ "input_columns=2\nshard=3/8\n", 2, true },
		{ "input_columns=2\nshard=\n", 2, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
		struct format_told t = format_told_by(notes[i].note, strlen(notes[i].note));
		assert_int_equal(t.n_input, notes[i].n_input);
		assert_int_equal(t.has_gaps, notes[i].has_gaps);
	}
}

/* An output of `retry` has the columns of what was retried. When it was torn in its first member,
 * it is begun anew and not refused. */
static void torn_in_its_own_columns(void **state)
{
	struct column_set few = { 0 };
	struct format f;
	assert_true(columns_add_name(&few, (struct csv_field){ "spf", 3 }));
	assert_true(columns_add_name(&few, (struct csv_field){ "problems", 8 }));
	assert_true(format_init(&f, *state, &layout, NULL, &few));
	assert_true(format_may_begin(&f, f.note.bytes, f.note.size, f.fingerprint));
	assert_false(format_may_begin(&f, f.note.bytes, f.note.size - 1, f.fingerprint));
	format_fini(&f);
}

/* A line that is not compared may have any length; the note must still leave room for the header
 * row. */
static void a_note_that_is_too_long(void **state)
{
	struct format f = new_format(*state);
	struct textbuf note = { 0 };
	char why[640] = "";
	textbuf_put_text(&note, "input_columns=2\nchecks=spf\ninfo.x=");
	while (note.size < BGZF_TEXT_MAX_BYTES + 100)
		textbuf_put_char(&note, 'x');
	assert_false(format_adopt(&f, 3, note.bytes, note.size, textbuf_text(&f.header),
	        f.header.size, why, sizeof why));
	assert_string_equal(why, "its note is longer than any that spfsweep writes");
	textbuf_fini(&note);
	format_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_one),
		cmocka_unit_test(one_of_version_0_1),
		cmocka_unit_test(columns_by_name),
		cmocka_unit_test(refusals),
		cmocka_unit_test(told),
		cmocka_unit_test(torn_in_its_own_columns),
		cmocka_unit_test(a_note_that_is_too_long),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
