/* test_resume.c - what is kept of an output that did not end: whole members, each with as many rows
 * as it says, of the same input, and nothing behind the first that is not so. */
#include "tests/results/made.h"

#include "base/hash.h"
#include "results/resume.h"

static const char input_text[] = "domain,ip\n"
                                 "a.example,192.0.2.1\n"
                                 "b.example,192.0.2.2\n"
                                 "c.example,192.0.2.3\n"
                                 "d.example,192.0.2.4\n";
static const char *const input_rows[] = { "a.example,192.0.2.1", "b.example,192.0.2.2",
	"c.example,192.0.2.3", "d.example,192.0.2.4" };

/* A scan that is to go on with an output, and the output. */
struct world {
	struct made_file input;
	char *path;
	struct inputs inputs;
	struct note note;
	struct format format;
	struct made_output output;
	struct resumption found;
};

static void begin(struct world *w, unsigned version, const char *input)
{
	hash_init();
	*w = (struct world){ .input = made_text(input) };
	w->path = w->input.path;
	struct inputs_config config = { .paths = &w->path, .n_paths = 1 };
	assert_true(inputs_open(&w->inputs, &config, NULL));
	made_note(&w->note);
	assert_true(format_init(&w->format, &w->note, &w->inputs.layout, NULL, NULL));
	w->output = made_output(&w->format, version);
}

static void end(struct world *w)
{
	resume_fini(&w->found);
	made_output_fini(&w->output);
	format_fini(&w->format);
	note_fini(&w->note);
	inputs_close(&w->inputs);
	made_close(&w->input);
}

/* A member with the rows from `first` to `last`, which says that it has `told` of them. */
static void put_rows(struct world *w, unsigned first, unsigned last, unsigned told)
{
	struct textbuf text = { 0 };
	for (unsigned i = first; i <= last; i++)
		made_row(&text, i, input_rows[i - 1], "pass");
	made_member(&w->output, textbuf_text(&text), told);
	textbuf_fini(&text);
}

static enum resume_outcome look(struct world *w)
{
	struct made_file file = made_file(w->output.bytes.bytes, w->output.bytes.size);
	enum resume_outcome outcome = resume_read(&w->found, file.path, &w->format, &w->inputs);
	made_close(&file);
	return outcome;
}

static void expect_kept(struct world *w, uint64_t n_rows, size_t keep_bytes)
{
	assert_int_equal(look(w), RESUME_READY);
	assert_int_equal(w->found.n_rows, n_rows);
	assert_int_equal(w->found.keep_bytes, keep_bytes);
	assert_int_equal(tally_read(&w->found.tally.rows), n_rows);
	assert_int_equal(w->inputs.n_rows, n_rows); /* the next row is the first that is missing */
}

static void whole_members_are_kept(void **state)
{
	(void)state;
	struct world w;
	begin(&w, 3, input_text);
	put_rows(&w, 1, 2, 2);
	size_t kept = w.output.bytes.size;
	w.output.mark.run = 2000;
	put_rows(&w, 3, 3, 1);
	w.output.bytes.size -= 5; /* torn */
	expect_kept(&w, 2, kept);
	assert_false(w.found.was_complete);
	assert_int_equal(w.found.n_runs, 1);
	assert_int_equal(tally_read(&w.found.tally.spf[SPF_PASS]), 2);
	end(&w);
}

static void a_whole_output_is_complete(void **state)
{
	(void)state;
	struct world w;
	begin(&w, 3, input_text);
	put_rows(&w, 1, 2, 2);
	put_rows(&w, 3, 3, 1);
	w.output.mark.run = 2000;
	put_rows(&w, 4, 4, 1);
	size_t kept = w.output.bytes.size;
	bgzf_put_eof(&w.output.bytes);
	textbuf_put_text(&w.output.bytes, "garbage");
	expect_kept(&w, 4, kept);
	assert_true(w.found.was_complete);
	assert_int_equal(w.found.n_runs, 2);
	assert_int_equal(w.found.runs[0].n_rows, 3);
	assert_int_equal(w.found.runs[1].started_ms, 2000);
	assert_int_equal(w.found.runs[1].first_row, 4);
	assert_int_equal(w.found.runs[1].n_rows, 1);
	end(&w);
}

/* Whatever octet of the first member is damaged: the rows behind it are kept, or the output is
 * refused. */
static void any_octet_of_the_first_member(void **state)
{
	(void)state;
	for (unsigned version = BGZF_VERSION_OLDEST; version <= BGZF_VERSION; version++) {
		size_t size = 1;
		for (size_t at = 0; at < size; at++) {
			struct world w;
			begin(&w, version, input_text);
			size = w.output.bytes.size;
			put_rows(&w, 1, 4, 4);
			w.output.bytes.bytes[at] ^= 0x41;
			enum resume_outcome outcome = look(&w);
			assert_true(outcome == RESUME_REFUSED || w.found.n_rows == 4);
			end(&w);
		}
	}
}

static void nothing_is_there(void **state)
{
	(void)state;
	struct world w;
	begin(&w, 3, input_text);
	assert_int_equal(
	        resume_read(&w.found, "/nowhere/at/all", &w.format, &w.inputs), RESUME_READY);
	assert_int_equal(w.found.keep_bytes, 0);
	w.output.bytes.size = 0;
	expect_kept(&w, 0, 0);
	end(&w);
}

/* A row that spans members is kept when its last member is there, and not before. */
static void a_row_in_two_members(void **state)
{
	(void)state;
	for (unsigned is_torn = 0; is_torn < 2; is_torn++) {
		struct world w;
		struct textbuf row = { 0 };
		char first[5] = "";
		begin(&w, 3, input_text);
		size_t header_size = w.output.bytes.size;
		made_row(&row, 1, input_rows[0], "pass");
		memcpy(first, row.bytes, 4);
		made_member(&w.output, first, 0);
		if (!is_torn)
			made_member(&w.output, textbuf_text(&row) + 4, 1);
		expect_kept(&w, !is_torn, is_torn ? header_size : w.output.bytes.size);
		textbuf_fini(&row);
		end(&w);
	}
}

/* A row begins with a member or ends one: what begins behind a whole row cannot be kept alone. */
static void a_row_begun_behind_another(void **state)
{
	(void)state;
	struct world w;
	struct textbuf text = { 0 };
	begin(&w, 3, input_text);
	size_t kept = w.output.bytes.size;
	made_row(&text, 1, input_rows[0], "pass");
	textbuf_put_text(&text, "2,b.exam");
	made_member(&w.output, textbuf_text(&text), 1);
	expect_kept(&w, 0, kept);
	textbuf_fini(&text);
	end(&w);
}

static void refuse(struct world *w)
{
	assert_int_equal(look(w), RESUME_REFUSED);
	end(w);
}

static void another_input_is_refused(void **state)
{
	(void)state;
	struct world w;
	begin(&w, 3, "domain,ip\na.example,192.0.2.1\nother.example,192.0.2.2\n");
	put_rows(&w, 1, 2, 2);
	refuse(&w);
	begin(&w, 3, "domain,ip\na.example,192.0.2.1\n"); /* fewer rows */
	put_rows(&w, 1, 2, 2);
	refuse(&w);
	begin(&w, 3, input_text);
	made_member(&w.output, "1,a.example,192.0.2.1,ok\n", 1); /* no row of this form */
	refuse(&w);
}

/* Numbers are compared with the input's: those of a whole input have no gap. */
static void a_row_of_another_number_is_refused(void **state)
{
	(void)state;
	struct world w;
	struct textbuf row = { 0 };
	begin(&w, 3, input_text);
	made_row(&row, 2, input_rows[0], "pass");
	made_member(&w.output, textbuf_text(&row), 1);
	textbuf_fini(&row);
	refuse(&w);
}

/* Each octet of the second member's mark, changed. Version 2 has no checksum over it, but what it
 * says must fit to the rows; only its run number says nothing that could be compared. */
static void a_damaged_mark_ends_it(void **state)
{
	enum { MARK_AT = 22, MARK_BYTES = 32, RUN_AT = 24 };
	(void)state;
	for (unsigned version = BGZF_VERSION_OLDEST; version <= BGZF_VERSION; version++) {
		unsigned size = version == 2 ? RUN_AT : MARK_BYTES + 4;
		for (unsigned i = 0; i < size; i++) {
			struct world w;
			begin(&w, version, input_text);
			put_rows(&w, 1, 1, 1);
			size_t kept = w.output.bytes.size;
			put_rows(&w, 2, 3, 2);
			w.output.bytes.bytes[kept + MARK_AT + i] ^= 0x40;
			expect_kept(&w, 1, kept);
			end(&w);
		}
	}
}

static void members_of_two_versions(void **state)
{
	(void)state;
	for (unsigned version = BGZF_VERSION_OLDEST; version <= BGZF_VERSION; version++) {
		struct world w;
		begin(&w, version, input_text);
		put_rows(&w, 1, 2, 2);
		size_t kept = w.output.bytes.size;
		w.output.mark.version = BGZF_VERSION_OLDEST + BGZF_VERSION - version;
		put_rows(&w, 3, 3, 1);
		expect_kept(&w, 2, kept);
		assert_int_equal(w.format.version, version);
		end(&w);
	}
}

static void a_wrong_count_ends_it(void **state)
{
	static const unsigned told[] = { 0, 1, 3 };
	(void)state;
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		struct world w;
		begin(&w, 3, input_text);
		put_rows(&w, 1, 1, 1);
		size_t kept = w.output.bytes.size;
		put_rows(&w, 2, 3, told[i]);
		expect_kept(&w, 1, kept);
		end(&w);
	}
}

/* A scan that had hardly begun is begun anew; a file with rows whose beginning is damaged is not
 * ours to cut. */
static void a_damaged_beginning(void **state)
{
	(void)state;
	struct world w;
	begin(&w, 3, input_text);
	w.output.bytes.size -= 5;
	expect_kept(&w, 0, 0);
	end(&w);
	begin(&w, 3, input_text);
	w.output.bytes.bytes[w.output.bytes.size - 7] ^= 1; /* of the checksum of its text */
	put_rows(&w, 1, 2, 2);
	refuse(&w);
	begin(&w, 3, input_text);
	char *checks = memmem(w.output.bytes.bytes, w.output.bytes.size, "spf,mx", 6);
	assert_non_null(checks);
	*checks ^= 1; /* other options */
	refuse(&w);
	begin(&w, 3, input_text);
	textbuf_reset(&w.output.bytes);
	textbuf_put_text(&w.output.bytes, "domain,ip\n");
	refuse(&w);
}

/* A note that its member's checksums do not cover is covered by the fingerprint. */
static void a_changed_note_is_refused(void **state)
{
	(void)state;
	struct world w;
	begin(&w, 3, input_text);
	char *kind = memmem(w.output.bytes.bytes, w.output.bytes.size, "kind=scan", 9);
	assert_non_null(kind);
	memcpy(kind, "info.scan", 9);
	put_rows(&w, 1, 2, 2);
	refuse(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_members_are_kept),
		cmocka_unit_test(a_whole_output_is_complete),
		cmocka_unit_test(any_octet_of_the_first_member),
		cmocka_unit_test(nothing_is_there),
		cmocka_unit_test(a_row_in_two_members),
		cmocka_unit_test(a_row_begun_behind_another),
		cmocka_unit_test(another_input_is_refused),
		cmocka_unit_test(a_row_of_another_number_is_refused),
		cmocka_unit_test(a_damaged_mark_ends_it),
		cmocka_unit_test(members_of_two_versions),
		cmocka_unit_test(a_wrong_count_ends_it),
		cmocka_unit_test(a_damaged_beginning),
		cmocka_unit_test(a_changed_note_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
