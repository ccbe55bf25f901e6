/* sweep.h - `--sweep S`: a scan, and S seconds behind it a retry of the rows in which a look-up
 * failed, in the same output. Many failures pass: a server that was down, one that limits rates, a
 * resolver that remembers a failure for some seconds.
 *
 * The retry is the one of `spfsweep retry` (results/retry.h). It writes a file beside the output,
 * OUTPUT.sweep.gz, which takes the output's place when it is complete and on the disk. Whatever
 * ends a sweep before that, the output stays as the scan left it. What was swept is an output of
 * the scan: its note is the same, so --resume goes on with it, or sweeps once more. */
#ifndef SCANNER_SWEEP_H
#define SCANNER_SWEEP_H

#include "scanner/job.h"

/* Runs the scan, and a sweep behind it where the options wish one and rows have failed look-ups.
 * Gives the exit status after telling the user: that of the swept output, or that of the scan where
 * the sweep did not come to its end. Main thread. */
int sweep_run(const struct scan_job *job);

#endif
