/* textfile.h - a whole text file in memory, for the programs that start their clocks behind it. */
#ifndef BENCH_TEXTFILE_H
#define BENCH_TEXTFILE_H

#include "base/textbuf.h"

/* Puts the file's octets behind what `text` has, and a NUL that does not count. NULL, or what went
 * wrong. */
const char *textfile_read(struct textbuf *text, const char *path);

#endif
