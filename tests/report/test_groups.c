/* test_groups.c - counts by key, the commonest reason, and what is dropped in little memory. */
#include "tests/cmocka_first.h"

#include "base/hash.h"
#include "report/groups.h"

#include <stdio.h>

static struct csv_field field(const char *text)
{
	return (struct csv_field){ text, strlen(text) };
}

static void add(struct groups *g, const char *key, const char *reason, uint64_t n)
{
	uint64_t counts[GROUP_COUNTS] = { [GROUP_MESSAGES] = n, [GROUP_FAIL] = 1 };
	assert_true(groups_add(g, field(key), field("name"), counts, field(reason)));
}

static void expect(struct groups *g, uint64_t i, const char *key, uint64_t n, const char *reason)
{
	struct group group;
	assert_true(groups_at(g, i, &group));
	assert_true(csv_field_is(group.key, key));
	assert_true(csv_field_is(group.reason, reason));
	assert_int_equal(group.counts[GROUP_MESSAGES], n);
}

static void sorted_with_reasons(void **state)
{
	(void)state;
	struct groups *g = groups_new(1 << 20);
	struct group group;
	add(g, "b", "x", 1);
	add(g, "a", "y", 2);
	add(g, "b", "z", 1);
	add(g, "b", "z", 1);
	add(g, "c", "", 2);
	assert_true(groups_sort(g, 0));
	expect(g, 0, "b", 3, "z");
	expect(g, 1, "a", 2, "y");
	expect(g, 2, "c", 2, "");
	assert_false(groups_at(g, 3, &group));
	assert_true(groups_at(g, 0, &group));
	assert_int_equal(group.reason_count, 2);
	assert_int_equal(group.counts[GROUP_FAIL], 3);
	assert_true(csv_field_is(group.name, "name"));
	groups_free(g);
}

/* Two large groups among many small ones stay whole, and nothing is lost without a word. */
static void little_memory(void **state)
{
	(void)state;
	enum { SMALL = 20000 };
	struct groups *g = groups_new(200000);
	uint64_t sum = 0, dropped_messages;
	struct group group;
	add(g, "large", "why", 1000);
	add(g, "other", "how", 500);
	for (unsigned i = 0; i < SMALL; i++) {
		char key[32];
		snprintf(key, sizeof key, "small%u", i);
		add(g, key, key, 1);
		if (i % 10 == 0)
			add(g, "large", "why", 1);
	}
	assert_true(groups_sort(g, 0));
	expect(g, 0, "large", 1000 + SMALL / 10, "why");
	expect(g, 1, "other", 500, "how");
	for (uint64_t i = 0; groups_at(g, i, &group); i++)
		sum += group.counts[GROUP_MESSAGES];
	assert_true(groups_dropped(g, &dropped_messages) > SMALL / 2);
	assert_int_equal(sum + dropped_messages, 1500 + SMALL / 10 + SMALL);
	groups_free(g);
}

/* Of many keys in a shuffled order the largest are found, and each count is what was added. */
static void largest_alone(void **state)
{
	(void)state;
	enum { KEYS = 5000, TOP = 40 };
	struct groups *g = groups_new(64 << 20);
	struct group group;
	char key[32];
	for (unsigned turn = 0; turn < 3; turn++)
		for (unsigned i = 0; i < KEYS; i++) {
			unsigned k = i * 2971 % KEYS;
			snprintf(key, sizeof key, "key%05u", k);
			add(g, key, turn ? "often" : "once", k / 2);
		}
	assert_true(groups_sort(g, TOP));
	assert_int_equal(groups_count(g), KEYS);
	for (unsigned i = 0; i < TOP; i++) {
		snprintf(key, sizeof key, "key%05u", KEYS - 2 - i + 2 * (i % 2));
		expect(g, i, key, 3 * ((KEYS - 1 - i) / 2), "often");
	}
	assert_false(groups_at(g, TOP, &group));
	groups_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorted_with_reasons),
		cmocka_unit_test(little_memory),
		cmocka_unit_test(largest_alone),
	};
	hash_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
