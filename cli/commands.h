/* commands.h - the commands, as one table: main, --help, the tests and the check of the man page
 * read it.
 *
 * A new command is one row of the table and one file cmd_NAME.c. Everything here is const. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "scanner/options.h"

#include <stdbool.h>
#include <stdio.h>

struct command {
	const char *name;
	const char *operands; /* as in its usage line */
	const char *summary;  /* one line in the program's help */
	const char *help;     /* what it does; before the list of options */
	const char *statuses; /* its exit statuses; behind the list of options */
	bool keeps_rows;      /* its options that decide rows must be those of its input's scan */
	unsigned groups;      /* the options that it takes: a set of enum option_group */
	unsigned n_operands_min, n_operands_max;
	const char *wanted; /* the message when their number is wrong */
	/* Runs the command. Gives the exit status (base/exit_status.h) after telling the user what
	 * went wrong. Main thread. */
	int (*run)(const struct options *options, char **operands, unsigned n_operands);
};

/* Row `i` of the table, in the order of --help. NULL: there is none. */
const struct command *command_at(unsigned i);

/* The command of that name. NULL: there is none. */
const struct command *command_find(const char *name);

/* Prints the names, "scan, check, retry or merge", into `text`, cut to `size`. Gives `text` back.
 */
char *commands_print(char *text, size_t size);

/* ---- one file each ---- */

int cmd_scan(const struct options *options, char **operands, unsigned n_operands);
int cmd_extract(const struct options *options, char **operands, unsigned n_operands);
int cmd_audit(const struct options *options, char **operands, unsigned n_operands);
int cmd_report(const struct options *options, char **operands, unsigned n_operands);
int cmd_export(const struct options *options, char **operands, unsigned n_operands);
int cmd_schema(const struct options *options, char **operands, unsigned n_operands);
int cmd_retry(const struct options *options, char **operands, unsigned n_operands);
int cmd_merge(const struct options *options, char **operands, unsigned n_operands);
int cmd_check(const struct options *options, char **operands, unsigned n_operands);

#endif
