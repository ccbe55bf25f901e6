/* results.h - rows of an output, read back for `retry` and --resume.
 *
 * A row is `row`, the input's columns, and ours (columns.h). Ours are found by their names in the
 * header row. Where they begin:
 *
 *     the output's note says it (version 3)   behind so many columns of the input
 *     no note says it (version 2, CSV)        at the longest list of columns that some version
 *                                             wrote and that the header row ends with
 *     the header row ends with none           unknown: the output is refused
 *
 * Pure: a struct results is const once made and may be read by any thread. */
#ifndef RESULTS_RESULTS_H
#define RESULTS_RESULTS_H

#include "base/textbuf.h"
#include "checks/checks.h"
#include "io/csv.h"
#include "results/columns.h"
#include "results/tally.h"

#include <stdbool.h>
#include <stdint.h>

/* No row is longer. It is an input row of at most CSV_RECORD_MAX_BYTES with all its quotes doubled,
 * and what the DNS answered, escaped. */
#define RESULTS_ROW_MAX_BYTES (16u << 20)

struct results {
	unsigned n_input;          /* the input's columns */
	struct column_set columns; /* ours */
	/* for each of ours: which text of a results_row it is; -1: none */
	int8_t places[COLUMNS_MAX];
};

/* Texts point into the record or into the scratch of results_parse(). They are valid as long as
 * both. A column that the output does not have is empty. */
struct results_row {
	uint64_t number;
	struct csv_field input; /* the input's columns as written, with the commas between them */
	struct csv_field status, error, spf, spf_problem, helo_spf, iprev, mx_state, a, a_state,
	        a_match, record_state, problems, evaluated_at;
};

/* Reads a header row. *input gets the input's part of it as written. `n_input` is how many columns
 * the note says are the input's; RESULTS_UNTOLD: it does not. `asks` are those of the output, and
 * outlive *r; NULL: none. False: it is no header row of an
 * output that this version knows, or out of memory; *why, a constant, says which. */
enum { RESULTS_UNTOLD = -1 };
bool results_of_header(struct results *r, const struct csv_record *header, int n_input,
        const struct asks *asks, struct csv_field *input, const char **why);

/* True when this output has our column of that name. */
bool results_has_column(const struct results *r, const char *name);

/* Reads a row. False: it is no row of this output, or scratch->failed: out of memory. */
bool results_parse(const struct results *r, const struct csv_record *record,
        struct textbuf *scratch, struct results_row *row);

/* True when a look-up failed in the row: its `problems` has temperror. */
bool results_has_failure(const struct results_row *row);

/* The checks that left a result in the row. One that ran and found nothing may be missing, where an
 * older output has no word for that. */
unsigned results_checks(const struct results_row *row);

/* Counts the row as tally_outcome() counted it when it was written. */
void results_tally(struct tally *t, const struct results_row *row);

/* True when two rows of the output are equal in all columns without COLUMN_TIME. Quotes and line
 * ends do not count. Out of memory: false, unless they are equal octet by octet. */
bool results_same(
        const struct results *r, const char *a, size_t a_size, const char *b, size_t b_size);

#endif
