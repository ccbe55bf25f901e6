/* retry.h - an output read as an input: what `spfsweep retry` does with each of its rows.
 *
 * A row without a failed look-up is kept as it stands. One with a failed look-up is done again,
 * from its input's columns, which the output holds as they stood. A row whose input was no proper
 * CSV record (its error begins with "row:") is kept, too: the output does not hold what was wrong
 * with it. Belongs to the feeder's thread. */
#ifndef RESULTS_RETRY_H
#define RESULTS_RETRY_H

#include "input/inputs.h"
#include "results/results.h"

struct retry {
	struct input_form form; /* first; for inputs_open() */
	struct results results; /* known when the header row was read */
	int n_input;            /* the input's columns, as the note says, or RESULTS_UNTOLD */
	bool guarded;           /* the output was written with --csv-safe */
	struct textbuf scratch, input;
};

/* `n_input`: see resume_input_columns(). */
void retry_init(struct retry *r, bool guarded, int n_input);
/* Takes a zeroed one. */
void retry_fini(struct retry *r);

#endif
