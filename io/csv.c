/* csv.c - finds records in a window that slides over the stream.
 *
 * A line without a quote, nearly every one, costs three memchr(). A line with quotes is walked from
 * quote to quote. A walk that fails (the quote is not closed, or no comma follows the closing one)
 * gives its first line as `broken`, and the next line begins anew.
 *
 * In a file where every line opens a quote, each walk may run over the longest record before it
 * fails. What keeps the work linear: at each line end that a walk passes it is between quotes, or
 * the record would have ended there. So all walks that pass one line end go on in the same way. The
 * position of the furthest is kept (`memo`), and a later walk that leaves its first line jumps
 * there.
 *
 * The window holds two records with their line ends and one read more. It never moves more octets
 * than were consumed since it last moved. Its memory is touched only as far as records are long. */
#include "io/csv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define READ_BYTES (128u * 1024)
/* So many CRs may stand before the LF of a line: editors and copies add some. */
enum { CRS_MAX = 4 };

/* How far quotes have been walked, and whether `at` is between quotes. */
struct walk {
	size_t at;
	size_t lf; /* no LF lies in [at, lf) */
	bool inside;
};

/* What ends a field, and what ends a record. */
struct marks {
	char delimiter, line_end;
};
static const struct marks usual = { .delimiter = ',', .line_end = '\n' };

enum found { FOUND_RECORD, FOUND_BROKEN, FOUND_END, FOUND_MORE };

struct csv_reader {
	struct source *source;
	size_t max_bytes, reach_bytes,
	        window_bytes; /* of a record; with its line end; of the window */
	bool bom_passed, skipping_line, source_ended;
	struct marks marks;
	uint64_t line;
	/* offsets into the window; `at` is the next record's begin */
	size_t at, end;
	size_t lf;        /* no LF lies in [at, lf) */
	struct walk walk; /* of the record at `at`; walk.at <= at: not begun */
	struct walk memo;
	/* a record that csv_would_block() found: the next csv_read() gives it */
	bool has_pending;
	struct csv_record pending;
	char window[];
};

struct csv_reader *csv_reader_new_for(struct source *source, size_t record_max_bytes)
{
	size_t reach_bytes = record_max_bytes + CRS_MAX + 1,
	       window_bytes = 2 * reach_bytes + READ_BYTES;
	struct csv_reader *r = malloc(sizeof(*r) + window_bytes);
	if (!r)
		return NULL;
	/* not the window: that would make all of it resident */
	*r = (struct csv_reader){ .source = source,
		.max_bytes = record_max_bytes,
		.reach_bytes = reach_bytes,
		.window_bytes = window_bytes,
		.marks = usual,
		.line = 1 };
	return r;
}

struct csv_reader *csv_reader_new(struct source *source)
{
	return csv_reader_new_for(source, CSV_RECORD_MAX_BYTES);
}

void csv_reader_free(struct csv_reader *r)
{
	free(r);
}

static size_t find_octet(const char *window, size_t from, size_t end, char c)
{
	const char *found = memchr(window + from, c, end - from);
	return found ? (size_t)(found - window) : end;
}

enum quote { QUOTE_CLOSES, QUOTE_DOUBLED, QUOTE_STRAY, QUOTE_UNDECIDED };

/* What the quote at `at` does, which stands between quotes. The octets behind it decide. */
static enum quote judge_quote(
        const struct marks *marks, const char *window, size_t at, size_t end, bool final)
{
	size_t left = end - at - 1;
	if (left == 0)
		return final ? QUOTE_CLOSES : QUOTE_UNDECIDED;
	char next = window[at + 1];
	if (next == '"')
		return QUOTE_DOUBLED;
	if (next == marks->delimiter || next == marks->line_end)
		return QUOTE_CLOSES;
	size_t i = 1;
	while (i <= left && i <= CRS_MAX && window[at + i] == '\r')
		i++;
	if (i == 1)
		return QUOTE_STRAY;
	if (i > left)
		return final ? QUOTE_CLOSES : QUOTE_UNDECIDED;
	return window[at + i] == '\n' ? QUOTE_CLOSES : QUOTE_STRAY;
}

/* Outside quotes, to the next quote that opens a field. True: there is none, and walk->at is the LF
 * or `end`. */
static bool walk_outside(
        struct walk *walk, const struct marks *marks, const char *window, size_t start, size_t end)
{
	if (walk->lf < walk->at)
		walk->lf = walk->at;
	walk->lf = find_octet(window, walk->lf, end, marks->line_end);
	for (;;) {
		size_t quote = find_octet(window, walk->at, walk->lf, '"');
		if (quote == walk->lf) {
			walk->at = quote;
			return true;
		}
		walk->at = quote + 1;
		walk->inside = quote == start || window[quote - 1] == marks->delimiter;
		if (walk->inside)
			return false;
	}
}

/* Walks quotes in [start, end) until the record ends (walk->at is its LF or `end`), breaks, or
 * needs more octets. `final`: nothing comes behind `end`. `line_end`: of the first line. */
static enum found walk_quotes(struct walk *walk, const struct walk *memo, const struct marks *marks,
        const char *window, size_t start, size_t line_end, size_t end, bool final)
{
	for (;;) {
		if (!walk->inside && walk_outside(walk, marks, window, start, end))
			return walk->at < end || final ? FOUND_RECORD : FOUND_MORE;
		size_t quote = find_octet(window, walk->at, end, '"');
		if (quote > line_end && memo->at > line_end && memo->at > walk->at) {
			*walk = *memo;
			continue;
		}
		walk->at = quote;
		if (quote == end)
			return final ? FOUND_BROKEN : FOUND_MORE;
		switch (judge_quote(marks, window, quote, end, final)) {
		case QUOTE_DOUBLED:
			walk->at = quote + 2;
			break;
		case QUOTE_CLOSES:
			walk->at = quote + 1;
			walk->inside = false;
			break;
		case QUOTE_STRAY:
			return FOUND_BROKEN;
		case QUOTE_UNDECIDED:
			return FOUND_MORE;
		}
	}
}

/* The octets of a record up to `end`, where its LF or the end of the input is. */
static size_t text_size(const char *window, size_t start, size_t end)
{
	for (unsigned i = 0; i < CRS_MAX && end > start && window[end - 1] == '\r'; i++)
		end--;
	return end - start;
}

static uint64_t count_lines(const char *text, size_t size, char line_end)
{
	uint64_t n = 0;
	for (const char *end = text + size; (text = memchr(text, line_end, (size_t)(end - text)));
	        text++)
		n++;
	return n;
}

/* Gives out the record of `size` octets at `at`, and goes on at `next`. */
static enum found take(struct csv_reader *r, struct csv_record *record, size_t size, size_t next)
{
	const char *text = r->window + r->at;
	record->text = text;
	record->size = size;
	record->line = r->line;
	record->has_end = next > r->at + size;
	r->line += 1 +
	        (record->plain || record->broken ? 0 : count_lines(text, size, r->marks.line_end));
	r->at = next;
	return FOUND_RECORD;
}

/* A line over the limit: its end may be far away, and is skipped by the next call. */
static enum found take_long_line(struct csv_reader *r, struct csv_record *record)
{
	size_t end = r->at + r->max_bytes;
	bool has_quote = find_octet(r->window, r->at, end, '"') < end;
	struct walk walk = { .at = r->at, .lf = end };
	const struct walk no_memo = { 0 };
	record->too_long = true;
	record->plain = !has_quote && find_octet(r->window, r->at, end, '\r') == end;
	record->broken = has_quote &&
	        walk_quotes(&walk, &no_memo, &r->marks, r->window, r->at, end, end, true) ==
	                FOUND_BROKEN;
	r->skipping_line = true;
	return take(r, record, r->max_bytes, end);
}

/* A record whose first line, which ends at line_end, has a quote. */
static enum found take_quoted(struct csv_reader *r, struct csv_record *record, size_t line_end)
{
	bool at_limit = r->end - r->at >= r->reach_bytes;
	size_t end = at_limit ? r->at + r->reach_bytes : r->end;
	if (r->walk.at <= r->at)
		r->walk = (struct walk){ .at = r->at, .lf = line_end };
	enum found found = walk_quotes(&r->walk, &r->memo, &r->marks, r->window, r->at, line_end,
	        end, r->source_ended && end == r->end);
	if (found == FOUND_MORE && !at_limit)
		return FOUND_MORE;
	if (r->walk.at >= r->memo.at)
		r->memo = r->walk;
	size_t record_end = r->walk.at;
	size_t size = text_size(r->window, r->at, record_end);
	record->broken = found != FOUND_RECORD || size > r->max_bytes;
	if (record->broken) {
		record_end = line_end;
		size = text_size(r->window, r->at, line_end);
	}
	r->walk.at = 0;
	return take(r, record, size, record_end < r->end ? record_end + 1 : record_end);
}

static bool pass_bom(struct csv_reader *r)
{
	static const char bom[] = "\xef\xbb\xbf";
	size_t left = r->end - r->at;
	while (left >= 3 && memcmp(r->window + r->at, bom, 3) == 0) {
		r->at += 3;
		left -= 3;
	}
	if (left < 3 && !r->source_ended && memcmp(r->window + r->at, bom, left) == 0)
		return false;
	r->bom_passed = true;
	return true;
}

/* False: the line's end is not there yet. */
static bool skip_line(struct csv_reader *r)
{
	size_t lf = find_octet(r->window, r->at, r->end, r->marks.line_end);
	r->skipping_line = lf == r->end && !r->source_ended;
	r->at = lf < r->end ? lf + 1 : lf;
	return !r->skipping_line;
}

/* The record at `at`, if the window has all of it. */
static enum found find_record(struct csv_reader *r, struct csv_record *record)
{
	if (!r->bom_passed && !pass_bom(r))
		return FOUND_MORE;
	if (r->skipping_line && !skip_line(r))
		return FOUND_MORE;
	size_t left = r->end - r->at;
	if (left == 0)
		return r->source_ended ? FOUND_END : FOUND_MORE;

	size_t reach = left < r->reach_bytes ? r->end : r->at + r->reach_bytes;
	size_t line_end =
	        find_octet(r->window, r->lf > r->at ? r->lf : r->at, reach, r->marks.line_end);
	r->lf = line_end;
	if (line_end == r->end && left < r->reach_bytes && !r->source_ended)
		return FOUND_MORE;
	*record = (struct csv_record){ 0 };
	size_t size = text_size(r->window, r->at, line_end);
	if (size > r->max_bytes)
		return take_long_line(r, record);
	if (r->walk.at > r->at || find_octet(r->window, r->at, line_end, '"') < line_end)
		return take_quoted(r, record, line_end);
	record->plain = !memchr(r->window + r->at, '\r', size);
	return take(r, record, size, line_end < r->end ? line_end + 1 : line_end);
}

static size_t less(size_t offset, size_t by)
{
	return offset > by ? offset - by : 0;
}

/* Makes room for a read. Moves what is left when that is no more than what was consumed. */
static void slide(struct csv_reader *r)
{
	size_t by = r->at;
	if (by < r->end - r->at || by == 0) {
		/* Less than the reach is left, or the record would have been found. */
		assert(r->end + READ_BYTES <= r->window_bytes);
		return;
	}
	memmove(r->window, r->window + by, r->end - by);
	r->at = 0;
	r->end -= by;
	r->lf = less(r->lf, by);
	r->walk.at = less(r->walk.at, by);
	r->walk.lf = less(r->walk.lf, by);
	r->memo.at = less(r->memo.at, by);
	r->memo.lf = less(r->memo.lf, by);
}

/* Takes what the source gave. False: nothing, and it is not the end. An error is no end: what is
 * undecided stays so. */
static bool took_in(struct csv_reader *r, size_t n)
{
	r->end += n;
	if (n == 0 && source_ended(r->source) && !source_error(r->source))
		r->source_ended = true;
	return n > 0 || r->source_ended;
}

bool csv_read(struct csv_reader *r, struct csv_record *record, const volatile bool *stop)
{
	if (r->has_pending) {
		r->has_pending = false;
		*record = r->pending;
		return true;
	}
	enum found found;
	while ((found = find_record(r, record)) == FOUND_MORE) {
		if (r->skipping_line && stop && __atomic_load_n(stop, __ATOMIC_RELAXED))
			return false; /* the line may have no end, and the source never wait */
		slide(r);
		if (!took_in(r, source_read(r->source, r->window + r->end, READ_BYTES, stop)))
			return false;
	}
	return found == FOUND_RECORD;
}

bool csv_would_block(struct csv_reader *r)
{
	enum found found = FOUND_RECORD;
	while (!r->has_pending && (found = find_record(r, &r->pending)) == FOUND_MORE) {
		slide(r);
		if (!took_in(r, source_read_ready(r->source, r->window + r->end, READ_BYTES)))
			return !source_ended(r->source);
	}
	r->has_pending = r->has_pending || found == FOUND_RECORD;
	return false;
}

bool csv_has_next(const struct csv_reader *r)
{
	return r->has_pending;
}

/* ---- the beginning ---- */

struct csv_field csv_peek(struct csv_reader *r, const volatile bool *stop)
{
	for (;;) {
		bool passed = r->bom_passed || pass_bom(r);
		size_t left = r->end - r->at;
		if (passed &&
		        (left >= CSV_PEEK_BYTES ||
		                find_octet(r->window, r->at, r->end, '\n') < r->end))
			break;
		if (r->source_ended)
			break;
		if (left >= r->reach_bytes)
			break;
		slide(r);
		if (!took_in(r, source_read(r->source, r->window + r->end, READ_BYTES, stop)))
			break;
	}
	size_t size = r->end - r->at;
	return (struct csv_field){ .text = r->window + r->at,
		.size = size < CSV_PEEK_BYTES ? size : CSV_PEEK_BYTES };
}

static char line_end_of(struct csv_field text)
{
	bool has_lf = text.size && memchr(text.text, '\n', text.size);
	return !has_lf && text.size && memchr(text.text, '\r', text.size) ? '\r' : '\n';
}

size_t csv_line_size(struct csv_field peeked)
{
	if (!peeked.size)
		return 0;
	size_t end = find_octet(peeked.text, 0, peeked.size, line_end_of(peeked));
	return text_size(peeked.text, 0, end);
}

void csv_begin(struct csv_reader *r, char delimiter, size_t pass_bytes)
{
	size_t left = r->end - r->at;
	struct csv_field peeked = { r->window + r->at,
		left < CSV_PEEK_BYTES ? left : CSV_PEEK_BYTES };
	r->marks = (struct marks){ .delimiter = delimiter, .line_end = line_end_of(peeked) };
	if (!pass_bytes)
		return;
	size_t end = find_octet(r->window, r->at + pass_bytes, r->end, r->marks.line_end);
	r->at = end < r->end ? end + 1 : end;
	r->line++;
}

size_t csv_row_size(const char *text, size_t size)
{
	size_t line_end = find_octet(text, 0, size, '\n');
	struct walk walk = { .lf = line_end };
	const struct walk no_memo = { 0 };
	if (line_end == size)
		return 0;
	switch (walk_quotes(&walk, &no_memo, &usual, text, 0, line_end, size, false)) {
	case FOUND_RECORD:
		return walk.at + 1;
	case FOUND_BROKEN:
		return line_end + 1;
	default:
		return 0;
	}
}
