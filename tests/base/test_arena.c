/* test_arena.c - alignment, the limit, and what a reset keeps. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>
#include <string.h>

static void pieces_are_aligned_and_apart(void **state)
{
	(void)state;
	struct arena a;
	unsigned char *pieces[200];
	arena_init(&a, 512, 0);
	for (size_t i = 0; i < 200; i++) {
		pieces[i] = arena_alloc(&a, i);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
		memset(pieces[i], (int)i, i);
	}
	for (size_t i = 0; i < 200; i++)
		for (size_t j = 0; j < i; j++)
			assert_int_equal(pieces[i][j], i);
	arena_fini(&a);
}

static void a_reset_gives_the_first_chunk_again(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 256, 0);
	void *first = arena_alloc(&a, 64);
	for (int i = 0; i < 50; i++)
		assert_non_null(arena_alloc(&a, 64));
	arena_reset(&a);
	assert_int_equal(a.used_bytes, 0);
	assert_ptr_equal(arena_alloc(&a, 64), first);
	arena_fini(&a);
}

static void an_unusual_chunk_is_not_kept(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 256, 0);
	char *large = arena_alloc(&a, 100000);
	assert_non_null(large);
	memset(large, 1, 100000);
	arena_reset(&a);
	assert_null(a.chunks);
	arena_fini(&a);
}

static void overflow_sticks_until_the_reset(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 256, 1024);
	for (int i = 0; i < 16; i++)
		assert_non_null(arena_alloc(&a, 64));
	assert_false(a.overflow);
	assert_null(arena_alloc(&a, 1));
	assert_true(a.overflow);
	assert_null(arena_alloc(&a, 0));
	arena_reset(&a);
	assert_false(a.overflow);
	assert_non_null(arena_alloc(&a, 1024));
	assert_null(arena_alloc(&a, 1));
	arena_fini(&a);
}

static void absurd_sizes_overflow(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 256, 0);
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_true(a.overflow);
	arena_reset(&a);
	assert_null(arena_alloc(&a, SIZE_MAX / 2));
	arena_fini(&a);
}

static void what_is_held_is_all_chunks(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, 64, 0);
	assert_int_equal(arena_held_bytes(&a), 0);
	arena_alloc(&a, 1);
	const size_t one = arena_held_bytes(&a);
	assert_true(one >= 64);
	arena_alloc(&a, 16);
	assert_int_equal(arena_held_bytes(&a), one);
	arena_alloc(&a, 1000);
	assert_int_equal(arena_held_bytes(&a), 2 * one - 64 + 1008);
	arena_reset(&a);
	assert_int_equal(arena_held_bytes(&a), one);
	arena_fini(&a);
	assert_int_equal(arena_held_bytes(&a), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_and_apart),
		cmocka_unit_test(a_reset_gives_the_first_chunk_again),
		cmocka_unit_test(an_unusual_chunk_is_not_kept),
		cmocka_unit_test(overflow_sticks_until_the_reset),
		cmocka_unit_test(absurd_sizes_overflow),
		cmocka_unit_test(what_is_held_is_all_chunks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
