/* inputs.h - the input files as one sequence of data rows, and the layout of their columns.
 *
 * The first record decides which column is what (layout.h). Files before it that are empty do not
 * count. Every further file must begin with the same header row, or with none when the first has
 * none, and have the same delimiter. Regular files are checked for that before the scan starts.
 * `spfsweep retry` reads an output instead, through an `input_form` (results/retry.h).
 * With --shard only the rows of one shard are given out (shard.h); their numbers are those in the
 * whole input.
 *
 * Every failure is told to the user where it happens. Belongs to the feeder's thread; only the
 * progress counters may be read by others. */
#ifndef INPUT_INPUTS_H
#define INPUT_INPUTS_H

#include "input/atfile.h"

#include <stdbool.h>

struct inputs_config {
	char **paths; /* n_paths of them, at least one; the caller's */
	unsigned n_paths;
	const char *command;      /* that reads them, for what is to be typed; NULL: scan */
	const char *columns;      /* --columns, or NULL */
	char delimiter;           /* --delimiter; 0: auto */
	bool no_header;           /* --no-header */
	bool guarded;             /* --csv-safe */
	bool wants_digests;       /* SHA-256 of the files */
	struct shard shard;       /* --shard; not with a form */
	bool expands;             /* a row whose address is a network is a row for each address */
	struct sampling sampling; /* zeroed: all rows */
	struct input_form *form;  /* the caller's; NULL: the files are the input itself */
	struct input_reader *reader; /* the caller's; NULL: the files are CSV */
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

/* True when inputs_next() would have to wait for a pipe. With --shard it passes the rows of other
 * shards that are there. */
bool inputs_would_block(struct inputs *in);

/* The current file's name, for messages. */
const char *inputs_path(const struct inputs *in);

#endif
