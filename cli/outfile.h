/* outfile.h - a file that extract and report write, opened as --output, --overwrite and other
 * options say. Main thread. */
#ifndef CLI_OUTFILE_H
#define CLI_OUTFILE_H

#include "io/textout.h"
#include "scanner/options.h"

/* Nothing is changed in the file yet. EXIT_DONE, or the exit status after telling the user. */
int outfile_open(struct textout **out, const struct options *options);
/* The same with the file that another option names. */
int outfile_open_as(
        struct textout **out, const struct options *options, const char *path, const char *option);
/* Writes what is left. EXIT_DONE, or EXIT_STOPPED after telling the user. Takes NULL. */
int outfile_close(struct textout *out, const char *path);

#endif
