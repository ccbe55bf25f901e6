/* slab.h - small blocks that live long, kept apart from the heap: the answers of one thread's cache
 * and what is compiled from them.
 *
 * A heap in which long-lived answers lie between libunbound's short-lived blocks of 16 KiB falls to
 * pieces, and every malloc() pays for it; a warm cache is also read at random, which huge pages
 * make cheaper. Blocks of one size class share spans of 64 KiB; a span whose last block is given
 * back serves any class again. A block finds its span, and the span its slab, by address, so it is
 * given back without naming either. Memory goes back to the system only with slab_fini(), before
 * which every block must have been given back. One thread. Under AddressSanitizer each block is a
 * malloc() of its own, so that a use after its end is found. */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include <stddef.h>

/* Larger blocks are not for a slab. */
#define SLAB_BLOCK_MAX_BYTES 2048
#define SLAB_STEP_BYTES 16

struct slab_span;

struct slab {
	struct slab_span
	        *partial[SLAB_BLOCK_MAX_BYTES / SLAB_STEP_BYTES]; /* by class: spans with room */
	struct slab_span *empty;                                  /* spans of no class */
	void *chunks;
};

void slab_init(struct slab *s);
/* Takes a zeroed slab too. */
void slab_fini(struct slab *s);

/* 1 to SLAB_BLOCK_MAX_BYTES, aligned to SLAB_STEP_BYTES, not cleared; NULL when memory cannot be
 * had. */
void *slab_get(struct slab *s, size_t size);
void slab_put(void *block);

/* The slab a block came from, for what shall lie with it; NULL under AddressSanitizer. */
struct slab *slab_of(const void *block);

#endif
