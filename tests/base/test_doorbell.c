/* test_doorbell.c - when it costs a system call, and that no wake-up is lost.
 *
 * The two-thread test sleeps without a limit: a lost wake-up hangs it, and the test's time limit
 * reports it. */
#include "base/doorbell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/ring.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>

static bool is_readable(const struct doorbell *d)
{
	struct pollfd p = { .fd = doorbell_fd(d), .events = POLLIN };
	return poll(&p, 1, 0) == 1;
}

static void ringing_an_awake_owner_writes_nothing(void **state)
{
	(void)state;
	struct doorbell d;
	assert_int_equal(doorbell_init(&d), ERROR_NONE);
	doorbell_ring(&d);
	assert_false(is_readable(&d));
	doorbell_arm(&d);
	assert_false(is_readable(&d));
	doorbell_ring(&d);
	assert_true(is_readable(&d));
	doorbell_silence(&d);
	assert_false(is_readable(&d));
	doorbell_ring(&d);
	assert_false(is_readable(&d));
	doorbell_fini(&d);
	doorbell_fini(&d);
}

static void a_ring_before_the_wait_ends_it(void **state)
{
	(void)state;
	struct doorbell d;
	assert_int_equal(doorbell_init(&d), ERROR_NONE);
	doorbell_arm(&d);
	doorbell_ring(&d);
	doorbell_wait(&d, -1);
	assert_false(is_readable(&d));
	assert_false(atomic_load(&d.sleeping));
	doorbell_fini(&d);
}

static void the_timeout_ends_the_wait(void **state)
{
	(void)state;
	struct doorbell d;
	assert_int_equal(doorbell_init(&d), ERROR_NONE);
	doorbell_arm(&d);
	doorbell_wait(&d, 1);
	/* Taken back: a ring now costs nothing. */
	doorbell_ring(&d);
	assert_false(is_readable(&d));
	doorbell_fini(&d);
}

static void errno_survives_a_ring(void **state)
{
	(void)state;
	struct doorbell d = { .fd = -1 };
	atomic_init(&d.sleeping, true);
	errno = ENOENT;
	doorbell_ring(&d);
	assert_int_equal(errno, ENOENT);
}

enum { N_ITEMS = 10000 };

struct side {
	struct ring *ring;
	struct doorbell bell;
};

struct pair {
	struct side forth, back;
};

static void item_send(struct side *s, void *item)
{
	while (!ring_push(s->ring, item))
		sched_yield();
	doorbell_ring(&s->bell);
}

static void *item_receive(struct side *s)
{
	for (;;) {
		void *item = ring_pop(s->ring);
		if (item)
			return item;
		doorbell_arm(&s->bell);
		item = ring_pop(s->ring);
		if (item)
			return item;
		doorbell_wait(&s->bell, -1);
	}
}

static void *echo(void *arg)
{
	struct pair *p = arg;
	for (int i = 0; i < N_ITEMS; i++)
		item_send(&p->back, item_receive(&p->forth));
	return NULL;
}

/* One item in flight: each side sleeps as soon as the other works, which is the shape that loses
 * wake-ups. */
static void no_wake_up_is_lost(void **state)
{
	(void)state;
	static struct pair p;
	static char item;
	pthread_t other;
	struct side *sides[] = { &p.forth, &p.back };
	for (int i = 0; i < 2; i++) {
		sides[i]->ring = ring_new(4);
		assert_non_null(sides[i]->ring);
		assert_int_equal(doorbell_init(&sides[i]->bell), ERROR_NONE);
	}
	assert_int_equal(pthread_create(&other, NULL, echo, &p), 0);
	for (int i = 0; i < N_ITEMS; i++) {
		item_send(&p.forth, &item);
		assert_ptr_equal(item_receive(&p.back), &item);
	}
	assert_int_equal(pthread_join(other, NULL), 0);
	for (int i = 0; i < 2; i++) {
		ring_free(sides[i]->ring);
		doorbell_fini(&sides[i]->bell);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ringing_an_awake_owner_writes_nothing),
		cmocka_unit_test(a_ring_before_the_wait_ends_it),
		cmocka_unit_test(the_timeout_ends_the_wait),
		cmocka_unit_test(errno_survives_a_ring),
		cmocka_unit_test(no_wake_up_is_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
