/* test_retry.c - an output read as an input: what is kept, what is done again, and which files are
 * refused. */
#include "tests/results/made.h"

#include "base/hash.h"
#include "results/retry.h"

static const struct format_told untold = { .n_input = RESULTS_UNTOLD };

static struct csv_record record_of(const char *text)
{
	return (struct csv_record){ .text = text, .size = strlen(text) };
}

/* One that has read the header row of these columns. */
static void begin(struct retry *r, bool guarded, struct format_told told, const char *header)
{
	struct csv_record record = record_of(header), input;
	retry_init(r, guarded, CHECK_ALL, told, NULL);
	assert_true(r->form.begin(&r->form, "file", &record, &input));
	assert_int_equal(input.size, strlen("domain,ip"));
	assert_memory_equal(input.text, "domain,ip", input.size);
}

/* Reads a row, which is how many-th of its file; it must be alive as long as *row. */
static enum error read_row(struct retry *r, struct input_row *row, uint64_t n, const char *text)
{
	struct csv_record record = record_of(text);
	*row = (struct input_row){ .number = n };
	return r->form.row(&r->form, &record, row);
}

static const char few[] = "row,domain,ip,error,problems";
static const struct format_told two = { .n_input = 2 };

static void what_becomes_of_a_row(void **state)
{
	static const struct {
		const char *text;
		bool keep;
	} rows[] = {
		{ "1,a.example,192.0.2.1,,", true },
		{ "2,a.example,192.0.2.1,,no_mx;no_ptr", true },
		{ "3,a.example,192.0.2.1,,no_mx;temperror", false },
		{ "4,a.example,192.0.2.1,,temperror", false },
		{ "5,a.example,192.0.2.1,,temperrors", true },
		{ "6,a.example,192.0.2.1,row: 3 fields where 2 belong,temperror", true },
		{ "7,a.example,192.0.2.1,ip: not an IP address,temperror", false },
	};
	(void)state;
	struct retry r;
	struct input_row row;
	begin(&r, false, two, few);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(read_row(&r, &row, i + 1, rows[i].text), ERROR_NONE);
		assert_int_equal(row.number, i + 1);
		assert_int_equal(row.keep, rows[i].keep);
		assert_string_equal(row.printed.text, rows[i].text);
		assert_int_equal(row.record.size, strlen("a.example,192.0.2.1"));
		assert_memory_equal(row.record.text, "a.example,192.0.2.1", row.record.size);
	}
	retry_fini(&r);
}

static void rows_of_a_whole_output_have_no_gap(void **state)
{
	(void)state;
	struct retry r;
	struct input_row row;
	begin(&r, false, two, few);
	assert_int_equal(read_row(&r, &row, 1, "1,a,b,,"), ERROR_NONE);
	assert_int_equal(read_row(&r, &row, 2, "3,a,b,,"), ERROR_SYNTAX);
	assert_int_equal(read_row(&r, &row, 2, "1,a,b,,"), ERROR_SYNTAX);
	assert_int_equal(read_row(&r, &row, 2, "2,a,b,"), ERROR_SYNTAX);
	assert_int_equal(read_row(&r, &row, 2, "2,a,b,,"), ERROR_NONE);
	retry_fini(&r);
}

static void rows_of_a_shard_only_grow(void **state)
{
	(void)state;
	struct retry r;
	struct input_row row;
	struct format_told told = { .n_input = 2, .has_gaps = true };
	begin(&r, false, told, few);
	assert_int_equal(read_row(&r, &row, 1, "3,a,b,,"), ERROR_NONE);
	assert_int_equal(row.number, 3);
	assert_int_equal(read_row(&r, &row, 2, "7,a,b,,"), ERROR_NONE);
	assert_int_equal(row.number, 7);
	assert_int_equal(read_row(&r, &row, 3, "7,a,b,,"), ERROR_SYNTAX);
	assert_int_equal(read_row(&r, &row, 3, "6,a,b,,"), ERROR_SYNTAX);
	retry_fini(&r);
}

/* --older-than, by evaluated_at; 2026-11-23T07:30:34Z are 1795419034 s. */
static void old_rows(void **state)
{
	static const struct {
		const char *text;
		bool keep;
	} rows[] = {
		{ "1,a.example,192.0.2.1,,,2026-11-23T07:30:34Z", true },
		{ "2,a.example,192.0.2.1,,,2026-11-23T07:30:33Z", false },
		{ "3,a.example,192.0.2.1,,,2027-01-01T00:00:00Z", true },
		{ "4,a.example,192.0.2.1,,,", false },
		{ "5,a.example,192.0.2.1,,temperror,2027-01-01T00:00:00Z", false },
		{ "6,a.example,192.0.2.1,row: an empty line,,2026-01-01T00:00:00Z", true },
	};
	(void)state;
	struct retry r;
	struct input_row row;
	begin(&r, false, two, "row,domain,ip,error,problems,evaluated_at");
	retry_set_age(&r, 100, UINT64_C(1795419134999));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(read_row(&r, &row, i + 1, rows[i].text), ERROR_NONE);
		if (row.keep != rows[i].keep)
			fail_msg("'%s' is %s", rows[i].text, row.keep ? "kept" : "done again");
	}
	retry_fini(&r);
}

static void guarded_fields_lose_their_guard(void **state)
{
	(void)state;
	struct retry r;
	struct input_row row;
	begin(&r, true, two, few);
	assert_int_equal(read_row(&r, &row, 1, "1,'@a.example,\"'=\"\"1,2\"\"\",,"), ERROR_NONE);
	assert_int_equal(row.record.size, strlen("@a.example,\"=\"\"1,2\"\"\""));
	assert_memory_equal(row.record.text, "@a.example,\"=\"\"1,2\"\"\"", row.record.size);
	retry_fini(&r);
}

static void header_rows_that_are_refused(void **state)
{
	static const struct {
		struct format_told told;
		const char *header;
	} headers[] = {
		{ { .n_input = RESULTS_UNTOLD }, "row,domain,ip,error,problems" },
		{ { .n_input = 2 }, "row,domain,ip,error,problems,magic" },
		{ { .n_input = 2 }, "row,domain,ip,error" },
		{ { .n_input = 2 }, "row,domain,ip,problems" },
		{ { .n_input = 4 }, "row,domain,ip,error,problems" },
		{ { .n_input = 9999999 }, "row,domain,ip,error,problems" },
		{ { .n_input = 0 }, "row,error,problems" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
		struct retry r;
		struct csv_record record = record_of(headers[i].header), input;
		retry_init(&r, false, CHECK_ALL, headers[i].told, NULL);
		assert_false(r.form.begin(&r.form, "file", &record, &input));
		retry_fini(&r);
	}
}

/* ---- files ---- */

static struct layout layout = { .n_columns = 2,
	.domain = 0,
	.ip = 1,
	.header = { .bytes = "domain,ip", .size = 9, .capacity = 9 } };

struct world {
	struct note note;
	struct format format;
	struct made_output output;
};

static void begin_output(struct world *w, unsigned version)
{
	struct textbuf rows = { 0 };
	hash_init();
	*w = (struct world){ 0 };
	made_note(&w->note);
	assert_true(format_init(&w->format, &w->note, &layout, NULL, NULL));
	w->output = made_output(&w->format, version);
	made_row(&rows, 1, "a.example,192.0.2.1", "pass");
	made_row(&rows, 2, "b.example,192.0.2.2", "temperror");
	made_member(&w->output, textbuf_text(&rows), 2);
	textbuf_fini(&rows);
}

static void expect(struct world *w, bool fits, int n_input)
{
	struct made_file file = made_file(w->output.bytes.bytes, w->output.bytes.size);
	struct format_told told = retry_told(file.path);
	assert_int_equal(told.n_input, n_input);
	assert_false(told.has_gaps);
	struct closing closing;
	assert_int_equal(retry_fits(file.path, &w->note, &closing), fits);
	made_close(&file);
	made_output_fini(&w->output);
	format_fini(&w->format);
	note_fini(&w->note);
}

static void whole_outputs_fit(void **state)
{
	(void)state;
	for (unsigned version = BGZF_VERSION_OLDEST; version <= BGZF_VERSION; version++) {
		struct world w;
		begin_output(&w, version);
		bgzf_put_eof(&w.output.bytes);
		expect(&w, true, 2);
	}
}

static void outputs_that_did_not_end(void **state)
{
	(void)state;
	struct world w;
	begin_output(&w, 3);
	expect(&w, false, 2);
	begin_output(&w, 3);
	bgzf_put_eof(&w.output.bytes);
	w.output.bytes.size -= 40; /* into the last rows */
	expect(&w, false, 2);
}

static void damaged_outputs(void **state)
{
	(void)state;
	struct world w;
	begin_output(&w, 3);
	w.output.bytes.bytes[w.output.bytes.size - 1] ^= 1; /* its length */
	bgzf_put_eof(&w.output.bytes);
	expect(&w, false, 2);
	/* a changed digit in the note: the columns would be split elsewhere, and nothing else of
	 * the file would say so */
	begin_output(&w, 3);
	bgzf_put_eof(&w.output.bytes);
	char *told = memmem(w.output.bytes.bytes, w.output.bytes.size, "input_columns=2", 15);
	assert_non_null(told);
	told[14] = '3';
	note_fini(&w.note);
	textbuf_put_text(note_add(&w.note, NOTE_FORM, "kind", "scan"), "scan");
	textbuf_put_text(note_add(&w.note, NOTE_COMMAND, "command", "scan"), "scan");
	textbuf_put_text(note_add(&w.note, NOTE_FORM, "input_columns", NULL), "3");
	textbuf_put_text(note_add(&w.note, NOTE_OPTION, "checks", "spf,mx"), "spf,mx");
	expect(&w, false, 3);
}

static void other_options(void **state)
{
	(void)state;
	struct world w;
	begin_output(&w, 3);
	bgzf_put_eof(&w.output.bytes);
	textbuf_put_text(note_add(&w.note, NOTE_OPTION, "dnssec", "no"), "yes");
	expect(&w, false, 2);
}

/* Another file is judged by whoever reads its rows. */
static void other_files(void **state)
{
	(void)state;
	struct world w;
	begin_output(&w, 3);
	textbuf_reset(&w.output.bytes);
	textbuf_put_text(&w.output.bytes, "row,domain,ip,status\n");
	expect(&w, true, RESULTS_UNTOLD);
	assert_int_equal(retry_told("/nowhere/at/all").n_input, RESULTS_UNTOLD);
	assert_int_equal(retry_told("-").n_input, untold.n_input);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_becomes_of_a_row),
		cmocka_unit_test(rows_of_a_whole_output_have_no_gap),
		cmocka_unit_test(rows_of_a_shard_only_grow),
		cmocka_unit_test(old_rows),
		cmocka_unit_test(guarded_fields_lose_their_guard),
		cmocka_unit_test(header_rows_that_are_refused),
		cmocka_unit_test(whole_outputs_fit),
		cmocka_unit_test(outputs_that_did_not_end),
		cmocka_unit_test(damaged_outputs),
		cmocka_unit_test(other_options),
		cmocka_unit_test(other_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
