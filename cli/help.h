/* help.h - what --help and --version print, from the tables of commands, options and versions. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/commands.h"

#include <stdio.h>

/* Prints the help of a command. NULL: that of the program. */
void help_print(FILE *out, const struct command *command);

/* Prints the versions of the program, of its libraries and of the format of outputs. */
void help_print_version(FILE *out);

#endif
