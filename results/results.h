/* results.h - rows of an output of ours, read back: by `retry`, which keeps some and does others
 * again, and by --resume, which counts and compares those that are there.
 *
 * A row is `row`, the input's columns, and the columns of columns.h; all of them, in this order.
 * Pure. */
#ifndef RESULTS_RESULTS_H
#define RESULTS_RESULTS_H

#include "base/textbuf.h"
#include "io/csv.h"
#include "results/tally.h"

#include <stdbool.h>
#include <stdint.h>

/* No row is longer: an input row of CSV_RECORD_MAX_BYTES with all its quotes doubled, and whatever
 * the DNS put into the columns, escaped. */
#define RESULTS_ROW_MAX_BYTES (16u << 20)

struct results {
	unsigned n_input; /* the input's columns */
};

/* Texts point into the record or into the scratch of results_parse(), and live as long as both. */
struct results_row {
	uint64_t number;
	struct csv_field
	        input; /* the input's columns, with the commas between them, as they are written */
	struct csv_field status, error, spf, helo_spf, iprev, problems;
};

/* From the header row; its input columns in *input, as they are written. False: it is not the
 * header row of an output of this version. */
bool results_of_header(struct results *r, const struct csv_record *header, struct csv_field *input);

/* False: it is no row of such an output. */
bool results_parse(const struct results *r, const struct csv_record *record,
        struct textbuf *scratch, struct results_row *row);

/* A look-up failed in it. */
bool results_has_failure(const struct results_row *row);

/* Counts it as tally_outcome() counted it when it was written. */
void results_tally(struct tally *t, const struct results_row *row);

/* True when two rows, with or without their line ends, say the same but for the time:
 * `evaluated_at` and `elapsed_ms`, the last two columns. However their fields are quoted. */
bool results_same(const char *a, size_t a_size, const char *b, size_t b_size);

#endif
