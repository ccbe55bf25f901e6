/* test_sidefile.c - a side file in step with an output: what is left out, where it may be cut, and
 * which file is none that can be gone on with. */
#include "tests/made_file.h"

#include "base/exit_status.h"
#include "io/members.h"
#include "results/sidefile.h"

enum { FINGERPRINT = 77 };

static void put(struct sidefile *s, uint64_t question, uint64_t content, const char *text)
{
	struct textbuf lines = { 0 };
	sidefile_add_line(&lines, &(struct sidefile_key){ question, content }, text, strlen(text));
	sidefile_put_row(s, lines.bytes, lines.size);
	textbuf_fini(&lines);
}

static struct sidefile *opened(const struct made_file *file)
{
	struct sidefile *s;
	assert_int_equal(sidefile_open(&s, file->path, "record"), EXIT_DONE);
	return s;
}

static void begin(struct sidefile *s, uint64_t first_row, uint64_t run)
{
	const struct bgzf_checkpoint mark = {
		.fingerprint = FINGERPRINT, .first_row = first_row, .run = run
	};
	assert_true(sidefile_begin(s, &mark, 1, "head\n", 5));
}

/* All text of the file. */
static struct textbuf text_of(const struct made_file *file)
{
	struct textbuf text = { 0 };
	struct members *m;
	struct member member;
	assert_int_equal(members_open(&m, file->path), ERROR_NONE);
	while (!members_next(m, &member))
		textbuf_put(&text, member.text, member.text_size);
	members_close(m);
	return text;
}

static void expect_text(const struct made_file *file, const char *expected)
{
	struct textbuf text = text_of(file);
	assert_string_equal(textbuf_text(&text), expected);
	textbuf_fini(&text);
}

/* Rows 1 to 3 and 4 to 5, by run 1000, and row 6 by run 2000; not ended. */
static struct made_file made_side(void)
{
	struct made_file file = made_text("");
	struct sidefile *s = opened(&file);
	begin(s, 1, 1000);
	put(s, 1, 11, "1 a");
	put(s, 2, 21, "2 b");
	sidefile_put_row(s, "", 0); /* a row without lines */
	sidefile_end_member(s, 3);
	assert_true(sidefile_write(s));
	put(s, 1, 11, "4 a, as before");
	put(s, 1, 12, "5 other a");
	sidefile_end_member(s, 2);
	assert_true(sidefile_write(s) && sidefile_sync(s) && sidefile_close(s));
	s = opened(&file);
	struct resume_run runs[] = { { 1000, 1, 5 } };
	const struct resumption r = { .n_rows = 5, .runs = runs, .n_runs = 1 };
	assert_int_equal(sidefile_resume(s, "out", &r, FINGERPRINT), EXIT_DONE);
	begin(s, 6, 2000);
	put(s, 1, 12, "6 other a, for this run remembers nothing");
	sidefile_end_member(s, 1);
	assert_true(sidefile_write(s) && sidefile_sync(s) && sidefile_close(s));
	return file;
}

#define ROWS_1_TO_3 "head\n1 a\n2 b\n"
#define ROWS_4_TO_5 "5 other a\n"
#define ROW_6 "6 other a, for this run remembers nothing\n"

static void what_was_said_last_is_left_out(void **state)
{
	(void)state;
	struct made_file file = made_side();
	expect_text(&file, ROWS_1_TO_3 ROWS_4_TO_5 ROW_6);
	made_close(&file);
}

/* A question whose place in the table was taken says it once more: larger, never wrong. */
static void a_question_that_was_put_out_says_it_again(void **state)
{
	(void)state;
	struct made_file file = made_text("");
	struct sidefile *s = opened(&file);
	const uint64_t far = 1ull << 40; /* the same place */
	begin(s, 1, 1000);
	put(s, 5, 1, "a");
	put(s, 5 + far, 2, "b");
	put(s, 5, 1, "a");
	put(s, 5, 1, "a");
	put(s, 5, 0, "c");
	put(s, 5, 0, "c"); /* without content it is written in any case */
	sidefile_end_member(s, 6);
	assert_true(sidefile_write(s) && sidefile_end(s) && sidefile_close(s));
	expect_text(&file, "head\na\nb\na\nc\nc\n");
	made_close(&file);
}

static void long_text_spans_members(void **state)
{
	(void)state;
	struct made_file file = made_text("");
	struct sidefile *s = opened(&file);
	struct textbuf long_line = { 0 };
	for (unsigned i = 0; i < 40000; i++)
		textbuf_printf(&long_line, "%u,", i);
	begin(s, 1, 1000);
	put(s, 1, 1, textbuf_text(&long_line));
	sidefile_end_member(s, 1);
	put(s, 1, 2, "short");
	sidefile_end_member(s, 1);
	assert_true(sidefile_write(s) && sidefile_end(s) && sidefile_close(s));
	struct textbuf text = text_of(&file);
	assert_int_equal(text.size, 5 + long_line.size + 1 + 6);
	assert_memory_equal(text.bytes + 5, long_line.bytes, long_line.size);
	/* it may be cut behind row 1 */
	struct resume_run runs[] = { { 1000, 1, 1 } };
	const struct resumption r = { .n_rows = 1, .runs = runs, .n_runs = 1 };
	s = opened(&file);
	assert_int_equal(sidefile_resume(s, "out", &r, FINGERPRINT), EXIT_DONE);
	begin(s, 2, 2000);
	assert_true(sidefile_close(s));
	textbuf_reset(&text);
	textbuf_fini(&text);
	text = text_of(&file);
	assert_int_equal(text.size, 5 + long_line.size + 1);
	textbuf_fini(&text);
	textbuf_fini(&long_line);
	made_close(&file);
}

static int resumed(const struct made_file *file, const struct resume_run *runs, unsigned n_runs,
        uint64_t fingerprint)
{
	struct resumption r = { .runs = (struct resume_run *)runs, .n_runs = n_runs };
	for (unsigned i = 0; i < n_runs; i++)
		r.n_rows += runs[i].n_rows;
	struct sidefile *s = opened(file);
	int status = sidefile_resume(s, "out", &r, fingerprint);
	if (status == EXIT_DONE)
		begin(s, r.n_rows + 1, 3000);
	assert_true(sidefile_close(s));
	return status;
}

static void it_is_cut_to_the_rows_of_the_output(void **state)
{
	(void)state;
	const struct resume_run first[] = { { 1000, 1, 3 } }, both[] = { { 1000, 1, 5 } },
	                        all[] = { { 900, 1, 0 }, { 1000, 1, 5 }, { 2000, 6, 1 } };
	struct made_file file = made_side();
	assert_int_equal(resumed(&file, all, 3, FINGERPRINT), EXIT_DONE);
	expect_text(&file, ROWS_1_TO_3 ROWS_4_TO_5 ROW_6);
	assert_int_equal(resumed(&file, both, 1, FINGERPRINT), EXIT_DONE);
	expect_text(&file, ROWS_1_TO_3 ROWS_4_TO_5);
	assert_int_equal(resumed(&file, first, 1, FINGERPRINT), EXIT_DONE);
	expect_text(&file, ROWS_1_TO_3);
	assert_int_equal(resumed(&file, NULL, 0, FINGERPRINT), EXIT_DONE);
	expect_text(&file, "head\n"); /* begun anew */
	made_close(&file);
}

static void another_file_is_refused_and_not_changed(void **state)
{
	(void)state;
	static const struct {
		struct resume_run runs[2];
		unsigned n_runs;
		uint64_t fingerprint;
	} cases[] = {
		{ { { 1000, 1, 3 } }, 1, FINGERPRINT + 1 },             /* other options */
		{ { { 1001, 1, 3 } }, 1, FINGERPRINT },                 /* of another run */
		{ { { 1000, 1, 4 } }, 1, FINGERPRINT },                 /* no member ends there */
		{ { { 1000, 1, 5 }, { 1500, 6, 1 } }, 2, FINGERPRINT }, /* behind: another run */
		{ { { 1000, 1, 5 }, { 2000, 6, 2 } }, 2, FINGERPRINT }, /* too short */
		{ { { 0 } }, 0, FINGERPRINT + 1 },                      /* to be begun anew */
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct made_file file = made_side();
		assert_int_equal(
		        resumed(&file, cases[i].runs, cases[i].n_runs, cases[i].fingerprint),
		        EXIT_USAGE);
		expect_text(&file, ROWS_1_TO_3 ROWS_4_TO_5 ROW_6);
		made_close(&file);
	}
}

static void damage_and_text_are_refused(void **state)
{
	(void)state;
	const struct resume_run both[] = { { 1000, 1, 5 } };
	struct made_file text = made_text("anything else\n"), file = made_side(),
	                 empty = made_text("");
	assert_int_equal(resumed(&text, both, 1, FINGERPRINT), EXIT_USAGE);
	assert_int_equal(resumed(&text, NULL, 0, FINGERPRINT), EXIT_USAGE);
	assert_int_equal(resumed(&empty, both, 1, FINGERPRINT), EXIT_USAGE);
	char octet = 0;
	assert_int_equal(pread(file.fd, &octet, 1, 170), 1);
	octet ^= 1;
	assert_int_equal(pwrite(file.fd, &octet, 1, 170), 1);
	assert_int_equal(resumed(&file, both, 1, FINGERPRINT), EXIT_USAGE);
	/* a first member that was torn is begun anew, where the output has no rows */
	assert_int_equal(ftruncate(file.fd, 20), 0);
	assert_int_equal(resumed(&file, NULL, 0, FINGERPRINT), EXIT_DONE);
	expect_text(&file, "head\n");
	made_close(&text);
	made_close(&file);
	made_close(&empty);
}

static void a_file_that_holds_something_is_not_overwritten(void **state)
{
	(void)state;
	struct made_file text = made_text("x"), empty = made_text("");
	struct sidefile *s = opened(&text);
	assert_false(sidefile_may_begin(s, true));
	assert_true(sidefile_close(s));
	s = opened(&empty);
	assert_true(sidefile_may_begin(s, true));
	assert_true(sidefile_close(s));
	assert_true(sidefile_close(NULL));
	made_close(&text);
	made_close(&empty);
	assert_int_equal(sidefile_open(&s, "/nowhere/x.gz", "record"), EXIT_USAGE);
	assert_null(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_said_last_is_left_out),
		cmocka_unit_test(a_question_that_was_put_out_says_it_again),
		cmocka_unit_test(long_text_spans_members),
		cmocka_unit_test(it_is_cut_to_the_rows_of_the_output),
		cmocka_unit_test(another_file_is_refused_and_not_changed),
		cmocka_unit_test(damage_and_text_are_refused),
		cmocka_unit_test(a_file_that_holds_something_is_not_overwritten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
