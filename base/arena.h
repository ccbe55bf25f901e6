/* arena.h - memory that is given back all at once: one row's strings, one SPF record.
 *
 * To allocate is to move a pointer. arena_reset() keeps the first chunk, so most rows call malloc()
 * never. Out of memory or over `limit_bytes`: arena_alloc() gives NULL, and `overflow` stays set
 * until the reset. Single thread. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_chunk;
struct slab;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	struct slab *slab; /* of small chunks; NULL: the heap. Set it after arena_init(). */
	size_t chunk_bytes, limit_bytes, used_bytes;
	bool overflow;
};

/* Takes no memory yet. `limit_bytes` 0: no limit. */
void arena_init(struct arena *a, size_t chunk_bytes, size_t limit_bytes);
/* Forgets all that was allocated, and the overflow. */
void arena_reset(struct arena *a);
/* Gives all memory back. Takes a zeroed arena. */
void arena_fini(struct arena *a);

/* All its memory, used or not. */
size_t arena_held_bytes(const struct arena *a);

/* Aligned for any type; not cleared. NULL: see `overflow`. */
void *arena_alloc(struct arena *a, size_t size);

#endif
