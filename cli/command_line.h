/* command_line.h - argv, understood: which command, its options, its operands.
 *
 * The parser is our own and not getopt_long(), because its messages must name the option, the value
 * and what would be right, in one line. */
#ifndef CLI_COMMAND_LINE_H
#define CLI_COMMAND_LINE_H

#include "cli/commands.h"

#include <stdbool.h>

struct command_line {
	const struct command *command; /* NULL: only help or the version is asked for */
	bool help, version;
	struct options options;
	char **operands; /* inside argv */
	unsigned n_operands;
};

/* On a mistake it says what is wrong on standard error, in one line, and returns false. Operands
 * are moved to the front of argv. */
bool command_line_parse(struct command_line *line, int argc, char **argv);

#endif
