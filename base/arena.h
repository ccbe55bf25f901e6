/* arena.h - memory that is given back all at once: one row's strings, one record's program.
 *
 * Allocation is a pointer bump; arena_reset() forgets everything and keeps the first chunk for the
 * next user, so the row path calls malloc only for unusual rows. When memory cannot be had or
 * `limit_bytes` would be passed, arena_alloc() gives NULL and `overflow` stays set until the reset.
 * Single thread. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_chunk;
struct slab;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	struct slab *slab; /* where chunks come from if they are small enough; NULL: the heap. Set
	                      it after arena_init(). */
	size_t chunk_bytes, limit_bytes, used_bytes;
	bool overflow;
};

/* Takes no memory yet. `limit_bytes` 0: none. */
void arena_init(struct arena *a, size_t chunk_bytes, size_t limit_bytes);
void arena_reset(struct arena *a);
void arena_fini(struct arena *a);

/* All the memory it has from the heap or the slab, used or not. */
size_t arena_held_bytes(const struct arena *a);

/* Aligned for any type; not cleared. */
void *arena_alloc(struct arena *a, size_t size);

#endif
