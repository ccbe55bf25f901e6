/* help.h - what --help and --version print, made from the tables. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/commands.h"

#include <stdio.h>

/* Of a command; NULL: of the program. */
void help_print(FILE *out, const struct command *command);

/* The program's version, those of the libraries that it runs with, and of its outputs' format. */
void help_print_version(FILE *out);

#endif
