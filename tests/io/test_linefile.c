/* test_linefile.c - lines by their places: of block gzip, gzip and plain text, across members, in
 * any order; a file that was cut, and one that was changed. */
#include "tests/io/gzip_member.h"
#include "tests/made_file.h"

#include "io/bgzf.h"
#include "io/linefile.h"

#include <errno.h>

enum { LINES = 400 };

/* Line `i`: most are short; one is longer than three members. */
static void put_line(struct textbuf *out, unsigned i)
{
	unsigned n = i == 200 ? 3 * BGZF_TEXT_MAX_BYTES : i % 700;
	textbuf_printf(out, "%u ", i);
	for (unsigned k = 0; k < n; k++)
		textbuf_put_char(out, (char)('a' + (i + k / 7) % 26));
	textbuf_put_char(out, '\n');
}

static struct textbuf text_of_all(void)
{
	struct textbuf text = { 0 };
	for (unsigned i = 0; i < LINES; i++)
		put_line(&text, i);
	assert_false(text.failed);
	return text;
}

/* In members of uneven sizes, an empty one among them. */
static struct textbuf packed(const struct textbuf *text)
{
	struct textbuf out = { 0 };
	struct bgzf *z = bgzf_new(1);
	struct bgzf_checkpoint mark = { .first_row = 1 };
	size_t step = 1;
	for (size_t at = 0; at < text->size; at += step) {
		step = step * 3 % BGZF_TEXT_MAX_BYTES + 1;
		step = step < text->size - at ? step : text->size - at;
		bgzf_put_member(z, &out, text->bytes + at, step, &mark);
		if (at % 5 == 0)
			bgzf_put_member(z, &out, "", 0, &mark);
	}
	bgzf_put_eof(&out);
	bgzf_free(z);
	assert_false(out.failed);
	return out;
}

static void expect_line(unsigned i, const char *text, size_t size)
{
	struct textbuf expected = { 0 };
	put_line(&expected, i);
	assert_int_equal(size, expected.size - 1);
	assert_memory_equal(text, expected.bytes, size);
	textbuf_fini(&expected);
}

/* Walks all lines, and reads them by their places, the last first and then here and there. */
static void walk_and_read(const char *path)
{
	struct linefile *f;
	struct linefile_line line;
	uint64_t at[LINES];
	assert_int_equal(linefile_open(&f, path), ERROR_NONE);
	for (unsigned i = 0; i < LINES; i++) {
		assert_int_equal(linefile_next(f, &line), ERROR_NONE);
		assert_int_equal(line.number, i + 1);
		assert_true(i == 0 || line.at > at[i - 1]);
		expect_line(i, line.text, line.size);
		at[i] = line.at;
	}
	assert_int_equal(linefile_next(f, &line), ERROR_EMPTY);
	struct linefile_reader *r = linefile_reader_new(f);
	assert_non_null(r);
	for (unsigned k = 0; k < 3 * LINES; k++) {
		unsigned i = k < LINES ? LINES - 1 - k : k * 7919 % LINES;
		const char *text;
		size_t size;
		assert_int_equal(linefile_read(r, at[i], &text, &size), ERROR_NONE);
		expect_line(i, text, size);
	}
	linefile_reader_free(r);
	linefile_close(f);
}

static void block_gzip_is_read_by_place(void **state)
{
	(void)state;
	struct textbuf text = text_of_all(), octets = packed(&text);
	struct made_file file = made_file(octets.bytes, octets.size);
	walk_and_read(file.path);
	made_close(&file);
	textbuf_fini(&text);
	textbuf_fini(&octets);
}

static void plain_text_is_read_by_place(void **state)
{
	(void)state;
	struct textbuf text = text_of_all();
	struct made_file file = made_file(text.bytes, text.size);
	walk_and_read(file.path);
	made_close(&file);
	textbuf_fini(&text);
}

/* `n_least` whole lines or more are given, and then it says that there were others. */
static void expect_cut(const struct textbuf *octets, size_t size, unsigned n_least)
{
	struct made_file file = made_file(octets->bytes, size);
	struct linefile *f;
	struct linefile_line line;
	unsigned i = 0;
	assert_int_equal(linefile_open(&f, file.path), ERROR_NONE);
	enum error err;
	while (!(err = linefile_next(f, &line)))
		expect_line(i++, line.text, line.size);
	assert_int_equal(err, ERROR_TRUNCATED);
	assert_in_range(i, n_least, LINES);
	linefile_close(f);
	made_close(&file);
}

/* Half a number is a number: a line that does not end is none. */
static void text_that_was_cut_gives_its_whole_lines(void **state)
{
	(void)state;
	struct textbuf text = text_of_all();
	expect_cut(&text, text.size - 1, LINES - 1);
	expect_cut(&text, 1, 0);
	textbuf_fini(&text);
}

static void gzip_that_was_cut_gives_its_whole_lines(void **state)
{
	(void)state;
	struct textbuf text = text_of_all(), octets = { 0 };
	put_gzip_member(&octets, text.bytes, text.size, 0);
	for (size_t size = 20; size < octets.size; size += 997)
		expect_cut(&octets, size, 0);
	expect_cut(&octets, octets.size - 1, LINES); /* its length */
	textbuf_fini(&text);
	textbuf_fini(&octets);
}

/* Wherever the file is cut: whole lines, and then it says so. */
static void a_file_that_was_cut_gives_its_whole_lines(void **state)
{
	(void)state;
	struct textbuf text = text_of_all(), octets = packed(&text);
	for (size_t size = 1; size < octets.size; size += 997) {
		struct made_file file = made_file(octets.bytes, size);
		struct linefile *f;
		struct linefile_line line;
		enum error err = linefile_open(&f, file.path);
		unsigned i = 0;
		while (!err && !(err = linefile_next(f, &line)))
			expect_line(i++, line.text, line.size);
		assert_true(err == ERROR_TRUNCATED || err == ERROR_EMPTY);
		assert_true(i < LINES);
		linefile_close(f);
		made_close(&file);
	}
	textbuf_fini(&text);
	textbuf_fini(&octets);
}

static void a_file_that_was_changed_gives_no_line(void **state)
{
	(void)state;
	struct textbuf text = text_of_all(), octets = packed(&text);
	struct made_file file = made_file(octets.bytes, octets.size);
	struct linefile *f;
	struct linefile_line line;
	assert_int_equal(linefile_open(&f, file.path), ERROR_NONE);
	for (unsigned i = 0; i < LINES; i++)
		assert_int_equal(linefile_next(f, &line), ERROR_NONE);
	const char *read;
	size_t size;
	struct linefile_reader *r = linefile_reader_new(f);
	octets.bytes[(size_t)(line.at >> 16) + 80] ^= 1; /* behind the header of its member */
	assert_int_equal(pwrite(file.fd, octets.bytes, octets.size, 0), octets.size);
	assert_int_equal(linefile_read(r, line.at, &read, &size), ERROR_CORRUPT);
	assert_int_equal(ftruncate(file.fd, 10), 0);
	assert_int_equal(linefile_read(r, 0, &read, &size), ERROR_CORRUPT);
	linefile_reader_free(r);
	linefile_close(f);
	made_close(&file);
	textbuf_fini(&text);
	textbuf_fini(&octets);
}

static void what_is_no_file_is_refused(void **state)
{
	(void)state;
	struct linefile *f;
	int ends[2];
	char path[64];
	assert_int_equal(linefile_open(&f, "/nowhere/record.gz"), ERROR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	assert_null(f);
	assert_int_equal(linefile_open(&f, "/"), ERROR_SYSTEM);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
	close(ends[1]);
	assert_int_equal(linefile_open(&f, path), ERROR_SYSTEM);
	assert_int_equal(errno, ESPIPE);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(block_gzip_is_read_by_place),
		cmocka_unit_test(plain_text_is_read_by_place),
		cmocka_unit_test(text_that_was_cut_gives_its_whole_lines),
		cmocka_unit_test(gzip_that_was_cut_gives_its_whole_lines),
		cmocka_unit_test(a_file_that_was_cut_gives_its_whole_lines),
		cmocka_unit_test(a_file_that_was_changed_gives_no_line),
		cmocka_unit_test(what_is_no_file_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
