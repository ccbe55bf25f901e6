/* filenames.h - the files that a command line names, looked at together before any is opened: what
 * is written must be no file that is read or written as something else. Main thread. */
#ifndef SCANNER_FILENAMES_H
#define SCANNER_FILENAMES_H

#include "scanner/options.h"

/* False after telling the user which name does not do: one that is empty, a standard stream that is
 * closed, an output or summary that an option or operand names, too, or a summary in the place of a
 * file that is none. Changes nothing. */
bool filenames_allow(const struct options *options);

#endif
