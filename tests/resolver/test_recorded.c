/* test_recorded.c - which line answers a question of a row, against a search of all lines. */
#include "tests/cmocka_first.h"

#include "base/hash.h"
#include "resolver/question.h"
#include "resolver/recorded.h"

#include <stdlib.h>

/* The last line of the hash up to the row, else the first behind it; NULL: none. */
static const struct recorded_line *search(
        const struct recorded_line *lines, size_t n, uint64_t hash, uint64_t row)
{
	const struct recorded_line *found = NULL;
	for (size_t i = 0; i < n; i++)
		if (lines[i].hash == hash && (lines[i].row <= row || !found))
			found = &lines[i];
	return found;
}

static void compare_all(size_t n, uint64_t n_hashes, uint64_t spread)
{
	struct recorded_index index = { 0 };
	struct recorded_line *all = calloc(n, sizeof *all);
	uint64_t state = 88172645463325252u, row = 1;
	for (size_t i = 0; i < n; i++) {
		state ^= state << 13, state ^= state >> 7, state ^= state << 17;
		row += state % 3;
		all[i] = (struct recorded_line){ state % n_hashes * spread, row, i * 10 };
		assert_true(recorded_index_add(&index, all[i].hash, all[i].row, all[i].at));
	}
	assert_true(recorded_index_sort(&index));
	assert_int_equal(index.n, n);
	for (uint64_t h = 0; h < n_hashes + 2 && h < 60; h++)
		for (uint64_t r = 0; r <= row + 1; r += 1 + row / 15) {
			struct recorded_lines found = recorded_index_find(&index, h * spread, r);
			const struct recorded_line *expected = search(all, n, h * spread, r);
			assert_int_equal(found.n > 0, expected != NULL);
			if (expected)
				assert_int_equal(found.lines[found.chosen].at, expected->at);
			for (size_t i = 1; i < found.n; i++)
				assert_true(found.lines[i - 1].at < found.lines[i].at);
		}
	recorded_index_fini(&index);
	free(all);
}

static void any_number_of_lines_and_questions(void **state)
{
	(void)state;
	const uint64_t high = UINT64_C(0x0123456789abcdef);
	compare_all(1, 1, high);
	compare_all(2, 1, high);
	compare_all(300, 1, high);        /* one question, in one bucket */
	compare_all(3000, 200, high);     /* some fifteen lines each */
	compare_all(20000, 100000, high); /* mostly one line each */
	compare_all(3000, 200, 1);        /* hashes that fall into one bucket */
}

static void an_empty_record_has_nothing(void **state)
{
	(void)state;
	struct recorded_index index = { 0 };
	assert_int_equal(recorded_index_find(&index, 5, 1).n, 0);
	assert_true(recorded_index_sort(&index));
	assert_int_equal(recorded_index_find(&index, 5, 1).n, 0);
	recorded_index_fini(&index);
}

static void the_largest_hash_is_one_like_others(void **state)
{
	(void)state;
	struct recorded_index index = { 0 };
	assert_true(recorded_index_add(&index, UINT64_MAX, 3, 1));
	assert_true(recorded_index_add(&index, UINT64_MAX - 1, 4, 2));
	assert_true(recorded_index_sort(&index));
	assert_int_equal(recorded_index_find(&index, UINT64_MAX, 9).n, 1);
	recorded_index_fini(&index);
}

static void a_question_is_found_in_any_case(void **state)
{
	(void)state;
	struct recorded r = { 0 };
	struct dname name;
	struct question q;
	assert_int_equal(dname_parse(&name, "Example.COM", 11), ERROR_NONE);
	assert_true(recorded_add(&r, &name, RRTYPE_TXT, 7, 99));
	assert_true(recorded_index_sort(&r.index));
	dname_lower(&name);
	question_of(&q, &name, RRTYPE_TXT);
	assert_int_equal(recorded_index_find(&r.index, q.hash, 7).lines[0].at, 99);
	question_of(&q, &name, RRTYPE_A);
	assert_int_equal(recorded_index_find(&r.index, q.hash, 7).n, 0);
	recorded_index_fini(&r.index);
}

int main(void)
{
	hash_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_number_of_lines_and_questions),
		cmocka_unit_test(an_empty_record_has_nothing),
		cmocka_unit_test(the_largest_hash_is_one_like_others),
		cmocka_unit_test(a_question_is_found_in_any_case),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
