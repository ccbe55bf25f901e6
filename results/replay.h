/* replay.h - rows of an output as rows to check once more: what `spfsweep retry` reads.
 *
 * A row without a failed look-up is kept, as it stands. One with a failed look-up is done again,
 * from its input's columns, which the output holds as they stood. Rows whose input was no proper
 * CSV record (an error that begins with "row:") are kept, too: the output does not hold what was
 * wrong with them. Belongs to the feeder's thread. */
#ifndef RESULTS_REPLAY_H
#define RESULTS_REPLAY_H

#include "io/csv.h"
#include "results/results.h"

/* A row on its way from the input to its worker; texts are the reader's, until the next row. */
struct input_row {
	struct csv_record record; /* what to check */
	struct csv_field printed; /* `retry`: what it was in the output, without its line end; text
	                             NULL elsewhere */
	bool keep;                /* `printed` goes out again as it stands */
};

struct replay {
	struct results results;
	bool guarded; /* the output was written with --csv-safe */
	struct textbuf scratch, input;
};

/* From the output's header row; the header row of its input in *input. False: it is no output of
 * this version. */
bool replay_begin(struct replay *r, const struct csv_record *header, struct csv_record *input);
/* Takes a zeroed one. */
void replay_fini(struct replay *r);

/* From the output's row `number`. ERROR_SYNTAX: it is no row of an output, or has another number;
 * ERROR_NOMEM. */
enum error replay_row(
        struct replay *r, const struct csv_record *record, uint64_t number, struct input_row *row);

#endif
