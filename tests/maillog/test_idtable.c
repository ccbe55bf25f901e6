/* test_idtable.c - things come and go; the oldest makes room. */
#include "tests/cmocka_first.h"

#include "maillog/idtable.h"

#include <string.h>

static void found_until_removed(void **state)
{
	(void)state;
	struct idtable t;
	bool evicted;
	assert_true(idtable_init(&t, 8));
	uint32_t a = idtable_add(&t, 1, &evicted), b = idtable_add(&t, 9, &evicted);
	assert_false(evicted);
	assert_int_equal(idtable_find(&t, 1), a);
	assert_int_equal(idtable_find(&t, 9), b);
	assert_int_equal(idtable_find(&t, 17), IDTABLE_NONE);
	idtable_remove(&t, a);
	assert_int_equal(idtable_find(&t, 1), IDTABLE_NONE);
	assert_int_equal(idtable_find(&t, 9), b);
	assert_int_equal(idtable_add(&t, 25, &evicted), a); /* its slot is used again */
	idtable_fini(&t);
}

static void the_oldest_makes_room(void **state)
{
	(void)state;
	struct idtable t;
	bool evicted;
	assert_true(idtable_init(&t, 4));
	for (uint64_t key = 1; key <= 4; key++)
		idtable_add(&t, key, &evicted);
	idtable_remove(&t, idtable_find(&t, 1));
	idtable_add(&t, 5, &evicted);
	assert_false(evicted);
	uint32_t two = idtable_find(&t, 2);
	assert_int_equal(idtable_add(&t, 6, &evicted), two);
	assert_true(evicted);
	assert_int_equal(idtable_find(&t, 2), IDTABLE_NONE);
	for (uint64_t key = 3; key <= 6; key++)
		assert_int_not_equal(idtable_find(&t, key), IDTABLE_NONE);
	idtable_fini(&t);
}

/* Against a list of what must be there. */
static void as_a_list_would(void **state)
{
	(void)state;
	enum { KEYS = 64, CAPACITY = 16, STEPS = 20000 };
	struct idtable t;
	uint32_t slots[KEYS], order[CAPACITY], n = 0;
	uint64_t random = 1;
	assert_true(idtable_init(&t, CAPACITY));
	memset(slots, 0xff, sizeof slots);
	for (unsigned step = 0; step < STEPS; step++) {
		random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
		uint32_t key = (uint32_t)(random >> 40) % KEYS;
		bool evicted;
		assert_int_equal(idtable_find(&t, key), slots[key]);
		if (slots[key] != IDTABLE_NONE) {
			idtable_remove(&t, slots[key]);
			slots[key] = IDTABLE_NONE;
			uint32_t at = 0;
			while (order[at] != key)
				at++;
			memmove(order + at, order + at + 1, (--n - at) * sizeof *order);
			continue;
		}
		slots[key] = idtable_add(&t, key, &evicted);
		assert_int_equal(evicted, n == CAPACITY);
		if (evicted) {
			slots[order[0]] = IDTABLE_NONE;
			memmove(order, order + 1, --n * sizeof *order);
		}
		order[n++] = key;
	}
	idtable_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_until_removed),
		cmocka_unit_test(the_oldest_makes_room),
		cmocka_unit_test(as_a_list_would),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
