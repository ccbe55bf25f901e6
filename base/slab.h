/* slab.h - small blocks that live long, apart from the heap: the answers of one thread's cache and
 * what is compiled from them.
 *
 * Long-lived answers between libunbound's short-lived blocks of 16 KiB would fragment the heap, and
 * huge pages make random reads of a warm cache cheaper. Blocks of one size class share spans of
 * 64 KiB; an empty span serves any class again. A block is given back by its address alone. Memory
 * goes back to the system with slab_fini() only, after every block was given back. Single thread.
 * With AddressSanitizer each block is a malloc(), so that a use after its end is found. */
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

/* Takes no memory yet. */
void slab_init(struct slab *s);
/* Takes a zeroed slab too. */
void slab_fini(struct slab *s);

/* 1 to SLAB_BLOCK_MAX_BYTES, aligned to SLAB_STEP_BYTES, not cleared. NULL: out of memory. */
void *slab_get(struct slab *s, size_t size);
/* Gives a block back. */
void slab_put(void *block);

/* The slab that a block came from; NULL with AddressSanitizer. */
struct slab *slab_of(const void *block);

#endif
