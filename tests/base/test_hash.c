/* test_hash.c - a keyed hash: stable under one key, other under another. */
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { N_KEYS = 4096 };

static int draw_key(void **state)
{
	(void)state;
	hash_init();
	return 0;
}

static void same_bytes_same_value(void **state)
{
	(void)state;
	assert_true(hash_bytes("example.com", 11) == hash_bytes("example.com?", 11));
	assert_true(hash_bytes("example.com", 11) != hash_bytes("example.com", 10));
	assert_true(hash_bytes("a", 1) != hash_bytes("b", 1));
	assert_true(hash_bytes(NULL, 0) == hash_bytes("x", 0));
}

static void a_new_key_gives_new_values(void **state)
{
	(void)state;
	const uint64_t before = hash_bytes("example.com", 11);
	hash_init();
	assert_true(hash_bytes("example.com", 11) != before);
}

/* Tables take the low bits: sequential keys must spread over them. 4096 keys over 64 buckets: 64 each, and a bucket under 16 or
 * over 160 is out of reach of chance. */
static void low_bits_spread(void **state)
{
	(void)state;
	unsigned buckets[64] = { 0 };
	for (uint32_t i = 0; i < N_KEYS; i++)
		buckets[hash_bytes(&i, sizeof(i)) % 64]++;
	for (int i = 0; i < 64; i++)
		assert_in_range(buckets[i], 16, 160);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_bytes_same_value),
		cmocka_unit_test(a_new_key_gives_new_values),
		cmocka_unit_test(low_bits_spread),
	};
	return cmocka_run_group_tests(tests, draw_key, NULL);
}
