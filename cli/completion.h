/* completion.h - what a shell needs to complete a command line of spfsweep, made from the tables of
 * commands and options: no second list that could be forgotten. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include <stdbool.h>
#include <stdio.h>

/* True for "bash" and "zsh". */
bool completion_has_shell(const char *shell);
/* Prints the script for that shell. */
void completion_print(FILE *out, const char *shell);

#endif
