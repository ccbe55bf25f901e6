/* igzip.h - deflate by ISA-L, which is twice as fast as libdeflate's fastest level, for the
 * output's level 0.
 *
 * ISA-L does not look for the best Huffman codes of each text: it takes a table. Ours is made from
 * the output itself, anew every IGZIP_TABLE_EVERY-th text, since rows are much alike. That is
 * faster than the codes that ISA-L brings along, and smaller.
 *
 * Only where the processor has the instructions that it is written for, and where the program was
 * built with it. A struct igzip belongs to one thread. */
#ifndef IO_IGZIP_H
#define IO_IGZIP_H

#include <stdbool.h>
#include <stddef.h>

enum { IGZIP_TABLE_EVERY = 256 };

struct igzip;

/* False: igzip_new() always gives NULL. Any thread. */
bool igzip_is_there(void);

/* NULL: it is not there, or out of memory. */
struct igzip *igzip_new(void);
/* Takes NULL. */
void igzip_free(struct igzip *z);

/* The text as raw deflate data (RFC 1951), and how many octets these are; 0: they do not fit. */
size_t igzip_deflate(struct igzip *z, const void *text, size_t size, void *out, size_t out_bytes);

/* The version of ISA-L that we were built with, which does not say at run time; "none". Any
 * thread. */
const char *igzip_library_version(void);

#endif
