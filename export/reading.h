/* reading.h - a file of results from its header row to its end, field by field; and whether that
 * was its end.
 *
 * What is there is given, row by row, as far as it is whole. Then reading_end() says what is wrong,
 * so that nothing that was cut passes for a whole file:
 *
 *     gzip data that end too early, or are damaged              source.h
 *     block gzip without its end-of-file member                 the scan did not end
 *     a last row without a line end                             it may be cut, and is not given
 *     a record that has not as many fields as the header row    it is no row
 *
 * Memory is bounded by the longest row. Single thread. */
#ifndef EXPORT_READING_H
#define EXPORT_READING_H

#include "base/error.h"
#include "io/csv.h"
#include "io/source.h"

#include <stdbool.h>

struct reading {
	struct source *source;
	struct csv_reader *csv;
	struct textbuf scratch;
	struct csv_record record; /* the header row, then the row at hand */
	struct csv_field *fields; /* of it; valid until the next one is read */
	unsigned n;
	bool is_guarded; /* written with --csv-safe: fields are given without their ' */
	enum error error;
	bool is_cut; /* the last record has no line end */
};

/* Opens the file, "-" is standard input, and reads its header row. ERROR_EMPTY: there is none.
 * ERROR_SYSTEM with errno. `is_guarded`: see above. reading_close() in any case.
 */
enum error reading_open(struct reading *r, const char *path, bool is_guarded);
/* Takes a zeroed one. */
void reading_close(struct reading *r);

/* After a row that cannot be right: reads a little on, since damaged gzip data give such rows
 * before their checksum is seen. True: that is what it is, and reading_end() says so. */
bool reading_is_damaged(struct reading *r);

/* The next row. False: there is none; see reading_end(). */
bool reading_next(struct reading *r);
/* After that: ERROR_NONE at the end of a whole file. Else *why, one phrase, says what is wrong:
 * ERROR_SYNTAX, ERROR_TRUNCATED, ERROR_CORRUPT, ERROR_SYSTEM, ERROR_NOMEM. */
enum error reading_end(const struct reading *r, const char **why);

#endif
