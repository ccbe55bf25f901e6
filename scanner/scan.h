/* scan.h - many rows in, as many rows out: opens input and output, runs the pipeline between them,
 * tells how it went. */
#ifndef SCANNER_SCAN_H
#define SCANNER_SCAN_H

#include "scanner/job.h"

/* Runs it; the exit status (base/exit_status.h). Call from the main thread, once: it takes the
 * signals. */
int scan_run(const struct scan_job *job);

#endif
