/* csv.h - CSV records (RFC 4180) out of a byte stream, and fields out of a record.
 *
 *   - A record ends at LF, CRLF or CR CR LF (up to four CRs) outside quotes, or at the end of the
 *     input, where CR counts, too.
 *     In a file whose first 64 KiB have CR and no LF it ends at CR (csv_begin()).
 *     An empty line is a record with one empty field. Byte order marks at the start are skipped.
 *   - Fields are separated by commas. csv_begin() may choose another delimiter; csv_split() then
 *     gives the same record with commas.
 *   - A quote opens a quoted field only as the field's first octet.
 *   - A stray quote must not swallow the rows behind it. So when a quoted field is not closed
 * within CSV_RECORD_MAX_BYTES or the input, or something else than a comma or line end follows it,
 * the record is its first line alone, marked `broken`, and the next line begins the next record.
 *   - Of a line over CSV_RECORD_MAX_BYTES so many octets are given, marked `too_long` (and `broken`
 *     when the cut falls between quotes). The rest of the line is skipped.
 *
 * Time is linear in the input, whatever is in it. A reader belongs to one thread; the field
 * functions are pure. */
#ifndef IO_CSV_H
#define IO_CSV_H

#include "base/textbuf.h"
#include "io/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CSV_RECORD_MAX_BYTES (1u << 20)

struct csv_record {
	const char *text; /* without its line end; valid until csv_read() or csv_would_block() */
	size_t size;
	uint64_t line; /* on which it begins, counted from 1 by LFs */
	bool plain;    /* no quote and no CR: fields are what lies between commas */
	bool broken, too_long;
	bool has_end; /* a line end follows; without one it is the last, and may have been cut */
	/* by csv_split(): its fields are CSV, also when `broken` says that they were not */
	bool split;
};

struct csv_reader;

/* Reads from `source`, which stays the caller's and outlives the reader. NULL: out of memory. */
struct csv_reader *csv_reader_new(struct source *source);
/* The same with another limit than CSV_RECORD_MAX_BYTES. A reader takes twice its limit of address
 * space, of memory only what its longest record needs. */
struct csv_reader *csv_reader_new_for(struct source *source, size_t record_max_bytes);
/* Takes NULL. */
void csv_reader_free(struct csv_reader *r);

/* The beginning of the text without byte order marks, as much of it as is needed to see its first
 * line, 64 KiB at most. Before the first csv_read(). Waits as csv_read() does. The text is valid
 * until csv_begin() or csv_read(). */
enum { CSV_PEEK_BYTES = 64 << 10 };
struct csv_field csv_peek(struct csv_reader *r, const volatile bool *stop);
/* After csv_peek(): the reader's delimiter, and how many of the octets that it showed are passed
 * over, with the line that they are. */
void csv_begin(struct csv_reader *r, char delimiter, size_t pass_bytes);
/* The size of the first line of what csv_peek() showed, without its line end. */
size_t csv_line_size(struct csv_field peeked);

/* The fields of a text between `delimiter`s, as csv_fields_of(). */
struct csv_fields csv_fields_between(
        struct csv_field text, char delimiter, struct textbuf *scratch);
/* The same record with commas between its fields; in `out`, whose contents are lost. Out of memory:
 * out->failed. */
struct csv_record csv_split(const struct csv_record *record, char delimiter, struct textbuf *out,
        struct textbuf *scratch);

/* The next record. False at the end, on an error of the source, or when *stop (may be NULL) was set
 * while it waited or skipped the rest of a line. After an error nothing is given that the lost
 * octets could have changed: no torn last line, and nothing behind an open quote. */
bool csv_read(struct csv_reader *r, struct csv_record *record, const volatile bool *stop);

/* True when the next csv_read() would wait for the source. Reads what the source has ready, so that
 * a part of a record does not count as one. */
bool csv_would_block(struct csv_reader *r);
/* After csv_would_block() gave false: false when the input is over. */
bool csv_has_next(const struct csv_reader *r);

/* The size of the first record of a text, with its line end; 0: it may go on behind the text. */
size_t csv_row_size(const char *text, size_t size);

/* The fields of a record: csv_fields_of(), then csv_next_field() until false. A field points into
 * the record, between its quotes if it has them; with doubled quotes it is unquoted into `scratch`.
 * In a broken record a field is what lies between commas, quotes included.
 *
 * csv_fields_of() empties `scratch` and sizes it for the whole record, so all fields stay valid
 * until the next record's are begun. Out of memory: scratch->failed, and doubled quotes stay. */
struct csv_fields {
	const char *at, *end;
	bool more, plain, broken;
	char delimiter;
	struct textbuf *scratch;
};
struct csv_field {
	const char *text;
	size_t size;
};
struct csv_fields csv_fields_of(
        const char *text, size_t size, bool plain, bool broken, struct textbuf *scratch);
struct csv_fields csv_fields_of_record(const struct csv_record *record, struct textbuf *scratch);
bool csv_next_field(struct csv_fields *f, struct csv_field *field);

/* Octet by octet. A field without text is as an empty one. */
static inline bool csv_field_same(struct csv_field a, struct csv_field b)
{
	return a.size == b.size && (!a.size || !memcmp(a.text, b.text, a.size));
}
static inline bool csv_field_is(struct csv_field field, const char *text)
{
	return csv_field_same(field, (struct csv_field){ text, strlen(text) });
}
/* A decimal number. False: the field is not 1 to 19 digits. */
bool csv_field_u64(struct csv_field field, uint64_t *number);
/* For messages: as much of the field as `size` octets hold, which are not 0, with a 0 behind it.
 * What is not printable ASCII becomes '?': a terminal might obey it. Gives `text`. */
const char *csv_field_show(char *text, size_t size, struct csv_field field);

/* Appends a field, quoted when it holds a comma, a quote, CR or LF, or begins or ends with a space
 * or tab. */
void csv_put_field(struct textbuf *out, const char *text, size_t size);

/* The same for spreadsheets: a field gets a ' before it when it begins with one of = + - @ TAB CR
 * LF, which may be taken for a formula, or with '. csv_unguard() takes it away from a field read.
 */
void csv_put_guarded_field(struct textbuf *out, const char *text, size_t size);
struct csv_field csv_unguard(struct csv_field field);

#endif
