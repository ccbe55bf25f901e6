/* ring_misuse.c - a producer that writes to an item after its push, which ThreadSanitizer must
 * find: it shows that what base/ring.c tells it about the hand-over hides nothing.
 *
 * With `correct` as its argument the write comes before the push, and there is nothing to find. */
#include "base/ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

enum { N_ITEMS = 10000, N_READS = 50 };

struct item {
	unsigned number;
};

static void *consume(void *arg)
{
	static unsigned long sum;
	for (int n = 0; n < N_ITEMS; n++) {
		const struct item *item;
		while (!(item = ring_pop(arg)))
			sched_yield();
		for (int i = 0; i < N_READS; i++)
			sum += item->number;
	}
	return &sum;
}

int main(int argc, char **argv)
{
	bool is_correct = argc == 2 && strcmp(argv[1], "correct") == 0;
	static struct item items[N_ITEMS];
	struct ring *r = ring_new(100);
	pthread_t consumer;
	if (!r || pthread_create(&consumer, NULL, consume, r) != 0)
		return 1;
	for (unsigned n = 0; n < N_ITEMS; n++) {
		items[n].number = n;
		while (!ring_push(r, &items[n]))
			sched_yield();
		if (!is_correct)
			items[n].number = 0;
	}
	void *sum;
	if (pthread_join(consumer, &sum) != 0)
		return 1;
	printf("sum %lu\n", *(const unsigned long *)sum);
	ring_free(r);
	return 0;
}
