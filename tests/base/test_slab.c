/* test_slab.c - base/slab.h: blocks of every size, given back in any order, never overlap and keep
 * what is in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slab.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 20000, ROUNDS = 200000 };

static void blocks_keep_their_octets(void **state)
{
	(void)state;
	struct slab s;
	static struct {
		unsigned char *at;
		size_t size;
	} blocks[BLOCKS];
	uint32_t random = 1;
	slab_init(&s);
	for (unsigned i = 0; i < ROUNDS; i++) {
		random = random * 1664525 + 1013904223;
		unsigned k = (random >> 8) % BLOCKS;
		if (blocks[k].at) {
			for (size_t n = 0; n < blocks[k].size; n++)
				assert_int_equal(blocks[k].at[n], (unsigned char)k);
			slab_put(blocks[k].at);
			blocks[k].at = NULL;
			continue;
		}
		random = random * 1664525 + 1013904223;
		blocks[k].size = 1 + (random >> 8) % SLAB_BLOCK_MAX_BYTES;
		blocks[k].at = slab_get(&s, blocks[k].size);
		assert_non_null(blocks[k].at);
		assert_int_equal((uintptr_t)blocks[k].at % SLAB_STEP_BYTES, 0);
		memset(blocks[k].at, (unsigned char)k, blocks[k].size);
	}
	for (unsigned k = 0; k < BLOCKS; k++)
		if (blocks[k].at)
			slab_put(blocks[k].at);
	slab_fini(&s);
	slab_fini(&s);
}

/* What was given back serves other sizes, too: many rounds of one size after another need the
 * memory of one. */
static void empty_spans_change_class(void **state)
{
	(void)state;
	struct slab s;
	static void *blocks[BLOCKS];
	slab_init(&s);
	unsigned n_chunks = 0;
	for (size_t size = 16; size <= 128; size += 16) {
		for (unsigned i = 0; i < BLOCKS; i++)
			assert_non_null(blocks[i] = slab_get(&s, 128 - size % 128));
		for (unsigned i = 0; i < BLOCKS; i++)
			slab_put(blocks[i]);
		for (void **chunk = s.chunks; size == 128 && chunk; chunk = *chunk)
			n_chunks++;
	}
	assert_true(n_chunks <= 2); /* 20 000 blocks of 128 octets and their spans' heads; none
	                               under AddressSanitizer */
	slab_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_keep_their_octets),
		cmocka_unit_test(empty_spans_change_class),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
