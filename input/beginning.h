/* beginning.h - (private to input/) how a file begins: as text at all, with which delimiter, with a
 * header row or not, and as the files before it. False: the user was told. One thread. */
#ifndef INPUT_BEGINNING_H
#define INPUT_BEGINNING_H

#include "input/atfile.h"

/* Of the first file that is not empty: it decides the layout. Its first record is kept as data
 * unless it is the header row. */
bool beginning_read(struct inputs *in, const volatile bool *stop);
/* Of a further file: it must begin as the first one did. A header row is dropped. */
bool beginning_read_further(struct inputs *in, const volatile bool *stop);

#endif
