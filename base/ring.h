/* ring.h - a bounded lock-free queue of pointers between exactly one producer and one consumer
 * thread.
 *
 * Concurrency Kit's ck_ring, seen by no other file. One SPSC ring per pair of threads, because a
 * multi-producer ring spins behind a producer that lost its processor. Pushing an item hands over
 * its ownership: what the producer wrote before ring_push() is seen after ring_pop(), and the
 * producer must not touch it again. Nobody waits here; for sleeping see "base/doorbell.h". */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring;

/* Holds at least `capacity` items. NULL when memory cannot be had. */
struct ring *ring_new(size_t capacity);
void ring_free(struct ring *r);

/* false when full. Producer only. */
bool ring_push(struct ring *r, void *item);
/* NULL when empty. Consumer only. */
void *ring_pop(struct ring *r);
/* A count that may be old by the time it is read. Either side. */
size_t ring_count(const struct ring *r);

#endif
