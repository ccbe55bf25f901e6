/* bigtable.c - memory for a table that is read at random. */
#include "base/bigtable.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE_BYTES (2u << 20)

void *bigtable_new(size_t bytes)
{
	size_t align = bytes < HUGE_PAGE_BYTES ? (size_t)BIGTABLE_LINE_BYTES : HUGE_PAGE_BYTES;
	void *table = aligned_alloc(align, bytes);
	if (table && align == HUGE_PAGE_BYTES)
		madvise(table, bytes, MADV_HUGEPAGE); /* may fail */
	if (table)
		memset(table, 0, bytes);
	return table;
}
