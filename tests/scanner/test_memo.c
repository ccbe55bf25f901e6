/* test_memo.c - what is kept is found until it is out of date, in bounded memory, and what is used
 * stays longest. */
#include "tests/cmocka_first.h"

#include "scanner/memo.h"

#include <stdio.h>
#include <string.h>

/* The low bits choose a line: hashes of one `line` belong into the same eight slots. */
struct key {
	uint64_t hash[2];
};

static struct key key_of(uint64_t line, uint64_t number)
{
	return (struct key){ { line | number << 16, number } };
}

static bool keep_octets(
        struct memo *m, struct key key, const char *text, size_t size, uint32_t expires_s)
{
	char *octets = memo_make(m, key.hash, size, expires_s, 100);
	if (octets)
		memcpy(octets, text, size);
	return octets != NULL;
}

static bool keep(struct memo *m, struct key key, const char *text, uint32_t expires_s)
{
	return keep_octets(m, key, text, strlen(text) + 1, expires_s);
}

static const char *find(struct memo *m, struct key key, uint32_t now_s)
{
	uint32_t expires_s;
	const char *text = memo_find(m, key.hash, now_s, &expires_s);
	assert_true(!text || expires_s > now_s);
	return text;
}

static bool has(struct memo *m, struct key key, const char *text, uint32_t now_s)
{
	const char *found = find(m, key, now_s);
	return found && !strcmp(found, text);
}

static void found_until_it_is_out_of_date(void **state)
{
	(void)state;
	struct memo *m = memo_new(1 << 20);
	assert_non_null(m);
	assert_null(find(m, key_of(1, 1), 100));
	keep(m, key_of(1, 1), ",ok", 102);
	keep(m, key_of(1, 2), ",fail", 200);
	assert_false(keep(m, key_of(1, 3), ",never", 100));
	memo_fetch(m, key_of(1, 1).hash);
	assert_true(memo_peek(m, key_of(1, 1).hash, 2));
	assert_false(memo_peek(m, key_of(1, 1000).hash, 2));
	assert_true(has(m, key_of(1, 1), ",ok", 101));
	assert_true(has(m, key_of(1, 2), ",fail", 101));
	assert_null(find(m, key_of(1, 3), 100));
	assert_null(find(m, key_of(1, 1), 102));
	assert_int_equal(memo_entries(m), 1);
	memo_free(m);
}

/* The same line and tag, and other bits. */
static void all_bits_count(void **state)
{
	(void)state;
	struct memo *m = memo_new(1 << 20);
	keep(m, key_of(1, 1), ",ok", 200);
	struct key other = key_of(1, 1);
	other.hash[1]++;
	assert_null(find(m, other, 100));
	other = key_of(1, 1);
	other.hash[0] ^= UINT64_C(1) << 60;
	assert_null(find(m, other, 100));
	memo_free(m);
}

static void a_newer_text_replaces_the_older(void **state)
{
	(void)state;
	struct memo *m = memo_new(1 << 20);
	size_t bytes = memo_used_bytes(m);
	keep(m, key_of(1, 1), ",ok", 200);
	keep(m, key_of(1, 1), ",other", 300);
	assert_true(has(m, key_of(1, 1), ",other", 250));
	assert_int_equal(memo_entries(m), 1);
	assert_null(find(m, key_of(1, 1), 300));
	assert_int_equal(memo_used_bytes(m), bytes);
	memo_free(m);
}

static void a_long_text_is_not_kept(void **state)
{
	(void)state;
	char text[MEMO_MAX_BYTES + 1];
	struct memo *m = memo_new(1 << 20);
	memset(text, 'x', sizeof text);
	assert_false(keep_octets(m, key_of(1, 1), text, MEMO_MAX_BYTES + 1, 200));
	assert_null(find(m, key_of(1, 1), 100));
	assert_true(keep_octets(m, key_of(1, 1), text, MEMO_MAX_BYTES, 200));
	assert_non_null(find(m, key_of(1, 1), 100));
	memo_free(m);
}

/* Nine for eight slots: what was not used makes room. */
static void a_full_line_drops_what_was_not_used(void **state)
{
	(void)state;
	struct memo *m = memo_new(1 << 20);
	for (unsigned i = 1; i <= 8; i++)
		keep(m, key_of(6, i), ",ok", 200);
	for (unsigned i = 1; i <= 8; i++)
		if (i != 5)
			assert_non_null(find(m, key_of(6, i), 100));
	keep(m, key_of(6, 9), ",ok", 200);
	for (unsigned i = 1; i <= 9; i++)
		assert_int_equal(find(m, key_of(6, i), 100) != NULL, i != 5);
	memo_free(m);
}

static void its_bytes_are_bounded(void **state)
{
	enum { LIMIT = 1 << 18, MANY = 20000, USED = 50 };
	(void)state;
	char text[400];
	struct memo *m = memo_new(LIMIT);
	memset(text, 'x', sizeof text);
	for (unsigned i = 0; i < MANY; i++) {
		keep_octets(m, key_of(i * 7, i), text, 100 + i % 300, 200);
		assert_true(memo_used_bytes(m) <= LIMIT);
		for (unsigned k = 0; k < USED && k < i; k++)
			find(m, key_of(k * 7, k), 100);
	}
	unsigned n_used = 0;
	for (unsigned k = 0; k < USED; k++)
		n_used += find(m, key_of(k * 7, k), 100) != NULL;
	assert_true(n_used > USED / 2);
	assert_true(memo_entries(m) > 300);
	memo_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_until_it_is_out_of_date),
		cmocka_unit_test(all_bits_count),
		cmocka_unit_test(a_newer_text_replaces_the_older),
		cmocka_unit_test(a_long_text_is_not_kept),
		cmocka_unit_test(a_full_line_drops_what_was_not_used),
		cmocka_unit_test(its_bytes_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
