/* bigtable.h - memory for a table that is read at random: aligned to the processor's cache lines,
 * and in huge pages where the system gives them. The caller frees it with free(). Any thread. */
#ifndef BASE_BIGTABLE_H
#define BASE_BIGTABLE_H

#include <stddef.h>

enum { BIGTABLE_LINE_BYTES = 64 };

/* Zeroed. `bytes` is a power of two, and at least a line. NULL: out of memory. */
void *bigtable_new(size_t bytes);

#endif
