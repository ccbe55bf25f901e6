/* test_csv_limits.c - lines and quoted fields around CSV_RECORD_MAX_BYTES, and what reading costs
 * in files made to be expensive. */
#include "io/csv.h"
#include "tests/io/slow_csv.h"

#include <string.h>

#define MAX CSV_RECORD_MAX_BYTES

static void put_repeated(struct textbuf *b, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		textbuf_put_text(b, text);
}

/* Lines and quoted fields of every size around the limit, whole and cut off by the end of the
 * input. */
static void test_around_the_limit(void **state)
{
	(void)state;
	const struct {
		const char *before, *after;
	} frames[] = {
		{ "", "\nnext\n" },
		{ "", "\r\nnext\n" },
		{ "", "" },
		{ "", "\r" },
		{ "\"", "\"\nnext\n" },
		{ "\"", "\"\r\nnext" },
		{ "\"", "\"" },
		{ "\"", "\"\r" },
		{ "\"", "\"\"\"\nnext" },
		{ "\"\n", "\"\nnext" },
		{ "\"\n", "\"\r\nnext" },
		{ "x\"", "\nnext" },
		{ "\"a\nb\",", "\nnext\n" },
		{ "\"\nb", "\"x\nnext\n" },
		{ "\"", ",\"\",next\n" },
	};
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		for (size_t filling = MAX - 7; filling < MAX + 3; filling++) {
			struct textbuf text = { 0 };
			textbuf_put_text(&text, frames[i].before);
			memset(textbuf_reserve(&text, filling), 'x', filling);
			textbuf_advance(&text, filling);
			textbuf_put_text(&text, frames[i].after);
			slow_check_file(text.bytes, text.size);
			textbuf_fini(&text);
		}
	}
}

static void test_long_line(void **state)
{
	(void)state;
	uint64_t seed = 5;
	struct textbuf text = { 0 };
	textbuf_put_text(&text, "first\n");
	put_repeated(&text, "abc,defg", 3u << 17); /* 3 MiB */
	textbuf_put_text(&text, "\nlast,row\n");
	struct slow_checker checker = slow_check_file(text.bytes, text.size);
	assert_int_equal(checker.n_records, 3);
	slow_check_pieces(text.bytes, text.size, 65536, &seed);
	textbuf_fini(&text);
}

/* Rows long enough for the slow reader, in a file of several windows: where a walk fails at the
 * limit, later walks must not inherit anything wrong. */
static void test_random_large(void **state)
{
	(void)state;
	static const char *const pieces[] = { "\"", "\"\"", "\",\"", "\",", ",\"", "\"\"\"",
		",\"\"", "\"\r", "x", "\"x" };
	/* Opens a quote, whether one is open or not: such rows are walked up to the limit. */
	static const char lasting[] = "x\",\"";
	uint64_t seed = 99;
	for (unsigned round = 0; round < 8; round++) {
		struct textbuf text = { 0 };
		bool is_nasty = round % 2;
		while (text.size < 3 * MAX) {
			size_t filling = slow_random(&seed) % 150000;
			const char *first = is_nasty ? lasting : pieces[slow_random(&seed) % 10];
			textbuf_put_text(&text, first);
			memset(textbuf_reserve(&text, filling), 'f', filling);
			textbuf_advance(&text, filling);
			if (slow_random(&seed) % (is_nasty ? 40 : 2) == 0)
				textbuf_put_text(&text, pieces[slow_random(&seed) % 10]);
			textbuf_put_char(&text, '\n');
		}
		if (round < 4)
			slow_check_file(text.bytes, text.size);
		else
			slow_check_pieces(text.bytes, text.size, 65536, &seed);
		textbuf_fini(&text);
	}
}

/* The octets around the limit of a walk decide what a quote there is; the walks of later rows see
 * more of them. */
static void test_quote_at_the_limit(void **state)
{
	(void)state;
	static const char *const pieces[] = { "\"\"", "\"\r\n", "\",", "\"x", "\"\"\"," };
	const size_t row_bytes = 100000;
	for (size_t at = MAX - 3; at < MAX + 3; at++) {
		for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
			struct textbuf text = { 0 };
			while (text.size < MAX + 3 * row_bytes) {
				char *row = textbuf_reserve(&text, row_bytes);
				memset(row, 'f', row_bytes);
				memcpy(row, "x\",\"", 4);
				row[row_bytes - 1] = '\n';
				textbuf_advance(&text, row_bytes);
			}
			memcpy(text.bytes + at, pieces[i], strlen(pieces[i]));
			slow_check_file(text.bytes, text.size);
			textbuf_fini(&text);
		}
	}
}

/* The first row's walk passes the limit inside the last line, and outside quotes; that line's own
 * walk is between quotes there. */
static void test_limit_inside_a_first_line(void **state)
{
	(void)state;
	struct textbuf text = { 0 };
	textbuf_put_text(&text, "\"\n");
	put_repeated(&text, "plain,row\n", (MAX - 50000) / 10);
	textbuf_put_text(&text, "\",");
	put_repeated(&text, "f", 100000);
	textbuf_put_text(&text, "\n\"\nlast\n");
	struct slow_checker checker = slow_check_file(text.bytes, text.size);
	assert_int_equal(checker.n_broken, 1);
	textbuf_fini(&text);
}

static size_t count_records(const struct textbuf *text)
{
	struct tempfile file = tempfile_new(text->bytes, text->size);
	struct source *source;
	assert_int_equal(source_open(&source, file.path), ERROR_NONE);
	struct csv_reader *r = csv_reader_new(source);
	struct csv_record record;
	size_t n = 0;
	while (csv_read(r, &record, NULL))
		n++;
	csv_reader_free(r);
	source_close(source);
	tempfile_free(&file);
	return n;
}

/* Files in which every row would be walked up to the limit if each walk began from nothing: that
 * would take many minutes, so the test's time limit is what fails. */
static void test_cost_is_linear(void **state)
{
	(void)state;
	static const char *const rows[] = { "x\",\"y\n", "x\",\"\"\"\n", "\"\n", "\"x,1\n",
		"\"\"\"x\n", "a,\"\"\"b\n" };
	static const char *const tails[] = { "", "\",", "\"x\n", "\",\"\"," };
	const size_t n_rows = sizeof(rows) / sizeof(rows[0]),
	             n_tails = sizeof(tails) / sizeof(tails[0]);
	for (size_t i = 0; i < n_rows * n_tails; i++) {
		const char *row = rows[i % n_rows];
		struct textbuf text = { 0 };
		put_repeated(&text, row, (9u << 17) / strlen(row));
		textbuf_put_text(&text, tails[i / n_rows]);
		put_repeated(&text, (i + i / n_rows) % 2 ? "t,\"," : "tttt", 1u << 18);
		assert_true(count_records(&text) > text.size / 50);
		textbuf_fini(&text);
	}
	for (size_t i = 0; i < 2; i++) { /* one line of quotes only */
		struct textbuf text = { 0 };
		put_repeated(&text, i ? "\"\"," : "x\"", 1u << 18);
		assert_int_equal(count_records(&text), 1);
		textbuf_fini(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_around_the_limit),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_random_large),
		cmocka_unit_test(test_quote_at_the_limit),
		cmocka_unit_test(test_limit_inside_a_first_line),
		cmocka_unit_test(test_cost_is_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
