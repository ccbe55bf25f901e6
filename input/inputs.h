/* inputs.h - the input files as one sequence of data rows, and the layout of their columns.
 *
 * The first record decides which column is what (layout.h). Files before it that are empty do not
 * count. Every further file must begin with the same header row, or with none when the first has
 * none, and have the same delimiter. Regular files are checked for that before the scan starts.
 * `spfsweep retry` reads an output instead, through an `input_form` (results/retry.h).
 *
 * Every failure is told to the user where it happens. Belongs to the feeder's thread; only the
 * progress counters may be read by others. */
#ifndef INPUT_INPUTS_H
#define INPUT_INPUTS_H

#include "base/digest.h"
#include "base/error.h"
#include "base/textbuf.h"
#include "input/expansion.h"
#include "input/layout.h"
#include "input/sampling.h"
#include "io/csv.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* One row from the input. Its texts are the reader's and valid until the next row. */
struct input_row {
	uint64_t number;          /* in the whole input, from 1; grows from row to row */
	struct csv_record record; /* what to check */
	/* `retry`: what the row was in the output, without its line end. Else text is NULL. */
	struct csv_field printed;
	bool keep; /* write `printed` again as it stands, check nothing */
};

/* Files whose rows hold the input's rows among other columns: how one is taken out of the other.
 * The functions are called from the feeder's thread. */
struct input_form {
	size_t row_max_bytes;
	/* Read a regular file once before the scan: what is wrong with a row far behind is told
	 * before anything is asked. */
	bool looks_ahead;
	const char *refusal; /* row() sets it: why, when it gives ERROR_SYNTAX; NULL: no such row */
	/* What the note says of the columns, from 0 or COLUMN_NONE. Without it their names do. */
	bool has_columns;
	int columns[ROLE_COUNT];
	char delimiter; /* of the input, for our note; 0: a comma */
	/* From the first record: the header row of the input. False: the file is not of this form;
	 * the user was told why, with `path`. */
	bool (*begin)(struct input_form *form, const char *path, const struct csv_record *first,
	        struct csv_record *header);
	/* From any other record: the row. Its number is set to how many-th it is, and may be
	 * changed. ERROR_SYNTAX: it is no row of this form; ERROR_NOMEM. */
	enum error (*row)(
	        struct input_form *form, const struct csv_record *record, struct input_row *row);
};

struct inputs_config {
	char **paths; /* n_paths of them, at least one; the caller's */
	unsigned n_paths;
	const char *columns;      /* --columns, or NULL */
	char delimiter;           /* --delimiter; 0: auto */
	bool no_header;           /* --no-header */
	bool guarded;             /* --csv-safe */
	bool wants_digests;       /* SHA-256 of the files */
	bool expands;             /* a row whose address is a network is a row for each address */
	struct sampling sampling; /* zeroed: all rows */
	struct input_form *form;  /* the caller's; NULL: the files are the input itself */
};

struct inputs {
	char **paths;
	unsigned n_paths, at;
	struct input_form *form;
	struct source *source;
	struct csv_reader *csv;
	struct layout layout;
	struct layout_wish wish;
	struct csv_record first; /* the next record, read but not yet given out */
	bool has_first;
	unsigned decided_by;        /* which file has the first record */
	struct textbuf row, fields; /* a record of another delimiter, with commas */
	struct digest *digest;      /* of the current file; NULL: not wanted */
	/* Of each file that was read to its end, "" for the others. NULL: not wanted. Owned. */
	char (*digests)[DIGEST_TEXT_BYTES];
	uint64_t n_rows; /* data rows given out */
	uint64_t n_seen; /* data rows read, those that a sample leaves out, too */
	bool expands;
	struct sampling sampling;
	struct expansion expansion;
	uint64_t raw_before; /* raw bytes of the files before this one */
	bool broke;          /* an input cannot be read to its end; a later run may succeed, */
	bool is_wrong;       /* ... but not where this is set, too */
	/* written here, read by the progress thread */
	_Atomic uint64_t raw_bytes, raw_size; /* raw_size 0: unknown */
};

/* Opens the first file, decides the layout and checks the other files. False after telling the user
 * why; in->broke tells a failure from a mistake of the command line. *stop may become true in a
 * signal handler and ends a wait. inputs_close() follows either way. */
bool inputs_open(struct inputs *in, const struct inputs_config *config, const volatile bool *stop);
/* Takes a zeroed one. */
void inputs_close(struct inputs *in);

/* The next data row, valid until the next call. False at the end, at *stop, or when a file cannot
 * be read further: then in->broke, and the user was told the file and the row. */
bool inputs_next(struct inputs *in, struct input_row *row, const volatile bool *stop);

/* True when inputs_next() would give a row. May wait for it. False as inputs_next(). */
bool inputs_has_more(struct inputs *in, const volatile bool *stop);

/* True when inputs_next() would have to wait for a pipe. */
bool inputs_would_block(const struct inputs *in);

/* The current file's name, for messages. */
const char *inputs_path(const struct inputs *in);

#endif
