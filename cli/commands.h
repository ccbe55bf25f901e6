/* commands.h - the commands, as one table: main, --help, the man page's check and the tests loop
 * over it.
 *
 * A new command is one row here and one file cmd_NAME.c. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "scanner/options.h"

#include <stdbool.h>
#include <stdio.h>

struct command {
	const char *name;
	const char *operands; /* as in its usage line */
	const char *summary;  /* one line in the program's help */
	const char *help;     /* what it does, and its exit statuses, around the list of options */
	const char *statuses;
	unsigned groups; /* of its options: enum option_group */
	unsigned n_operands_min, n_operands_max;
	const char *wanted; /* told when their number is wrong */
	/* Runs it and gives the exit status (base/exit_status.h). */
	int (*run)(const struct options *options, char **operands, unsigned n_operands);
};

/* The rows, in the order of --help. NULL past the last. */
const struct command *command_at(unsigned i);

/* NULL: there is none of that name. */
const struct command *command_find(const char *name);

/* The names, "scan, check or retry", into `text`. Gives the buffer back. */
char *commands_print(char *text, size_t size);

/* ---- one file each ---- */

int cmd_scan(const struct options *options, char **operands, unsigned n_operands);
int cmd_retry(const struct options *options, char **operands, unsigned n_operands);
int cmd_check(const struct options *options, char **operands, unsigned n_operands);

#endif
