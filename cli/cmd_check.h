/* cmd_check.h - `spfsweep check`: one pair, explained step by step. */
#ifndef CLI_CMD_CHECK_H
#define CLI_CMD_CHECK_H

#include "cli/options.h"

/* Runs it; the exit status (see scan.h). */
int cmd_check(const struct options *options);

#endif
