/* inspect.h - `spfsweep check`: one pair, explained step by step. */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "cli/options.h"

/* Runs it; the exit status (see scan.h). */
int inspect_run(const struct options *options);

#endif
