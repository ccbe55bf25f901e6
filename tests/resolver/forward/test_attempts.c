/* Queries that are out: ids are unique for each place where answers come in, found by both, and not
 * found when given back. */
#include "resolver/forward/attempts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct channel here = { .upstream = 0, .port = 3 },
                            there = { .upstream = 1, .port = 3 },
                            stream = { .upstream = 0, .port = CHANNEL_TCP };

static void found_where_it_was_put(void **state)
{
	(void)state;
	struct attempts as = { 0 };
	assert_true(attempts_init(&as));
	struct attempt *a = attempts_get(&as, here);
	assert_non_null(a);
	assert_ptr_equal(attempts_find(&as, here, a->id), a);
	assert_null(attempts_find(&as, there, a->id));
	assert_null(attempts_find(&as, stream, a->id));
	assert_null(attempts_find(&as, here, (uint16_t)(a->id + 1)));
	uint16_t id = a->id;
	attempts_put(&as, a);
	assert_null(attempts_find(&as, here, id));
	attempts_fini(&as);
}

static void ids_are_unique_and_not_in_order(void **state)
{
	(void)state;
	enum { N = 20000 };
	struct attempts as = { 0 };
	static struct attempt *all[N];
	static bool used[65536];
	unsigned n_ascending = 0;
	assert_true(attempts_init(&as));
	for (unsigned i = 0; i < N; i++) {
		all[i] = attempts_get(&as, here);
		assert_non_null(all[i]);
		assert_false(used[all[i]->id]);
		used[all[i]->id] = true;
		n_ascending += i > 0 && all[i]->id == all[i - 1]->id + 1;
	}
	assert_in_range(n_ascending, 0, 20);
	assert_int_equal(as.count, N);
	for (unsigned i = 0; i < N; i += 2)
		attempts_put(&as, all[i]);
	for (unsigned i = 0; i < N; i++)
		assert_ptr_equal(attempts_find(&as, here, all[i]->id), i % 2 ? all[i] : NULL);
	attempts_fini(&as);
}

static void a_full_channel_says_so(void **state)
{
	(void)state;
	struct attempts as = { 0 };
	unsigned n = 0;
	assert_true(attempts_init(&as));
	while (n < 65536 && attempts_get(&as, here))
		n++;
	assert_in_range(n, 50000, 65535);
	assert_non_null(attempts_get(&as, there));
	attempts_fini(&as);
}

static void count_one(void *arg, struct attempt *a)
{
	assert_int_equal(a->channel.port, CHANNEL_TCP);
	++*(unsigned *)arg;
}

static void each_of_a_channel(void **state)
{
	(void)state;
	struct attempts as = { 0 };
	unsigned n = 0;
	assert_true(attempts_init(&as));
	for (unsigned i = 0; i < 50; i++) {
		attempts_get(&as, here);
		attempts_get(&as, stream);
	}
	attempts_each(&as, stream, count_one, &n);
	assert_int_equal(n, 50);
	attempts_fini(&as);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_where_it_was_put),
		cmocka_unit_test(ids_are_unique_and_not_in_order),
		cmocka_unit_test(a_full_channel_says_so),
		cmocka_unit_test(each_of_a_channel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
