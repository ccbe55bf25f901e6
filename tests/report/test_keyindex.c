/* test_keyindex.c - places are found by their hash, however it grew, and was thinned out. */
#include "tests/cmocka_first.h"

#include "report/keyindex.h"

enum { MOST = 20000 };

/* Many at the end of the table, so that they go on at its begin; some with the same 32 bits. */
static uint32_t hash_of(uint32_t i)
{
	return i % 3 ? i * 2654435769u : UINT32_MAX - i / 6;
}

static bool has(const struct keyindex *x, uint32_t hash, uint32_t place)
{
	size_t at = keyindex_begin(x, hash);
	uint32_t found;
	do
		found = keyindex_next(x, hash, &at);
	while (found != KEYINDEX_NONE && found != place);
	return found == place;
}

static void add(struct keyindex *x, uint32_t hash, uint32_t place)
{
	assert_true(keyindex_reserve(x, 1));
	size_t at = keyindex_begin(x, hash);
	while (keyindex_next(x, hash, &at) != KEYINDEX_NONE)
		;
	keyindex_put(x, hash, at, place);
}

static void grown_and_thinned_out(void **state)
{
	(void)state;
	static uint32_t kept[MOST];
	struct keyindex x = { 0 };
	uint32_t n = 0;
	for (uint32_t i = 0; i < MOST; i++)
		add(&x, hash_of(i), i);
	for (uint32_t i = 0; i < MOST; i++) {
		assert_true(has(&x, hash_of(i), i));
		kept[i] = i % 5 < 2 ? n++ : KEYINDEX_NONE;
	}
	size_t bytes = keyindex_bytes(&x);
	keyindex_keep(&x, kept);
	assert_int_equal(x.n, n);
	assert_int_equal(keyindex_bytes(&x), bytes);
	for (uint32_t i = 0; i < MOST; i++)
		if (kept[i] != KEYINDEX_NONE)
			assert_true(has(&x, hash_of(i), kept[i]));
	for (uint32_t i = MOST; i < 2 * MOST; i++)
		add(&x, hash_of(i), i);
	for (uint32_t i = MOST; i < 2 * MOST; i++)
		assert_true(has(&x, hash_of(i), i));
	keyindex_fini(&x);
}

static void what_it_takes(void **state)
{
	(void)state;
	struct keyindex x = { 0 };
	for (uint32_t i = 0; i < MOST; i++) {
		size_t before = keyindex_bytes(&x), most = keyindex_bytes_to_reserve(&x, 1);
		add(&x, hash_of(i), i);
		size_t grown = keyindex_bytes(&x) != before ? before : 0;
		assert_int_equal(most, keyindex_bytes(&x) + grown);
	}
	keyindex_fini(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grown_and_thinned_out),
		cmocka_unit_test(what_it_takes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
