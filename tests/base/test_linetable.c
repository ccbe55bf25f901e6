/* test_linetable.c - items are found by line and tag, and the one that was not used gives way. */
#include "tests/cmocka_first.h"

#include "base/linetable.h"

enum { NOW_S = 100, LATER_S = 1000 };

/* What the items point to: its place is its number. */
static const char items[256];

/* Hashes of one `line` belong into the same eight slots; `number` is the tag. */
static uint64_t hash_of(uint64_t line, uint64_t number)
{
	return line | number << 20;
}

static void put(struct linetable *t, uint64_t line, unsigned number, uint32_t expires_s)
{
	uint64_t hash = hash_of(line, number);
	struct linetable_slot *s = linetable_make(t, hash, NOW_S);
	if (s->item)
		linetable_clear(t, s);
	linetable_set(t, s, hash, &items[number], expires_s);
}

static struct linetable_slot *find(const struct linetable *t, uint64_t line, unsigned number)
{
	uint64_t hash = hash_of(line, number);
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++) {
		struct linetable_slot *s = linetable_at(t, hash, i);
		if (linetable_has_tag(s, hash) && s->item == &items[number])
			return s;
	}
	return NULL;
}

static unsigned number_of(const struct linetable_slot *s)
{
	return (unsigned)((const char *)s->item - items);
}

static void as_large_as_wanted(void **state)
{
	static const struct {
		size_t n_slots, bytes;
	} cases[] = { { 0, 128 }, { 8, 128 }, { 9, 256 }, { 1 << 10, 1 << 14 } };
	struct linetable t = { 0 };
	(void)state;
	assert_int_equal(linetable_bytes(&t), 0);
	linetable_fini(&t);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_true(linetable_init(&t, cases[i].n_slots));
		assert_int_equal(linetable_bytes(&t), cases[i].bytes);
		linetable_fini(&t);
	}
}

static void found_in_line_or_twin(void **state)
{
	struct linetable t;
	(void)state;
	assert_true(linetable_init(&t, 64));
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++) {
		put(&t, 4, i, LATER_S);
		linetable_fetch(&t, hash_of(4, i));
	}
	assert_int_equal(t.n_items, LINETABLE_HASH_SLOTS);
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++) {
		bool in_twin = i >= LINETABLE_LINE_SLOTS;
		assert_non_null(find(&t, 4, i));
		/* the twin's line is that of the other hash, and the tag tells them apart */
		assert_null(find(&t, 5, i));
		assert_ptr_equal(
		        linetable_peek(&t, hash_of(4, i), LINETABLE_HASH_SLOTS), &items[i]);
		assert_ptr_equal(linetable_peek(&t, hash_of(4, i), LINETABLE_LINE_SLOTS),
		        in_twin ? NULL : &items[i]);
	}
	assert_null(find(&t, 6, 0));
	assert_null(linetable_peek(&t, hash_of(4, 9), LINETABLE_HASH_SLOTS));
	linetable_clear(&t, find(&t, 4, 2));
	assert_null(find(&t, 4, 2));
	assert_int_equal(t.n_items, LINETABLE_HASH_SLOTS - 1);
	linetable_fini(&t);
}

/* Every item is where the larger table looks for it, with all that is known of it. */
static void doubled(void **state)
{
	enum { LINES = 16, NUMBERS = 2, TIMES = 6 };
	struct linetable t;
	(void)state;
	assert_true(linetable_init(&t, LINES * LINETABLE_LINE_SLOTS));
	for (unsigned line = 0; line < LINES * 4; line += 4)
		for (unsigned i = 0; i < NUMBERS; i++)
			put(&t, line, line * NUMBERS + i, LATER_S + line);
	linetable_use(find(&t, 8, 8 * NUMBERS));
	for (unsigned n = 0; n < TIMES; n++) {
		const size_t bytes = linetable_bytes(&t);
		assert_true(linetable_double(&t));
		assert_int_equal(linetable_bytes(&t), 2 * bytes);
		assert_int_equal(linetable_n_slots(&t), 2 * bytes / sizeof(struct linetable_slot));
		assert_int_equal(t.n_items, LINES * NUMBERS);
	}
	for (unsigned line = 0; line < LINES * 4; line += 4)
		for (unsigned i = 0; i < NUMBERS; i++) {
			const struct linetable_slot *s = find(&t, line, line * NUMBERS + i);
			assert_non_null(s);
			assert_int_equal(s->expires_s, LATER_S + line);
			assert_int_equal(s->used, line == 8 && i == 0);
		}
	linetable_fini(&t);
}

/* A pair of lines that is full does not overflow when it is divided. */
static void doubled_when_full(void **state)
{
	struct linetable t;
	(void)state;
	assert_true(linetable_init(&t, 8));
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++)
		put(&t, 6, i, LATER_S);
	for (unsigned n = 0; n < 4; n++)
		assert_true(linetable_double(&t));
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++)
		assert_non_null(find(&t, 6, i));
	linetable_fini(&t);
}

/* The highest tag there is does not spoil its neighbours in the slot. */
static void all_bits_of_a_tag(void **state)
{
	struct linetable t;
	uint64_t hash = UINT64_MAX;
	(void)state;
	assert_true(linetable_init(&t, 8));
	struct linetable_slot *s = linetable_make(&t, hash, NOW_S);
	linetable_set(&t, s, hash, items, LATER_S);
	assert_true(linetable_has_tag(s, hash));
	assert_false(linetable_has_tag(s, hash & ~(UINT64_C(1) << 30)));
	assert_int_equal(s->used, 0);
	assert_false(linetable_is_expired(s, LATER_S - 1));
	assert_true(linetable_is_expired(s, LATER_S));
	linetable_fini(&t);
}

/* Of a full line and twin: first what is out of date, then what was not used. */
static void who_gives_way_in_a_line(void **state)
{
	struct linetable t;
	(void)state;
	assert_true(linetable_init(&t, 64));
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++)
		put(&t, 4, i, i == 5 ? NOW_S : LATER_S);
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++)
		if (i != 3)
			linetable_use(find(&t, 4, i));
	assert_int_equal(number_of(linetable_make(&t, hash_of(4, 8), NOW_S)), 5);
	put(&t, 4, 8, LATER_S);
	assert_null(find(&t, 4, 5));
	linetable_use(find(&t, 4, 8));
	assert_int_equal(number_of(linetable_make(&t, hash_of(5, 9), NOW_S)), 3);
	put(&t, 5, 9, LATER_S);
	assert_null(find(&t, 4, 3));
	assert_int_equal(t.n_items, LINETABLE_HASH_SLOTS);
	linetable_fini(&t);
}

/* The hand passes by what was used, once. */
static void clock_gives_a_second_chance(void **state)
{
	static const unsigned order[] = { 1, 2, 5, 0, 3, 4, 6, 7 };
	struct linetable t;
	(void)state;
	assert_true(linetable_init(&t, 8));
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++)
		put(&t, 0, i, i == 2 ? NOW_S : LATER_S);
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++)
		if (i != 1 && i != 5)
			linetable_use(find(&t, 0, i));
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++) {
		struct linetable_slot *s = linetable_victim(&t, NOW_S);
		assert_int_equal(number_of(s), order[i]);
		linetable_clear(&t, s);
	}
	assert_int_equal(t.n_items, 0);
	linetable_fini(&t);
}

static void each_item_once(void **state)
{
	struct linetable t = { 0 };
	struct linetable_slot *s;
	size_t at = 0;
	uint64_t seen = 0;
	(void)state;
	assert_null(linetable_each(&t, &at));
	assert_true(linetable_init(&t, 64));
	for (unsigned i = 0; i < 20; i++)
		put(&t, i, i, LATER_S);
	for (at = 0; (s = linetable_each(&t, &at)) != NULL; linetable_clear(&t, s)) {
		assert_false(seen >> number_of(s) & 1);
		seen |= UINT64_C(1) << number_of(s);
	}
	assert_int_equal(seen, (1 << 20) - 1);
	assert_int_equal(t.n_items, 0);
	linetable_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_large_as_wanted),
		cmocka_unit_test(found_in_line_or_twin),
		cmocka_unit_test(doubled),
		cmocka_unit_test(doubled_when_full),
		cmocka_unit_test(all_bits_of_a_tag),
		cmocka_unit_test(who_gives_way_in_a_line),
		cmocka_unit_test(clock_gives_a_second_chance),
		cmocka_unit_test(each_item_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
