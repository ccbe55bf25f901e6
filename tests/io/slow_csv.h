/* slow_csv.h - a slow CSV reader that follows csv.h octet by octet, and checks that put a
 * csv_reader beside it.
 *
 * It is the specification: it has no window, no memory of earlier failures, and starts every record
 * from nothing. */
#ifndef TESTS_IO_SLOW_CSV_H
#define TESTS_IO_SLOW_CSV_H

#include "io/csv.h"
#include "tests/io/pipe_source.h"
#include "tests/io/tempfile.h"

#include <string.h>

struct slow_record {
	size_t start, size, next;
	bool plain, broken, too_long;
};

enum slow_state { FIELD_BEGIN, UNQUOTED, QUOTED, QUOTE_SEEN };

enum { SLOW_CRS_MAX = 4 };

/* How many CRs stand there, of those that may belong to a line's end. */
static inline size_t slow_count_crs(const char *text, size_t at, size_t end)
{
	size_t n = 0;
	while (n < SLOW_CRS_MAX && at + n < end && text[at + n] == '\r')
		n++;
	return n;
}

/* Follows RFC 4180 from `at` up to `end`. True: the record ends well, at *record_end, which is an
 * LF or `end`. */
static inline bool slow_follow(const char *text, size_t at, size_t end, size_t *record_end)
{
	enum slow_state state = FIELD_BEGIN;
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
			size_t n = slow_count_crs(text, at, end);
			if (!n || (at + n < end && text[at + n] != '\n'))
				return false;
			at += n - 1;
		} else {
			state = state == FIELD_BEGIN && c == '"' ? QUOTED : UNQUOTED;
		}
	}
	*record_end = at;
	return state != QUOTED;
}

static inline size_t slow_without_cr(const char *text, size_t start, size_t end)
{
	for (int i = 0; i < SLOW_CRS_MAX && end > start && text[end - 1] == '\r'; i++)
		end--;
	return end - start;
}

static inline struct slow_record slow_expect(const char *text, size_t size, size_t at)
{
	const char *lf = memchr(text + at, '\n', size - at);
	size_t line_end = lf ? (size_t)(lf - text) : size, record_end;
	struct slow_record e = { .start = at,
		.size = slow_without_cr(text, at, line_end),
		.next = line_end + (lf != NULL) };
	if (e.size > CSV_RECORD_MAX_BYTES) {
		e.too_long = true;
		e.size = CSV_RECORD_MAX_BYTES;
		e.broken = !slow_follow(text, at, at + CSV_RECORD_MAX_BYTES, &record_end);
	} else if (slow_follow(text, at, size, &record_end) &&
	        slow_without_cr(text, at, record_end) <= CSV_RECORD_MAX_BYTES) {
		e.size = slow_without_cr(text, at, record_end);
		e.next = record_end + (record_end < size);
	} else {
		e.broken = true;
	}
	e.plain = !memchr(text + at, '"', e.size) && !memchr(text + at, '\r', e.size);
	return e;
}

struct slow_checker {
	const char *text;
	size_t size, at;
	uint64_t line, n_records, n_broken;
};

static inline void slow_check_record(struct slow_checker *c, const struct csv_record *record)
{
	assert_true(c->at < c->size);
	struct slow_record e = slow_expect(c->text, c->size, c->at);
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
static inline struct slow_checker slow_check_file(const char *text, size_t size)
{
	struct tempfile file = tempfile_new(text, size);
	struct slow_checker checker = { .text = text, .size = size, .line = 1 };
	struct source *source;
	assert_int_equal(source_open(&source, file.path), ERROR_NONE);
	struct csv_reader *r = csv_reader_new(source);
	struct csv_record record;
	while (csv_read(r, &record, NULL))
		slow_check_record(&checker, &record);
	assert_false(csv_would_block(r));
	assert_int_equal(checker.at, size);
	csv_reader_free(r);
	source_close(source);
	tempfile_free(&file);
	return checker;
}

static inline uint64_t slow_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* Reads `text` from a pipe in pieces, taking all records that are there after each piece. */
static inline void slow_check_pieces(
        const char *text, size_t size, size_t piece_max, uint64_t *seed)
{
	struct pipe_source p;
	struct slow_checker checker = { .text = text, .size = size, .line = 1 };
	pipe_source_open(&p);
	struct csv_reader *r = csv_reader_new(p.source);
	struct csv_record record;
	for (size_t sent = 0; sent < size;) {
		size_t piece = 1 + slow_random(seed) % piece_max;
		if (piece > size - sent)
			piece = size - sent;
		pipe_source_send(&p, text + sent, piece);
		sent += piece;
		while (!csv_would_block(r)) {
			assert_true(csv_read(r, &record, NULL));
			slow_check_record(&checker, &record);
		}
	}
	pipe_source_hang_up(&p);
	while (csv_read(r, &record, NULL))
		slow_check_record(&checker, &record);
	assert_int_equal(checker.at, size);
	csv_reader_free(r);
	pipe_source_close(&p);
}

#endif
