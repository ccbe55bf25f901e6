/* inputs.h - the input files as one sequence of data rows, and the layout of their columns.
 *
 * The first record of the first file decides the layout: a header row if one of its fields is domain, ip, sender (mailfrom, mail_from) or helo, letter case ignored; else, or with
 * --columns, data. Every further file must begin with the same header row (or have none when the first has none), which is looked at before the scan
 * starts. Belongs to the feeder's thread; the progress counters may be read by any. */
#ifndef SCANNER_INPUTS_H
#define SCANNER_INPUTS_H

#include "base/error.h"
#include "base/textbuf.h"
#include "io/csv.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { COLUMN_NONE = -1 };

struct layout {
	unsigned n_columns;
	int domain, ip, sender, helo; /* column index, or COLUMN_NONE */
	bool has_header;
	struct textbuf header;        /* the column names as they stood, without a line end */
};

struct inputs {
	char **paths;
	unsigned n_paths, at;
	struct source *source;
	struct csv_reader *csv;
	struct layout layout;
	struct csv_record first; /* the first record of a file without a header, not yet given out */
	bool has_first;
	uint64_t n_rows;         /* data rows given out */
	uint64_t raw_before;     /* raw bytes of the files before this one */
	bool broke;              /* an input ended in an error, already told to the user */
	/* for the progress thread */
	_Atomic uint64_t raw_bytes, raw_size; /* raw_size 0: unknown */
};

/* Opens the first file and settles the layout; false after saying why on standard error. `columns` is --columns or NULL. *stop may become true in a signal handler. */
bool inputs_open(struct inputs *in, char **paths, unsigned n_paths, const char *columns, const volatile bool *stop);
void inputs_close(struct inputs *in);

/* The next data row, valid until the next call. False at the end, at *stop, or when a file breaks: then in->broke, and the user was told the file and the row. */
bool inputs_next(struct inputs *in, struct csv_record *record, const volatile bool *stop);

/* True when inputs_next() would have to wait for a pipe. */
bool inputs_would_block(const struct inputs *in);

/* The current file's name and line, for messages. */
const char *inputs_path(const struct inputs *in);

#endif
