/* resume.h - what an output holds already, so that a scan can go on behind it.
 *
 * The output is its own checkpoint. Its members are checked one by one, up to the first that is not
 * whole. Each row is compared with the next row of the input: `row` and the input's columns must be
 * equal. So an output of another input is refused at the first row that differs. `row` has gaps
 * only where the numbers of the input's rows have (inputs.h). A scan goes on with an output of
 * `retry` that is complete.
 *
 * Afterwards the input stands at the first row that is missing. Nothing was written: the caller
 * keeps good members behind damage aside (aside.h), and cuts the output at `keep_bytes`
 * (sink_cut()). All in the feeder's thread, before the others
 * start. */
#ifndef RESULTS_RESUME_H
#define RESULTS_RESUME_H

#include "input/inputs.h"
#include "results/format.h"
#include "results/tally.h"

#include <stdbool.h>
#include <stdint.h>

/* Set in the `run` of the members that a scan writes behind a retry that has ended: a longer list.
 * By it the scan goes on when it was killed there, though the note says that a retry began. */
#define RESUME_RUN_BEHIND_RETRY (1ull << 63)

/* The rows that one run of the program wrote. */
struct resume_run {
	uint64_t started_ms; /* `run` of the members (io/bgzf.h): wall clock, and the bit above */
	uint64_t first_row;  /* how many-th row of the output, from 1 */
	uint64_t n_rows;
};

struct resumption {
	uint64_t keep_bytes;     /* whole members from the beginning of the file */
	uint64_t header_bytes;   /* of them, the members with note and header row */
	uint64_t n_rows;         /* in them */
	uint64_t last_row;       /* the `row` of the last of them; 0: there is none */
	struct tally tally;      /* of these rows */
	struct resume_run *runs; /* that wrote them, in order; owned */
	unsigned n_runs;
	bool is_behind_retry; /* the first run was a retry's, which has ended */
	bool was_complete;    /* what ends an output stands behind keep_bytes, */
	uint64_t end_bytes;   /* so long: the closing and the end-of-file member */
};

enum resume_outcome {
	RESUME_READY,
	RESUME_REFUSED, /* the output is of another scan, or no output of spfsweep */
	RESUME_FAILED,  /* it or the input cannot be read, or out of memory */
};

/* Reads the output at `path`, and the rows of the input beside it. Tells the user what was found,
 * or why the output is refused. A missing or empty file has no rows. *format is that of a new
 * output; with RESUME_READY and rows it is the output's own. resume_fini() follows in any case. */
enum resume_outcome resume_read(
        struct resumption *r, const char *path, struct format *format, struct inputs *inputs);
/* Takes a zeroed one. */
void resume_fini(struct resumption *r);

#endif
