/* test_csv.c - records against a slow reader that follows csv.h octet by octet, then the limits, the costs and the fields one by one.
 *
 * The slow reader is the specification: it has no window, no memory of earlier failures, and starts every record from nothing. */
#include "io/csv.h"
#include "tests/io/pipe_source.h"
#include "tests/io/tempfile.h"

#include <string.h>
#include <zlib.h>

#define MAX CSV_RECORD_MAX_BYTES

/* ---- the slow reader ---- */

struct expected {
	size_t start, size, next;
	bool plain, broken, too_long;
};

enum state { FIELD_BEGIN, UNQUOTED, QUOTED, QUOTE_SEEN };

/* Follows RFC 4180 from `at` up to `end`. True: the record ends well, at *record_end, which is an LF or `end`. */
static bool follow(const char *text, size_t at, size_t end, size_t *record_end)
{
	enum state state = FIELD_BEGIN;
	for (; at < end; at++) {
		char c = text[at];
		if (state == QUOTED) {
			state = c == '"' ? QUOTE_SEEN : QUOTED;
		} else if (state == QUOTE_SEEN && c == '"') {
			state = QUOTED;
		} else if (c == '\n') {
			break;
		} else if (c == ',') {
			state = FIELD_BEGIN;
		} else if (state == QUOTE_SEEN) {
			if (c != '\r' || (at + 1 < end && text[at + 1] != '\n'))
				return false;
		} else {
			state = state == FIELD_BEGIN && c == '"' ? QUOTED : UNQUOTED;
		}
	}
	*record_end = at;
	return state != QUOTED;
}

static size_t without_cr(const char *text, size_t start, size_t end)
{
	return end > start && text[end - 1] == '\r' ? end - start - 1 : end - start;
}

static struct expected expect(const char *text, size_t size, size_t at)
{
	const char *lf = memchr(text + at, '\n', size - at);
	size_t line_end = lf ? (size_t)(lf - text) : size, record_end;
	struct expected e = { .start = at, .size = without_cr(text, at, line_end), .next = line_end + (lf != NULL) };
	if (e.size > MAX) {
		e.too_long = true;
		e.size = MAX;
		e.broken = !follow(text, at, at + MAX, &record_end);
	} else if (follow(text, at, size, &record_end) && without_cr(text, at, record_end) <= MAX) {
		e.size = without_cr(text, at, record_end);
		e.next = record_end + (record_end < size);
	} else {
		e.broken = true;
	}
	e.plain = !memchr(text + at, '"', e.size) && !memchr(text + at, '\r', e.size);
	return e;
}

struct checker {
	const char *text;
	size_t size, at;
	uint64_t line, n_records, n_broken;
};

static void check_record(struct checker *c, const struct csv_record *record)
{
	assert_true(c->at < c->size);
	struct expected e = expect(c->text, c->size, c->at);
	assert_int_equal(record->line, c->line);
	assert_int_equal(record->size, e.size);
	if (e.size)
		assert_memory_equal(record->text, c->text + e.start, e.size);
	assert_int_equal(record->plain, e.plain);
	assert_int_equal(record->broken, e.broken);
	assert_int_equal(record->too_long, e.too_long);
	for (size_t i = c->at; i < e.next; i++)
		c->line += c->text[i] == '\n';
	c->at = e.next;
	c->n_records++;
	c->n_broken += e.broken;
}

/* Reads `text` as a file. */
static struct checker check_file(const char *text, size_t size)
{
	struct tempfile file = tempfile_new(text, size);
	struct checker checker = { .text = text, .size = size, .line = 1 };
	struct source *source;
	assert_int_equal(source_open(&source, file.path), ERROR_NONE);
	struct csv_reader *r = csv_reader_new(source);
	struct csv_record record;
	while (csv_read(r, &record, NULL))
		check_record(&checker, &record);
	assert_false(csv_would_block(r));
	assert_int_equal(checker.at, size);
	csv_reader_free(r);
	source_close(source);
	tempfile_free(&file);
	return checker;
}

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* Reads `text` from a pipe in pieces, taking all records that are there after each piece. */
static void check_pieces(const char *text, size_t size, size_t piece_max, uint64_t *seed)
{
	struct pipe_source p;
	struct checker checker = { .text = text, .size = size, .line = 1 };
	pipe_source_open(&p);
	struct csv_reader *r = csv_reader_new(p.source);
	struct csv_record record;
	for (size_t sent = 0; sent < size;) {
		size_t piece = 1 + next_random(seed) % piece_max;
		if (piece > size - sent)
			piece = size - sent;
		pipe_source_send(&p, text + sent, piece);
		sent += piece;
		while (!csv_would_block(r)) {
			assert_true(csv_read(r, &record, NULL));
			check_record(&checker, &record);
		}
	}
	pipe_source_hang_up(&p);
	while (csv_read(r, &record, NULL))
		check_record(&checker, &record);
	assert_int_equal(checker.at, size);
	csv_reader_free(r);
	pipe_source_close(&p);
}

static void test_random_small(void **state)
{
	(void)state;
	static const char octets[] = "\"\"\"\"\"\",,,,\n\n\n\r\rab \0";
	uint64_t seed = 2024;
	char text[80];
	for (unsigned i = 0; i < 10000; i++) {
		size_t size = next_random(&seed) % sizeof(text);
		for (size_t j = 0; j < size; j++)
			text[j] = octets[next_random(&seed) % (sizeof(octets) - 1)];
		if (i % 8 == 0)
			check_file(text, size);
		else
			check_pieces(text, size, 1 + i % 11, &seed);
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
		{ TEXT("a,b\nc,d"), 2, 0 },                       /* no last newline */
		{ TEXT("a,b\r\nc,d\r\n"), 2, 0 },
		{ TEXT("a,b\r"), 1, 0 },
		{ TEXT("a\rb,c\n"), 1, 0 },
		{ TEXT("a\0b,\0\n\0\n"), 2, 0 },
		{ TEXT("\"a,b\",c\n"), 1, 0 },
		{ TEXT("\"a\n\nb\",c\nd\n"), 2, 0 },
		{ TEXT("\"a\r\nb\"\r\nd\n"), 2, 0 },
		{ TEXT("\"say \"\"hi\"\"\nthere\",c\nd\n"), 2, 0 },
		{ TEXT("\"\"\n\"\"\"\"\n"), 2, 0 },
		{ TEXT("a,\"b"), 1, 1 },                          /* unclosed at the last row */
		{ TEXT("a,\"b\n"), 1, 1 },
		{ TEXT("\"a,b\nc,d\ne,f\n"), 3, 1 },              /* unclosed at the first row: the others stay whole */
		{ TEXT("\"a\"b,c\nd,e\n"), 2, 1 },
		{ TEXT("a\"b,c\"\nd,e\"\n"), 2, 0 },              /* quotes that do not open a field are text */
		{ TEXT("\"a\nb\"x\n"), 2, 1 },                    /* the second line alone is fine */
		{ TEXT("\"a\rb\"\rc\n"), 1, 1 },
		{ TEXT("\"a\"\r"), 1, 0 },
		{ TEXT("\"a,\n\"b,\n\"c,\n"), 3, 3 },             /* a stray quote in every row */
		{ TEXT("x,\"a\ny,\"b\nz,\"c\n"), 3, 3 },
	};
	uint64_t seed = 1;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct checker checker = check_file(texts[i].text, texts[i].size);
		assert_int_equal(checker.n_records, texts[i].n_records);
		assert_int_equal(checker.n_broken, texts[i].n_broken);
		check_pieces(texts[i].text, texts[i].size, 1, &seed);
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
		{ "a,b\r\n\"c\nd\",\"e\"\"\"\n\"f,g\nh\n\ni\rj", "1:p:a,b|2::\"c\nd\",\"e\"\"\"|4:b:\"f,g|5:p:h|6:p:|7::i\rj|" },
		{ "\xef\xbb\xbf" "a,b\n\xef\xbb\xbf" "c\n", "1:p:a,b|2:p:\xef\xbb\xbf" "c|" },
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

/* ---- limits ---- */

static void put_repeated(struct textbuf *b, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		textbuf_put_text(b, text);
}

/* Lines and quoted fields of every size around the limit, whole and cut off by the end of the input. */
static void test_around_the_limit(void **state)
{
	(void)state;
	const struct {
		const char *before, *after;
	} frames[] = {
		{ "", "\nnext\n" }, { "", "\r\nnext\n" }, { "", "" }, { "", "\r" }, { "\"", "\"\nnext\n" }, { "\"", "\"\r\nnext" }, { "\"", "\"" },
		{ "\"", "\"\r" }, { "\"", "\"\"\"\nnext" }, { "\"\n", "\"\nnext" }, { "\"\n", "\"\r\nnext" }, { "x\"", "\nnext" },
		{ "\"a\nb\",", "\nnext\n" }, { "\"\nb", "\"x\nnext\n" }, { "\"", ",\"\",next\n" },
	};
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		for (size_t filling = MAX - 9; filling < MAX + 4; filling++) {
			struct textbuf text = { 0 };
			textbuf_put_text(&text, frames[i].before);
			memset(textbuf_reserve(&text, filling), 'x', filling);
			textbuf_advance(&text, filling);
			textbuf_put_text(&text, frames[i].after);
			check_file(text.bytes, text.size);
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
	struct checker checker = check_file(text.bytes, text.size);
	assert_int_equal(checker.n_records, 3);
	check_pieces(text.bytes, text.size, 65536, &seed);
	textbuf_fini(&text);
}

/* Rows long enough for the slow reader, in a file of several windows: where a walk fails at the limit, later walks must not inherit anything wrong. */
static void test_random_large(void **state)
{
	(void)state;
	static const char *const pieces[] = { "\"", "\"\"", "\",\"", "\",", ",\"", "\"\"\"", ",\"\"", "\"\r", "x", "\"x" };
	static const char lasting[] = "x\",\""; /* opens a quote, whether one is open or not: such rows are walked up to the limit */
	uint64_t seed = 99;
	for (unsigned round = 0; round < 12; round++) {
		struct textbuf text = { 0 };
		bool is_nasty = round % 2;
		while (text.size < 3 * MAX) {
			size_t filling = next_random(&seed) % 60000;
			const char *first = is_nasty ? lasting : pieces[next_random(&seed) % 10];
			textbuf_put_text(&text, first);
			memset(textbuf_reserve(&text, filling), 'f', filling);
			textbuf_advance(&text, filling);
			if (next_random(&seed) % (is_nasty ? 40 : 2) == 0)
				textbuf_put_text(&text, pieces[next_random(&seed) % 10]);
			textbuf_put_char(&text, '\n');
		}
		check_file(text.bytes, text.size);
		check_pieces(text.bytes, text.size, 65536, &seed);
		textbuf_fini(&text);
	}
}

/* The octets around the limit of a walk decide what a quote there is; the walks of later rows see more of them. */
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
			check_file(text.bytes, text.size);
			textbuf_fini(&text);
		}
	}
}

/* The first row's walk passes the limit inside the last line, and outside quotes; that line's own walk is between quotes there. */
static void test_limit_inside_a_first_line(void **state)
{
	(void)state;
	struct textbuf text = { 0 };
	textbuf_put_text(&text, "\"\n");
	put_repeated(&text, "plain,row\n", (MAX - 50000) / 10);
	textbuf_put_text(&text, "\",");
	put_repeated(&text, "f", 100000);
	textbuf_put_text(&text, "\n\"\nlast\n");
	struct checker checker = check_file(text.bytes, text.size);
	assert_int_equal(checker.n_broken, 1);
	textbuf_fini(&text);
}

/* Files in which every row would be walked up to the limit if each walk began from nothing: that would take many minutes, so the test's time limit is what fails. */
static void test_cost_is_linear(void **state)
{
	(void)state;
	static const char *const rows[] = { "x\",\"y\n", "x\",\"\"\"\n", "\"\n", "\"x,1\n", "\"\"\"x\n", "a,\"\"\"b\n" };
	static const char *const tails[] = { "", "\",", "\"x\n", "\",\"\"," };
	const size_t n_rows = sizeof(rows) / sizeof(rows[0]), n_tails = sizeof(tails) / sizeof(tails[0]);
	for (size_t i = 0; i < n_rows * n_tails * 2; i++) {
		const char *row = rows[i / 2 % n_rows];
		struct textbuf text = { 0 }, list = { 0 };
		put_repeated(&text, row, (3u << 19) / strlen(row));
		textbuf_put_text(&text, tails[i / 2 / n_rows]);
		put_repeated(&text, i % 2 ? "t,\"," : "tttt", 1u << 18);
		list_records(text.bytes, text.size, &list);
		assert_true(list.size > text.size / 2);
		textbuf_fini(&text);
		textbuf_fini(&list);
	}
	/* one line of quotes only */
	for (size_t i = 0; i < 2; i++) {
		struct textbuf text = { 0 }, list = { 0 };
		put_repeated(&text, i ? "\"\"," : "x\"", 1u << 18);
		list_records(text.bytes, text.size, &list);
		textbuf_fini(&text);
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

/* A gzip file that ends too early: what it certainly held is delivered, and nothing else. */
static void test_torn_input(void **state)
{
	(void)state;
	const struct {
		const char *text;
		unsigned n_records;
	} cases[] = { { "a,b\nc,d\ne,", 2 }, { "a,b\nc,d\n", 2 }, { "a,b\n\"c\nd\ne\n", 1 }, { "a,b\n\"c\"", 1 }, { "a", 0 }, { "\xef\xbb", 0 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t gz[200];
		z_stream z = { 0 };
		assert_int_equal(deflateInit2(&z, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
		z.next_in = (Bytef *)(uintptr_t)cases[i].text;
		z.avail_in = (uInt)strlen(cases[i].text);
		z.next_out = gz;
		z.avail_out = sizeof(gz);
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		struct tempfile file = tempfile_new(gz, z.total_out - 4);
		deflateEnd(&z);
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

/* ---- fields ---- */

static void test_fields(void **state)
{
	(void)state;
	const struct {
		const char *record;
		bool plain, broken;
		const char *fields; /* a bar behind each */
	} cases[] = {
		{ "", true, false, "|" },
		{ "a", true, false, "a|" },
		{ ",", true, false, "||" },
		{ "a,b,,c", true, false, "a|b||c|" },
		{ "\"a,b\",c", false, false, "a,b|c|" },
		{ "\"\",\"\"", false, false, "||" },
		{ "\"a\"\"b\",\"\"\"\"", false, false, "a\"b|\"|" },
		{ "x,\"a\nb\"", false, false, "x|a\nb|" },
		{ "a\"b\",c\"", false, false, "a\"b\"|c\"|" },
		{ "a\rb,c", false, false, "a\rb|c|" },
		{ "\"a,b", false, true, "\"a|b|" },
		{ "\"a\"b,\"c\"", false, true, "\"a\"b|\"c\"|" },
		/* not as csv_read() gives them, but no reason to read behind the end */
		{ "\"a,b", false, false, "\"a|b|" },
		{ "\"a\"b,\"c\"", false, false, "\"a\"b|c|" },
		{ "\"", false, false, "\"|" },
		{ "\"\"\"", false, false, "\"\"\"|" },
		{ "a,\"", false, false, "a|\"|" },
	};
	struct textbuf scratch = { 0 };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t size = strlen(cases[i].record);
		char *record = malloc(size ? size : 1); /* of its own size, for the sanitizer */
		memcpy(record, cases[i].record, size);
		struct csv_fields fields = csv_fields_of(record, size, cases[i].plain, cases[i].broken, &scratch);
		struct csv_field field;
		struct textbuf list = { 0 };
		while (csv_next_field(&fields, &field)) {
			textbuf_put(&list, field.text, field.size);
			textbuf_put_char(&list, '|');
		}
		assert_string_equal(textbuf_text(&list), cases[i].fields);
		assert_false(csv_next_field(&fields, &field));
		textbuf_fini(&list);
		free(record);
	}
	textbuf_fini(&scratch);
}

/* The first fields stay readable when later ones need the scratch too. */
static void test_fields_stay_valid(void **state)
{
	(void)state;
	struct textbuf record = { 0 }, scratch = { 0 };
	put_repeated(&record, "\"a\"\"b\",", 2000);
	textbuf_put_text(&record, "end");
	struct csv_fields fields = csv_fields_of(record.bytes, record.size, false, false, &scratch);
	struct csv_field first, field;
	assert_true(csv_next_field(&fields, &first));
	unsigned n = 1;
	while (csv_next_field(&fields, &field))
		n++;
	assert_int_equal(n, 2001);
	assert_int_equal(first.size, 3);
	assert_memory_equal(first.text, "a\"b", 3);
	textbuf_fini(&scratch);

	textbuf_init(&scratch, 2); /* no memory */
	fields = csv_fields_of(record.bytes, record.size, false, false, &scratch);
	assert_true(csv_next_field(&fields, &field));
	assert_true(scratch.failed);
	assert_memory_equal(field.text, "a\"\"b", field.size);
	textbuf_fini(&scratch);
	textbuf_fini(&record);
}

static void test_put_field(void **state)
{
	(void)state;
	const char *const cases[][2] = {
		{ "", "" }, { "a", "a" }, { "a b", "a b" }, { "192.0.2.1", "192.0.2.1" }, { " a", "\" a\"" }, { "a ", "\"a \"" }, { "\ta", "\"\ta\"" },
		{ " ", "\" \"" }, { "a,b", "\"a,b\"" }, { "a\nb", "\"a\nb\"" }, { "a\rb", "\"a\rb\"" }, { "\"", "\"\"\"\"" }, { "a\"b\"", "\"a\"\"b\"\"\"" },
		{ "v=spf1 -all", "v=spf1 -all" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct textbuf out = { 0 };
		csv_put_field(&out, cases[i][0], strlen(cases[i][0]));
		assert_string_equal(textbuf_text(&out), cases[i][1]);
		textbuf_fini(&out);
	}
}

/* Whatever octets a field has, written and read they are the same. */
static void test_round_trip(void **state)
{
	(void)state;
	static const char octets[] = "\"\",,\n\r ab\0\t\xff";
	uint64_t seed = 3;
	struct textbuf scratch = { 0 };
	for (unsigned i = 0; i < 3000; i++) {
		char originals[4][12];
		size_t sizes[4];
		struct textbuf row = { 0 };
		for (unsigned f = 0; f < 4; f++) {
			sizes[f] = next_random(&seed) % 12;
			for (size_t j = 0; j < sizes[f]; j++)
				originals[f][j] = octets[next_random(&seed) % (sizeof(octets) - 1)];
			csv_put_field(&row, originals[f], sizes[f]);
			textbuf_put_char(&row, f < 3 ? ',' : '\n');
		}
		struct pipe_source p;
		struct csv_record record;
		pipe_source_open(&p);
		pipe_source_send(&p, row.bytes, row.size);
		struct csv_reader *r = csv_reader_new(p.source);
		assert_true(csv_read(r, &record, NULL));
		assert_false(record.broken);
		struct csv_fields fields = csv_fields_of(record.text, record.size, record.plain, record.broken, &scratch);
		struct csv_field field;
		for (unsigned f = 0; f < 4; f++) {
			assert_true(csv_next_field(&fields, &field));
			assert_int_equal(field.size, sizes[f]);
			if (sizes[f])
				assert_memory_equal(field.text, originals[f], sizes[f]);
		}
		assert_false(csv_next_field(&fields, &field));
		csv_reader_free(r);
		pipe_source_close(&p);
		textbuf_fini(&row);
	}
	textbuf_fini(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_small),
		cmocka_unit_test(test_named_texts),
		cmocka_unit_test(test_written_out),
		cmocka_unit_test(test_around_the_limit),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_random_large),
		cmocka_unit_test(test_quote_at_the_limit),
		cmocka_unit_test(test_limit_inside_a_first_line),
		cmocka_unit_test(test_cost_is_linear),
		cmocka_unit_test(test_would_block),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_torn_input),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_fields_stay_valid),
		cmocka_unit_test(test_put_field),
		cmocka_unit_test(test_round_trip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
