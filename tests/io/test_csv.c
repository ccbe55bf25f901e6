/* test_csv.c - records against the slow reader, records written out, and what a slow, stopped or
 * torn source does to them. */
#include "io/csv.h"
#include "tests/io/gzip_member.h"
#include "tests/io/slow_csv.h"

#include <string.h>

static void test_random_small(void **state)
{
	(void)state;
	static const char octets[] = "\"\"\"\"\"\",,,,\n\n\n\r\rab \0";
	uint64_t seed = 2024;
	char text[80];
	for (unsigned i = 0; i < 4000; i++) {
		size_t size = slow_random(&seed) % sizeof(text);
		for (size_t j = 0; j < size; j++)
			text[j] = octets[slow_random(&seed) % (sizeof(octets) - 1)];
		if (i % 8 == 0)
			slow_check_file(text, size);
		else
			slow_check_pieces(text, size, 1 + i % 11, &seed);
	}
}

/* ---- texts with names ---- */

struct named_text {
	const char *text;
	size_t size;
	uint64_t n_records, n_broken;
};
#define TEXT(literal) literal, sizeof(literal) - 1

static void test_named_texts(void **state)
{
	(void)state;
	const struct named_text texts[] = {
		{ TEXT(""), 0, 0 },
		{ TEXT("\n"), 1, 0 },
		{ TEXT("\n\n\r\n"), 3, 0 },
		{ TEXT("a,b\nc,d\n"), 2, 0 },
		{ TEXT("a,b\nc,d"), 2, 0 }, /* no last newline */
		{ TEXT("a,b\r\nc,d\r\n"), 2, 0 },
		{ TEXT("a,b\r"), 1, 0 },
		{ TEXT("a\rb,c\n"), 1, 0 },
		{ TEXT("a\0b,\0\n\0\n"), 2, 0 },
		{ TEXT("\"a,b\",c\n"), 1, 0 },
		{ TEXT("\"a\n\nb\",c\nd\n"), 2, 0 },
		{ TEXT("\"a\r\nb\"\r\nd\n"), 2, 0 },
		{ TEXT("\"say \"\"hi\"\"\nthere\",c\nd\n"), 2, 0 },
		{ TEXT("\"\"\n\"\"\"\"\n"), 2, 0 },
		{ TEXT("a,\"b"), 1, 1 }, /* unclosed at the last row */
		{ TEXT("a,\"b\n"), 1, 1 },
		{ TEXT("\"a,b\nc,d\ne,f\n"), 3,
		        1 }, /* unclosed at the first row: the others stay whole */
		{ TEXT("\"a\"b,c\nd,e\n"), 2, 1 },
		{ TEXT("a\"b,c\"\nd,e\"\n"), 2, 0 }, /* quotes that do not open a field are text */
		{ TEXT("\"a\nb\"x\n"), 2, 1 },       /* the second line alone is fine */
		{ TEXT("\"a\rb\"\rc\n"), 1, 1 },
		{ TEXT("\"a\"\r"), 1, 0 },
		{ TEXT("\"a,\n\"b,\n\"c,\n"), 3, 3 }, /* a stray quote in every row */
		{ TEXT("x,\"a\ny,\"b\nz,\"c\n"), 3, 3 },
	};
	uint64_t seed = 1;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct slow_checker checker = slow_check_file(texts[i].text, texts[i].size);
		assert_int_equal(checker.n_records, texts[i].n_records);
		assert_int_equal(checker.n_broken, texts[i].n_broken);
		slow_check_pieces(texts[i].text, texts[i].size, 1, &seed);
	}
}

/* All records of a file, each as "line:flags:text" between bars. */
static void list_records(const char *text, size_t size, struct textbuf *list)
{
	struct tempfile file = tempfile_new(text, size);
	struct source *source;
	assert_int_equal(source_open(&source, file.path), ERROR_NONE);
	struct csv_reader *r = csv_reader_new(source);
	struct csv_record record;
	while (csv_read(r, &record, NULL)) {
		textbuf_put_u64(list, record.line);
		textbuf_put_text(list, record.plain ? ":p" : ":");
		textbuf_put_text(list, record.broken ? "b" : "");
		textbuf_put_char(list, ':');
		textbuf_put(list, record.text, record.size);
		textbuf_put_char(list, '|');
	}
	csv_reader_free(r);
	source_close(source);
	tempfile_free(&file);
}

static void test_written_out(void **state)
{
	(void)state;
	const struct {
		const char *text, *list;
	} cases[] = {
		{ "a,b\r\n\"c\nd\",\"e\"\"\"\n\"f,g\nh\n\ni\rj",
		        "1:p:a,b|2::\"c\nd\",\"e\"\"\"|4:b:\"f,g|5:p:h|6:p:|7::i\rj|" },
		{ "\xef\xbb\xbf"
		  "a,b\n\xef\xbb\xbf"
		  "c\n",
		        "1:p:a,b|2:p:\xef\xbb\xbf"
		        "c|" },
		{ "\xef\xbb\xbf\"a\nb\"\n", "1::\"a\nb\"|" },
		{ "\xef\xbb\xbf", "" },
		{ "\xef\xbb\xbf\n", "1:p:|" },
		{ "\xef\xbb", "1:p:\xef\xbb|" },
		{ "\xef\xbbx", "1:p:\xef\xbbx|" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct textbuf list = { 0 };
		list_records(cases[i].text, strlen(cases[i].text), &list);
		assert_string_equal(textbuf_text(&list), cases[i].list);
		textbuf_fini(&list);
	}
}

/* ---- the source's moods ---- */

static void test_would_block(void **state)
{
	(void)state;
	struct pipe_source p;
	struct csv_record record;
	pipe_source_open(&p);
	struct csv_reader *r = csv_reader_new(p.source);
	assert_true(csv_would_block(r));
	pipe_source_send(&p, "a,b\nc,", 6);
	assert_false(csv_would_block(r));
	assert_false(csv_would_block(r));
	assert_true(csv_read(r, &record, NULL));
	assert_memory_equal(record.text, "a,b", 3);
	assert_true(csv_would_block(r));
	pipe_source_send(&p, "\"d", 2);
	assert_true(csv_would_block(r)); /* something came, but no record */
	pipe_source_send(&p, "\ne\"", 3);
	assert_true(csv_would_block(r)); /* nobody knows yet what the quote is */
	pipe_source_send(&p, "\n", 1);
	assert_false(csv_would_block(r));
	assert_true(csv_read(r, &record, NULL));
	assert_int_equal(record.size, 7);
	assert_memory_equal(record.text, "c,\"d\ne\"", 7);
	pipe_source_send(&p, "f", 1);
	assert_true(csv_would_block(r));
	pipe_source_hang_up(&p);
	assert_false(csv_would_block(r));
	assert_true(csv_read(r, &record, NULL));
	assert_int_equal(record.line, 4);
	assert_false(csv_read(r, &record, NULL));
	assert_false(csv_would_block(r));
	csv_reader_free(r);
	pipe_source_close(&p);
}

static void test_stop(void **state)
{
	(void)state;
	struct pipe_source p;
	struct csv_record record;
	volatile bool stop = true;
	pipe_source_open(&p);
	struct csv_reader *r = csv_reader_new(p.source);
	pipe_source_send(&p, "a\nb", 3);
	assert_true(csv_read(r, &record, &stop)); /* needs no wait */
	assert_false(csv_read(r, &record, &stop));
	pipe_source_send(&p, "c\n", 2);
	assert_true(csv_read(r, &record, &stop)); /* nothing was lost */
	assert_int_equal(record.size, 2);
	assert_memory_equal(record.text, "bc", 2);
	csv_reader_free(r);
	pipe_source_close(&p);
}

/* Whether a line end stands behind the last record. */
static void test_last_line_end(void **state)
{
	(void)state;
	const struct {
		const char *text;
		bool has_end;
	} cases[] = {
		{ "a,b\n", true },
		{ "a,b\nc", false },
		{ "a,b\r\n", true },
		{ "a\n\"b\nc\"\n", true },
		{ "a\n\"b\nc\"", false },
		{ "a\n\"b\nc", false },
		{ "a\n\n", true },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tempfile file = tempfile_new(cases[i].text, strlen(cases[i].text));
		struct source *source;
		struct csv_record record;
		bool has_end = true;
		assert_int_equal(source_open(&source, file.path), ERROR_NONE);
		struct csv_reader *r = csv_reader_new(source);
		while (csv_read(r, &record, NULL)) {
			assert_true(has_end); /* only the last one may have none */
			has_end = record.has_end;
		}
		assert_true(has_end == cases[i].has_end);
		csv_reader_free(r);
		source_close(source);
		tempfile_free(&file);
	}
}

/* A gzip file that ends too early: what it certainly held is delivered, and nothing else. */
static void test_torn_input(void **state)
{
	(void)state;
	const struct {
		const char *text;
		unsigned n_records;
	} cases[] = {
		{ "a,b\nc,d\ne,", 2 },
		{ "a,b\nc,d\n", 2 },
		{ "a,b\n\"c\nd\ne\n", 1 },
		{ "a,b\n\"c\"", 1 },
		{ "a", 0 },
		{ "\xef\xbb", 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct textbuf gz = { 0 };
		put_gzip_member(&gz, cases[i].text, strlen(cases[i].text), 0);
		struct tempfile file = tempfile_new(gz.bytes, gz.size - 4);
		textbuf_fini(&gz);
		struct source *source;
		struct csv_record record;
		unsigned n = 0;
		assert_int_equal(source_open(&source, file.path), ERROR_NONE);
		struct csv_reader *r = csv_reader_new(source);
		while (csv_read(r, &record, NULL)) {
			assert_false(record.broken);
			n++;
		}
		assert_int_equal(n, cases[i].n_records);
		assert_int_equal(source_error(source), ERROR_TRUNCATED);
		assert_false(csv_read(r, &record, NULL));
		assert_false(csv_would_block(r));
		csv_reader_free(r);
		source_close(source);
		tempfile_free(&file);
	}
	csv_reader_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_small),
		cmocka_unit_test(test_named_texts),
		cmocka_unit_test(test_written_out),
		cmocka_unit_test(test_would_block),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_last_line_end),
		cmocka_unit_test(test_torn_input),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
