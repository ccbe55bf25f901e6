/* ring.c - ck_ring's SPSC functions.
 *
 *   - ck_ring_init() takes any size, but only a power of two works; one slot always stays empty.
 *   - struct ck_ring is not aligned, and its `size` and `mask`, which both sides read, would share
 * a cache line with the first slots: hence the two alignas.
 *   - ck_ring_valid() is wrong after 2^32 operations in 0.7.1: it is not used.
 *
 * ThreadSanitizer does not see the inline assembly that orders the ring. The hand-over is told to
 * it by item: by ring would hide a producer that writes to an item after its push. Reports about
 * the slots are suppressed in tests/tsan.supp by the names of ck_ring's inlined functions, which
 * needs -g. */
#include "base/ring.h"

#include <assert.h>
#include <ck_ring.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RING_UNDER_TSAN 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define RING_UNDER_TSAN 1
#endif

#ifdef RING_UNDER_TSAN
#include <sanitizer/tsan_interface.h>
#endif

enum { CACHE_LINE_BYTES = 64 };

struct ring {
	alignas(CACHE_LINE_BYTES) struct ck_ring counters;
	alignas(CACHE_LINE_BYTES) struct ck_ring_buffer slots[];
};

static void item_released(void *item)
{
#ifdef RING_UNDER_TSAN
	__tsan_release(item);
#else
	(void)item;
#endif
}

static void item_acquired(void *item)
{
#ifdef RING_UNDER_TSAN
	__tsan_acquire(item);
#else
	(void)item;
#endif
}

struct ring *ring_new(size_t capacity)
{
	if (capacity >= UINT32_MAX / 2)
		return NULL;
	size_t n_slots = 2;
	while (n_slots <= capacity)
		n_slots *= 2;
	/* aligned_alloc() wants a multiple of the alignment; the struct is one already. */
	size_t slots_bytes = n_slots * sizeof(struct ck_ring_buffer);
	slots_bytes = (slots_bytes + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES * CACHE_LINE_BYTES;
	struct ring *r = aligned_alloc(CACHE_LINE_BYTES, sizeof(*r) + slots_bytes);
	if (r)
		ck_ring_init(&r->counters, (unsigned)n_slots);
	return r;
}

void ring_free(struct ring *r)
{
	free(r);
}

bool ring_push(struct ring *r, void *item)
{
	assert(item);
	item_released(item);
	return ck_ring_enqueue_spsc(&r->counters, r->slots, item);
}

void *ring_pop(struct ring *r)
{
	void *item;
	if (!ck_ring_dequeue_spsc(&r->counters, r->slots, &item))
		return NULL;
	item_acquired(item);
	return item;
}

size_t ring_count(const struct ring *r)
{
	return ck_ring_size(&r->counters);
}
