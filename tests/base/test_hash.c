/* test_hash.c - a keyed hash: one value under one key, another under another; and the one that may
 * be stored. */
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

/* Tables take the low bits: sequential keys must spread over them. 4096 keys over 64 buckets: 64
 * each, and a bucket under 16 or over 160 is out of reach of chance. */
static void low_bits_spread(void **state)
{
	(void)state;
	unsigned buckets[64] = { 0 };
	for (uint32_t i = 0; i < N_KEYS; i++)
		buckets[hash_bytes(&i, sizeof(i)) % 64]++;
	for (int i = 0; i < 64; i++)
		assert_in_range(buckets[i], 16, 160);
}

/* Values computed by another implementation of SipHash-2-4: files that hold them must stay
 * readable. */
static void the_stable_hash_is_for_ever(void **state)
{
	(void)state;
	assert_true(hash_stable("", 0) == 0x6b1442e21c0ff9acu);
	assert_true(hash_stable("example.com", 11) == 0xb77b804ba06e41ffu);
	hash_init();
	assert_true(hash_stable("example.com", 11) == 0xb77b804ba06e41ffu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_bytes_same_value),
		cmocka_unit_test(a_new_key_gives_new_values),
		cmocka_unit_test(low_bits_spread),
		cmocka_unit_test(the_stable_hash_is_for_ever),
	};
	return cmocka_run_group_tests(tests, draw_key, NULL);
}
