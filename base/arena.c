/* arena.c - a list of chunks, newest first; memory is taken from the newest.
 *
 * A request larger than a chunk gets a chunk of its own size, which no reset keeps: one unusual row
 * must not fix the memory of all rows after it. `used_bytes` counts what was given out, rounded to
 * the alignment, so the limit does not depend on the chunks. */
#include "base/arena.h"

#include "base/slab.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

struct arena_chunk {
	struct arena_chunk *next;
	size_t size, used;
	bool in_slab;
	alignas(max_align_t) unsigned char bytes[];
};

static void chunk_free(struct arena_chunk *c)
{
	if (c && c->in_slab)
		slab_put(c);
	else
		free(c);
}

void arena_init(struct arena *a, size_t chunk_bytes, size_t limit_bytes)
{
	assert(chunk_bytes > 0);
	*a = (struct arena){ .chunk_bytes = chunk_bytes, .limit_bytes = limit_bytes };
}

void arena_reset(struct arena *a)
{
	struct arena_chunk *kept = NULL;
	for (struct arena_chunk *c = a->chunks, *next; c; c = next) {
		next = c->next;
		if (!next && c->size == a->chunk_bytes)
			kept = c;
		else
			chunk_free(c);
	}
	if (kept)
		kept->used = 0;
	a->chunks = kept;
	a->used_bytes = 0;
	a->overflow = false;
}

void arena_fini(struct arena *a)
{
	arena_reset(a);
	chunk_free(a->chunks);
	a->chunks = NULL;
}

static struct arena_chunk *chunk_push(struct arena *a, size_t size)
{
	size_t room = size > a->chunk_bytes ? size : a->chunk_bytes;
	bool in_slab = a->slab && sizeof(struct arena_chunk) + room <= SLAB_BLOCK_MAX_BYTES;
	struct arena_chunk *c =
	        in_slab ? slab_get(a->slab, sizeof(*c) + room) : malloc(sizeof(*c) + room);
	if (c) {
		*c = (struct arena_chunk){ .next = a->chunks, .size = room, .in_slab = in_slab };
		a->chunks = c;
	}
	return c;
}

size_t arena_held_bytes(const struct arena *a)
{
	size_t bytes = 0;
	for (const struct arena_chunk *c = a->chunks; c; c = c->next)
		bytes += sizeof(*c) + c->size;
	return bytes;
}

void *arena_alloc(struct arena *a, size_t size)
{
	if (a->overflow || size > SIZE_MAX / 4)
		goto overflow;
	size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (a->limit_bytes && rounded > a->limit_bytes - a->used_bytes)
		goto overflow;
	struct arena_chunk *c = a->chunks;
	if (!c || rounded > c->size - c->used)
		c = chunk_push(a, rounded);
	if (!c)
		goto overflow;
	void *memory = c->bytes + c->used;
	c->used += rounded;
	a->used_bytes += rounded;
	return memory;
overflow:
	a->overflow = true;
	return NULL;
}
