/* inputs.h - the input files as one sequence of data rows, and the layout of their columns.
 *
 * The first record of the first file decides the layout: a header row if one of its fields is
 * domain, ip, sender (mailfrom, mail_from) or helo, letter case ignored; else, or with
 * --columns, data. Every further file must begin with the same header row (or have none when the
 * first has none), which is looked at before the scan starts. `spfsweep retry` reads an output
 * instead (results/retry.h). Belongs to the feeder's thread; the progress counters may be read by
 * any. */
#ifndef INPUT_INPUTS_H
#define INPUT_INPUTS_H

#include "base/digest.h"
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
	bool guarded; /* --csv-safe: what a spreadsheet may take for a formula is written with a '
	                 before it */
	struct textbuf header; /* the column names as they stood, without a line end */
};

/* A row on its way from the input to its worker; texts are the reader's, until the next row. */
struct input_row {
	uint64_t number;          /* in the whole input, from 1; grows from row to row */
	struct csv_record record; /* what to check */
	struct csv_field printed; /* `retry`: what it was in the output, without its line end; text
	                             NULL elsewhere */
	bool keep;                /* `printed` goes out again as it stands */
};

/* Another kind of rows than a table's own: what inputs reads through it. Its functions are called
 * from the feeder's thread. */
struct input_form {
	size_t row_max_bytes;
	/* From the first record: the header row of the table behind it. False: it is no input of
	 * this form, and the user was told why, with `path`. */
	bool (*begin)(struct input_form *form, const char *path, const struct csv_record *first,
	        struct csv_record *header);
	/* From any other record: the row, whose number is set already and may be changed.
	 * ERROR_SYNTAX: it is no row of this form; ERROR_NOMEM. */
	enum error (*row)(
	        struct input_form *form, const struct csv_record *record, struct input_row *row);
};

struct inputs_config {
	char **paths; /* n_paths of them, at least one; the caller's */
	unsigned n_paths;
	const char *columns;     /* --columns, or NULL */
	bool guarded;            /* --csv-safe */
	bool wants_digests;      /* of the files */
	struct input_form *form; /* NULL: rows stand as they are; else the caller's */
};

struct inputs {
	char **paths;
	unsigned n_paths, at;
	struct input_form *form;
	struct source *source;
	struct csv_reader *csv;
	struct layout layout;
	struct csv_record
	        first; /* the first record of a file without a header, not yet given out */
	bool has_first;
	struct digest *digest;              /* of the current file; NULL: nobody wants to know */
	char (*digests)[DIGEST_TEXT_BYTES]; /* of each file that was read to its end, else "";
	                                       NULL: nobody wants to know */
	uint64_t n_rows;                    /* data rows given out */
	uint64_t raw_before;                /* raw bytes of the files before this one */
	bool broke; /* an input cannot be read to its end, which the user was told; a later run may
	               succeed */
	/* for the progress thread */
	_Atomic uint64_t raw_bytes, raw_size; /* raw_size 0: unknown */
};

/* Opens the first file and settles the layout; false after saying why on standard error. *stop may
 * become true in a signal handler. */
bool inputs_open(struct inputs *in, const struct inputs_config *config, const volatile bool *stop);
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
