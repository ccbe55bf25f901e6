/* ring.h - a bounded lock-free queue of pointers between one producer and one consumer thread.
 *
 * By Concurrency Kit's ck_ring, which no other file sees. Each pair of threads has its own ring: a
 * ring of several producers spins behind one that lost its processor. A push hands over the item:
 * what the producer wrote before is seen by the consumer, and the producer touches it no more.
 * Nobody waits here; to sleep see base/doorbell.h. */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring;

/* Holds at least `capacity` items. NULL: out of memory. */
struct ring *ring_new(size_t capacity);
/* The items that are in it stay whose they were. Takes NULL. */
void ring_free(struct ring *r);

/* Producer: false when full. `item` is not NULL. */
bool ring_push(struct ring *r, void *item);
/* Consumer: NULL when empty. */
void *ring_pop(struct ring *r);
/* Either side: a count that may be old already. */
size_t ring_count(const struct ring *r);

#endif
