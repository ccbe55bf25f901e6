/* command_line.h - argv parsed: the command, its options, its operands.
 *
 * Not by getopt_long(): a message must name the option, the value and what would be right, in one
 * line. Main thread. */
#ifndef CLI_COMMAND_LINE_H
#define CLI_COMMAND_LINE_H

#include "cli/commands.h"
#include "cli/option_table.h"

#include <stdbool.h>
#include <stdint.h>

struct command_line {
	const struct command *command; /* NULL: only help, version or completion is wanted */
	bool help, version;
	const char *completion;  /* --completion SHELL; NULL: not wanted */
	struct options options;  /* their texts are those of argv */
	bool given[OPTIONS_MAX]; /* by row of the option table */
	char **operands;         /* in argv */
	unsigned n_operands;
};

/* Parses argv, whose operands are moved to its front. False after telling the user, in one line,
 * what is wrong. command_line_fini() either way. */
bool command_line_parse(struct command_line *line, int argc, char **argv);
/* Frees what the options own. */
void command_line_fini(struct command_line *line);

#endif
