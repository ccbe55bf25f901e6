/* slab.c - spans of equal blocks in huge chunks.
 *
 * A span begins with its header, at a multiple of its size. Free blocks are linked through their
 * first word; blocks that were never used are not touched. A span is on its class's list while it
 * has room, on the list of empty spans while no block is out, and on no list while it is full. */
#include "base/slab.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define SLAB_IS_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLAB_IS_MALLOC 1
#endif
#endif

enum { SPAN_BYTES = 1 << 16, CHUNK_BYTES = 1 << 21 };

struct slab_block {
	struct slab_block *next;
};

struct slab_span {
	struct slab *slab;
	struct slab_span *next, **link; /* the list it is on; link NULL: none */
	struct slab_block *free;
	uint32_t block_bytes, n_used, fresh_at;
};

/* The first span of a chunk is given up for this. */
struct slab_chunk {
	struct slab_chunk *next;
};

enum {
	SPAN_HEADER_BYTES =
	        (sizeof(struct slab_span) + SLAB_STEP_BYTES - 1) / SLAB_STEP_BYTES * SLAB_STEP_BYTES
};

void slab_init(struct slab *s)
{
	*s = (struct slab){ 0 };
}

void slab_fini(struct slab *s)
{
	while (s->chunks) {
		struct slab_chunk *chunk = s->chunks;
		s->chunks = chunk->next;
		free(chunk);
	}
	slab_init(s);
}

#ifdef SLAB_IS_MALLOC

void *slab_get(struct slab *s, size_t size)
{
	(void)s;
	return malloc(size);
}

void slab_put(void *block)
{
	free(block);
}

struct slab *slab_of(const void *block)
{
	(void)block;
	return NULL;
}

#else

static void list_push(struct slab_span **list, struct slab_span *span)
{
	span->next = *list;
	span->link = list;
	if (span->next)
		span->next->link = &span->next;
	*list = span;
}

static void list_remove(struct slab_span *span)
{
	*span->link = span->next;
	if (span->next)
		span->next->link = span->link;
	span->link = NULL;
}

static bool chunk_new(struct slab *s)
{
	struct slab_chunk *chunk = aligned_alloc(CHUNK_BYTES, CHUNK_BYTES);
	if (!chunk)
		return false;
	madvise(chunk, CHUNK_BYTES, MADV_HUGEPAGE); /* only a wish */
	chunk->next = s->chunks;
	s->chunks = chunk;
	for (size_t at = SPAN_BYTES; at < CHUNK_BYTES; at += SPAN_BYTES) {
		struct slab_span *span = (struct slab_span *)((char *)chunk + at);
		span->slab = s;
		list_push(&s->empty, span);
	}
	return true;
}

static struct slab_span **class_list(struct slab *s, uint32_t block_bytes)
{
	return &s->partial[block_bytes / SLAB_STEP_BYTES - 1];
}

/* An empty span becomes the class's. NULL: no memory. */
static struct slab_span *span_take(struct slab *s, uint32_t block_bytes)
{
	if (!s->empty && !chunk_new(s))
		return NULL;
	struct slab_span *span = s->empty;
	list_remove(span);
	span->free = NULL;
	span->block_bytes = block_bytes;
	span->n_used = 0;
	span->fresh_at = SPAN_HEADER_BYTES;
	list_push(class_list(s, block_bytes), span);
	return span;
}

static bool span_is_full(const struct slab_span *span)
{
	return !span->free && span->fresh_at + span->block_bytes > SPAN_BYTES;
}

void *slab_get(struct slab *s, size_t size)
{
	uint32_t block_bytes =
	        (uint32_t)(size + SLAB_STEP_BYTES - 1) / SLAB_STEP_BYTES * SLAB_STEP_BYTES;
	struct slab_span *span = *class_list(s, block_bytes);
	if (!span && !(span = span_take(s, block_bytes)))
		return NULL;
	struct slab_block *block = span->free;
	if (block) {
		span->free = block->next;
	} else {
		block = (struct slab_block *)((char *)span + span->fresh_at);
		span->fresh_at += block_bytes;
	}
	span->n_used++;
	if (span_is_full(span))
		list_remove(span);
	return block;
}

static struct slab_span *span_of(const void *block)
{
	return (struct slab_span *)((uintptr_t)block & ~(uintptr_t)(SPAN_BYTES - 1));
}

struct slab *slab_of(const void *block)
{
	return span_of(block)->slab;
}

void slab_put(void *block)
{
	struct slab_span *span = span_of(block);
	struct slab_block *b = block;
	if (!span->link)
		list_push(class_list(span->slab, span->block_bytes), span);
	b->next = span->free;
	span->free = b;
	if (--span->n_used == 0) {
		list_remove(span);
		list_push(&span->slab->empty, span);
	}
}

#endif
