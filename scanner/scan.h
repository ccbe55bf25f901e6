/* scan.h - `spfsweep scan`: many rows in, as many rows out. */
#ifndef SCANNER_SCAN_H
#define SCANNER_SCAN_H

#include "cli/options.h"

/* The exit statuses of the program. */
enum exit_status { EXIT_DONE = 0, EXIT_BAD_ROWS = 1, EXIT_USAGE = 2, EXIT_STOPPED = 3 };

/* Runs it; the exit status. Call from the main thread, once: it takes the signals. */
int scan_run(const struct options *options);

#endif
