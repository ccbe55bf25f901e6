/* test_ring.c - capacity, order, and a million items between two threads.
 *
 * Under ThreadSanitizer the two-thread test also proves the annotations of base/ring.c: the
 * consumer reads and overwrites what the producer wrote without any other synchronisation, and
 * sends it back on a second ring. */
#include "base/ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>

struct item {
	uint64_t number, square;
};

static void holds_its_capacity(void **state)
{
	(void)state;
	static const size_t capacities[] = { 0, 1, 2, 3, 4, 7, 8, 63, 64, 65, 1000 };
	int items[1024];
	for (size_t c = 0; c < sizeof(capacities) / sizeof(capacities[0]); c++) {
		struct ring *r = ring_new(capacities[c]);
		assert_non_null(r);
		assert_int_equal((uintptr_t)r % 64, 0);
		size_t n = 0;
		while (n < 1024 && ring_push(r, &items[n]))
			n++;
		assert_true(n >= capacities[c] && n < 1024);
		assert_int_equal(ring_count(r), n);
		for (size_t i = 0; i < n; i++)
			assert_ptr_equal(ring_pop(r), &items[i]);
		assert_null(ring_pop(r));
		assert_int_equal(ring_count(r), 0);
		ring_free(r);
	}
	ring_free(NULL);
}

static void absurd_capacities_are_refused(void **state)
{
	(void)state;
	assert_null(ring_new(SIZE_MAX));
	assert_null(ring_new(UINT32_MAX));
}

static void order_holds_around_the_end(void **state)
{
	(void)state;
	int items[5];
	struct ring *r = ring_new(5);
	assert_non_null(r);
	for (int round = 0; round < 1000; round++) {
		for (int i = 0; i < 5; i++)
			assert_true(ring_push(r, &items[i]));
		for (int i = 0; i < 5; i++)
			assert_ptr_equal(ring_pop(r), &items[i]);
	}
	ring_free(r);
}

enum { N_ITEMS = 1000000, N_POOL = 256 };

struct pair {
	struct ring *forth, *back;
	struct item pool[N_POOL];
	uint64_t n_wrong, sum; /* the consumer's, read after the join */
};

static void *consume(void *arg)
{
	struct pair *p = arg;
	for (uint64_t expected = 0; expected < N_ITEMS;) {
		struct item *item = ring_pop(p->forth);
		if (!item) {
			sched_yield();
			continue;
		}
		p->n_wrong += item->number != expected || item->square != expected * expected;
		p->sum += item->number;
		item->number = item->square = UINT64_MAX;
		while (!ring_push(p->back, item))
			sched_yield();
		expected++;
	}
	return NULL;
}

static void two_threads_lose_and_tear_nothing(void **state)
{
	(void)state;
	static struct pair p;
	pthread_t consumer;
	/* Smaller than the pool, so that both ends are met full and empty. */
	p.forth = ring_new(100);
	p.back = ring_new(N_POOL);
	assert_true(p.forth && p.back);
	for (int i = 0; i < N_POOL; i++)
		assert_true(ring_push(p.back, &p.pool[i]));
	assert_int_equal(pthread_create(&consumer, NULL, consume, &p), 0);
	for (uint64_t n = 0; n < N_ITEMS; n++) {
		struct item *item;
		while (!(item = ring_pop(p.back)))
			sched_yield();
		*item = (struct item){ .number = n, .square = n * n };
		while (!ring_push(p.forth, item))
			sched_yield();
	}
	assert_int_equal(pthread_join(consumer, NULL), 0);
	assert_int_equal(p.n_wrong, 0);
	assert_int_equal(p.sum, (uint64_t)N_ITEMS * (N_ITEMS - 1) / 2);
	assert_int_equal(ring_count(p.forth), 0);
	assert_int_equal(ring_count(p.back), N_POOL);
	ring_free(p.forth);
	ring_free(p.back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_its_capacity),
		cmocka_unit_test(absurd_capacities_are_refused),
		cmocka_unit_test(order_holds_around_the_end),
		cmocka_unit_test(two_threads_lose_and_tear_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
