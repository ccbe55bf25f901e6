/* inputs.h - the input files as one sequence of data rows, and the layout of their columns.
 *
 * The first record of the first file decides the layout: a header row if one of its fields is
 * domain, ip, sender (mailfrom, mail_from) or helo, letter case ignored; else, or with
 * --columns, data. Every further file must begin with the same header row (or have none when the
 * first has none), which is looked at before the scan starts. `spfsweep retry` reads an output
 * instead (replay.h). Belongs to the feeder's thread; the progress counters may be read by any. */
#ifndef INPUT_INPUTS_H
#define INPUT_INPUTS_H

#include "base/digest.h"
#include "base/error.h"
#include "base/textbuf.h"
#include "io/csv.h"
#include "cli/options.h"
#include "results/replay.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { COLUMN_NONE = -1 };

struct layout {
	unsigned n_columns;
	int domain, ip, sender, helo; /* column index, or COLUMN_NONE */
	bool has_header;
	bool guarded; /* --csv-safe: what a spreadsheet may take for a formula is written with a '
	                 before it */
	struct textbuf header; /* the column names as they stood, without a line end */
};

struct inputs {
	char **paths;
	unsigned n_paths, at;
	struct source *source;
	struct csv_reader *csv;
	struct layout layout;
	struct csv_record
	        first; /* the first record of a file without a header, not yet given out */
	bool has_first;
	bool replays; /* the input is an output, read for `retry` */
	struct replay replay;
	struct digest *digest;              /* of the current file; NULL: nobody wants to know */
	char (*digests)[DIGEST_TEXT_BYTES]; /* of each file that was read to its end, else ""; NULL:
	                                       nobody wants to know */
	uint64_t n_rows;                    /* data rows given out */
	uint64_t raw_before;                /* raw bytes of the files before this one */
	bool broke; /* an input cannot be read to its end, which the user was told; a later run may
	               succeed */
	/* for the progress thread */
	_Atomic uint64_t raw_bytes, raw_size; /* raw_size 0: unknown */
};

/* Opens the first file and settles the layout; false after saying why on standard error. *stop may
 * become true in a signal handler. */
bool inputs_open(struct inputs *in, const struct options *options, const volatile bool *stop);
void inputs_close(struct inputs *in);

/* The next data row, valid until the next call. False at the end, at *stop, or when a file breaks:
 * then in->broke, and the user was told the file and the row. */
bool inputs_next(struct inputs *in, struct input_row *row, const volatile bool *stop);

/* True when there is another row, which inputs_next() will give. False like inputs_next(). */
bool inputs_has_more(struct inputs *in, const volatile bool *stop);

/* True when inputs_next() would have to wait for a pipe. */
bool inputs_would_block(const struct inputs *in);

/* The current file's name and line, for messages. */
const char *inputs_path(const struct inputs *in);

#endif
