/* results.h - rows of an output of ours, read back: by `retry`, which keeps some and does others
 * again, and by --resume, which counts and compares those that are there.
 *
 * A row is `row`, the input's columns, and ours (columns.h), which are found by their names in the
 * header row. Where the input's columns end is said by the output's note; where there is none
 * (plain CSV, version 0.1.0) the header row ends with a list of columns that some version wrote.
 * Pure. */
#ifndef RESULTS_RESULTS_H
#define RESULTS_RESULTS_H

#include "base/textbuf.h"
#include "io/csv.h"
#include "results/columns.h"
#include "results/tally.h"

#include <stdbool.h>
#include <stdint.h>

/* No row is longer: an input row of CSV_RECORD_MAX_BYTES with all its quotes doubled, and whatever
 * the DNS put into the columns, escaped. */
#define RESULTS_ROW_MAX_BYTES (16u << 20)

struct results {
	unsigned n_input;           /* the input's columns */
	struct column_set columns;  /* ours */
	int8_t places[COLUMNS_MAX]; /* for each of ours: which text of a results_row it is; -1: none
	                             */
};

/* Texts point into the record or into the scratch of results_parse(), and live as long as both. */
struct results_row {
	uint64_t number;
	struct csv_field input; /* the input's columns, with the commas between them, as they are
	                           written */
	struct csv_field status, error, spf, helo_spf, iprev, problems;
};

/* From the header row; its input columns in *input, as they are written. `n_input` is how many the
 * note says that these are; RESULTS_UNTOLD: it does not. False: it is not the header row of an
 * output that this version knows; *why says what is wrong, and is a constant. */
enum { RESULTS_UNTOLD = -1 };
bool results_of_header(struct results *r, const struct csv_record *header, int n_input,
        struct csv_field *input, const char **why);

/* It is one of ours in this output. */
bool results_has_column(const struct results *r, const char *name);

/* False: it is no row of such an output. */
bool results_parse(const struct results *r, const struct csv_record *record,
        struct textbuf *scratch, struct results_row *row);

/* A look-up failed in it. */
bool results_has_failure(const struct results_row *row);

/* Counts it as tally_outcome() counted it when it was written. */
void results_tally(struct tally *t, const struct results_row *row);

/* True when two rows of the output, with or without their line ends, say the same but for columns
 * that tell of time, however their fields are quoted. */
bool results_same(
        const struct results *r, const char *a, size_t a_size, const char *b, size_t b_size);

#endif
