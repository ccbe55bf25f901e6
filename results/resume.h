/* resume.h - what an output holds already, so that a scan can go on behind it.
 *
 * The output is its own checkpoint: its members are walked and checked one by one, and each of its
 * rows is held against the input's, column by column, until the first member that is not whole. So
 * an output of another input is refused wherever it begins to differ, and the input stands at the
 * first row that is missing when this returns. Nothing is changed; whoever goes on cuts the output
 * at `keep_bytes` first (sink_cut()). Everything happens in the feeder's thread, before the others
 * start. */
#ifndef RESULTS_RESUME_H
#define RESULTS_RESUME_H

#include "input/inputs.h"
#include "results/format.h"
#include "results/tally.h"

#include <stdbool.h>
#include <stdint.h>

/* Rows that one run of the program wrote. */
struct resume_run {
	uint64_t started_ms, first_row, n_rows;
};

struct resumption {
	uint64_t keep_bytes, n_rows;
	struct tally tally;      /* of these rows */
	struct resume_run *runs; /* who wrote them; owned */
	unsigned n_runs;
	bool was_complete; /* the end-of-file member is there, behind keep_bytes */
};

enum resume_outcome {
	RESUME_READY,
	RESUME_REFUSED, /* the output is another scan's, or none of ours */
	RESUME_FAILED,  /* it, or the input, cannot be read, or memory ran out */
};

/* Reads the output at `path` and the input's rows beside it. Tells the user what was found, and why
 * not. A missing or empty file is one without rows. *format is made for a new output of the scan at
 * hand, and is the output's own when this returns RESUME_READY. */
enum resume_outcome resume_read(
        struct resumption *r, const char *path, struct format *format, struct inputs *inputs);
/* Takes a zeroed one. */
void resume_fini(struct resumption *r);

#endif
