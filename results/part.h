/* part.h - a finished output that `merge` reads: what stands in its note, its header row and its
 * closing, and its rows one after another.
 *
 * Whatever is wrong with the file is told to the user, and is an exit status: EXIT_USAGE when it
 * can never be merged as it stands, EXIT_STOPPED when it could not be read. Single thread. */
#ifndef RESULTS_PART_H
#define RESULTS_PART_H

#include "io/members.h"
#include "results/closing.h"
#include "results/format.h"
#include "results/results.h"

#include <stdbool.h>
#include <stdint.h>

struct part {
	const char *path; /* the caller's */
	struct members *members;
	unsigned version; /* of its members */
	uint64_t fingerprint;
	struct textbuf note, header; /* the header row has its line end */
	struct format_told told;     /* by the note */
	struct asks asks;
	struct results results; /* how its rows are read; points to asks: a part is never copied */
	bool has_closing;
	struct closing closing;
	struct textbuf closing_text;

	/* the row at hand, with its line end; valid until part_next() */
	bool has_row;
	uint64_t number;
	const char *row;
	size_t row_size;
	uint64_t n_rows; /* up to it */

	/* private */
	struct textbuf text; /* of the members, from `at` on not given out yet */
	size_t at;
	struct textbuf scratch;
};

/* Opens the file, which outlives the part, and reads its beginning and its end. EXIT_DONE, or a
 * status after telling the user. part_fini() follows in any case. */
int part_open(struct part *p, const char *path);
/* Takes a zeroed one. */
void part_fini(struct part *p);

/* The next row. At the end p->has_row is false, and the file was whole. EXIT_DONE, or a status
 * after telling the user. */
int part_next(struct part *p);

/* Counts the row at hand. False after telling the user that it is no row of an output. */
bool part_tally(struct part *p, struct tally *tally);

#endif
