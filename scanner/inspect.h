/* inspect.h - `spfsweep check`: one pair, explained step by step. */
#ifndef SCANNER_INSPECT_H
#define SCANNER_INSPECT_H

#include "scanner/options.h"

/* Runs it; the exit status (see scan.h). */
int inspect_run(const struct options *options);

#endif
