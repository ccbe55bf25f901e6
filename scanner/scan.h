/* scan.h - many rows in, as many rows out: opens input and output, runs the pipeline between them,
 * tells how it went. `scan`, `audit` and `retry` are such scans, and so is a sweep (sweep.h). */
#ifndef SCANNER_SCAN_H
#define SCANNER_SCAN_H

#include "scanner/job.h"
#include "scanner/summary.h"

/* What whoever runs a scan may want to know behind it. */
struct scan_end {
	bool complete; /* every row is in the output, */
	bool stopped;  /* though a stop signal came */
	uint64_t temperror_rows;
	struct summary_past past; /* summary_past_fini() */
};

/* Runs a scan. Gives the exit status (base/exit_status.h); the user was told what went wrong. *end,
 * zeroed before, tells more; NULL: not wanted. Main thread, one at a time: it sets signal
 * handlers, and behind it stop signals are held back (stopsignals.h). */
int scan_run(const struct scan_job *job, struct scan_end *end);

#endif
