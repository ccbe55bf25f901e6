/* handover.c - items over a ring, as between feeder and worker: push, ring the doorbell; the other
 * sleeps when there is nothing. */
#include "bench/handover.h"

#include "base/doorbell.h"
#include "base/ring.h"

#include <pthread.h>
#include <stddef.h>

enum { RING_ITEMS = 1024, RING_BATCH = 64 };

struct handover {
	struct ring *ring;
	struct doorbell filled, emptied;
	uint64_t n, n_received;
};

bool handover_alone(uint64_t n)
{
	struct ring *ring = ring_new(RING_ITEMS);
	bool good = ring != NULL;
	for (uint64_t i = 0; good && i < n; i++)
		good = ring_push(ring, &good) && ring_pop(ring) == &good;
	ring_free(ring);
	return good;
}

static void *receive(void *arg)
{
	struct handover *h = arg;
	while (h->n_received < h->n) {
		if (ring_pop(h->ring)) {
			if (++h->n_received % RING_BATCH == 0)
				doorbell_ring(&h->emptied);
			continue;
		}
		doorbell_ring(&h->emptied);
		doorbell_arm(&h->filled);
		if (ring_count(h->ring))
			doorbell_silence(&h->filled);
		else
			doorbell_wait(&h->filled, -1);
	}
	return NULL;
}

static void send_items(struct handover *h)
{
	for (uint64_t sent = 0; sent < h->n;) {
		if (ring_push(h->ring, h)) {
			sent++;
			doorbell_ring(&h->filled);
			continue;
		}
		doorbell_arm(&h->emptied);
		if (ring_count(h->ring) < RING_ITEMS / 2)
			doorbell_silence(&h->emptied);
		else
			doorbell_wait(&h->emptied, -1);
	}
}

bool handover_between(uint64_t n)
{
	struct handover h = {
		.ring = ring_new(RING_ITEMS), .filled.fd = -1, .emptied.fd = -1, .n = n
	};
	pthread_t thread;
	bool good = h.ring && !doorbell_init(&h.filled) && !doorbell_init(&h.emptied) &&
	        !pthread_create(&thread, NULL, receive, &h);
	if (good) {
		send_items(&h);
		pthread_join(thread, NULL);
	}
	doorbell_fini(&h.filled);
	doorbell_fini(&h.emptied);
	ring_free(h.ring);
	return good && h.n_received == n;
}
