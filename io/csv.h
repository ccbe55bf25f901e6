/* csv.h - CSV records (RFC 4180) out of a byte stream, and fields out of a record.
 *
 * A record ends at LF or CRLF outside quotes, or at the end of the input, where a CR counts as half
 * a CRLF; an empty line is a record with one empty field. A first byte order mark is skipped.
 * Quotes are quotes only as the first octet of a field. One row in, one row out has to survive
 * stray quotes, so a quoted field that is followed by anything but a comma or a line end, or not
 * closed within CSV_RECORD_MAX_BYTES or the input, does not swallow its neighbours: the record is
 * then its first line alone, marked `broken`, and reading goes on with the next line. A line over
 * CSV_RECORD_MAX_BYTES is given with its first CSV_RECORD_MAX_BYTES octets, marked `too_long` (and
 * `broken` when the cut falls between quotes); the rest of the line is skipped. All this costs time
 * linear in the input, whatever is in it. Single thread per reader; the field functions are pure.
 */
#ifndef IO_CSV_H
#define IO_CSV_H

#include "base/textbuf.h"
#include "io/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CSV_RECORD_MAX_BYTES (1u << 20)

struct csv_record {
	const char *text; /* without its line end; valid until the next csv_read() or
	                     csv_would_block() */
	size_t size;
	uint64_t line; /* physical line on which it begins, from 1 */
	bool plain;    /* no quote and no CR in it: fields are what lies between commas */
	bool broken, too_long;
};

struct csv_reader;

/* Reads from `source`, which stays the caller's and must outlive the reader. NULL: no memory. */
struct csv_reader *csv_reader_new(struct source *source);
/* The same with another limit in place of CSV_RECORD_MAX_BYTES. Takes twice as much memory, which
 * is touched as far as records are long. */
struct csv_reader *csv_reader_new_for(struct source *source, size_t record_max_bytes);
void csv_reader_free(struct csv_reader *r);

/* The next record; false at the end, on an error of the source, or when *stop (may be NULL) was set
 * while waiting, or within a line that is too long. After an error nothing is delivered that the
 * lost octets could have changed: neither the torn last line nor what stands behind a quote that is
 * still open. */
bool csv_read(struct csv_reader *r, struct csv_record *record, const volatile bool *stop);

/* True when the next csv_read() would have to wait for the source: time to hand on what is there.
 * Takes in what the source has ready, so that a part of a record does not pass for a record. */
bool csv_would_block(struct csv_reader *r);
/* After csv_would_block() said no: false when there is no record at hand either, because the input
 * is over. */
bool csv_has_next(const struct csv_reader *r);

/* The size of the first record of some text, with its line end, where csv_read() ends it; 0: it is
 * not complete. For text in memory that goes on: what it ends with may not be all. */
size_t csv_row_size(const char *text, size_t size);

/* Walks the fields of a record: start with csv_fields_of(), then csv_next_field() until false. An
 * unquoted field points into the record; a quoted one is unquoted into `scratch` when it holds
 * doubled quotes, else points between its quotes. A broken record is one field for each stretch
 * between commas, quotes kept; so is a field whose quote is not followed by a comma, in a record
 * that did not come from csv_read(). csv_fields_of() empties `scratch` and sizes it for the whole
 * record: all its fields stay valid together, until the next record's fields are begun. Without
 * memory scratch->failed is set and a doubled quote stays doubled. */
struct csv_fields {
	const char *at, *end;
	bool more, plain, broken;
	struct textbuf *scratch;
};
struct csv_field {
	const char *text;
	size_t size;
};
struct csv_fields csv_fields_of(
        const char *text, size_t size, bool plain, bool broken, struct textbuf *scratch);
bool csv_next_field(struct csv_fields *f, struct csv_field *field);

/* Appends a field, quoted when it holds a comma, a quote, CR or LF, or begins or ends with a blank
 * (space or tab). */
void csv_put_field(struct textbuf *out, const char *text, size_t size);

/* The same for files that people open in spreadsheets: a field that begins with one of = + - @ TAB
 * CR LF, which a spreadsheet may take for a formula, or with ', gets a ' before it. csv_unguard()
 * takes it away again from a field that was read. */
void csv_put_guarded_field(struct textbuf *out, const char *text, size_t size);
struct csv_field csv_unguard(struct csv_field field);

#endif
