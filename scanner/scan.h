/* scan.h - many rows in, as many rows out: opens input and output, runs the pipeline between them,
 * tells how it went. `scan` and `retry` are such scans. */
#ifndef SCANNER_SCAN_H
#define SCANNER_SCAN_H

#include "scanner/job.h"

/* Runs a scan. Gives the exit status (base/exit_status.h); the user was told what went wrong. Main
 * thread, once in a process: it sets signal handlers. */
int scan_run(const struct scan_job *job);

#endif
