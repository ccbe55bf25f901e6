/* test_words.c - every word that the program writes has a meaning that a page shows. */
#include "tests/cmocka_first.h"

#include "checks/policy_report.h"
#include "page/words.h"
#include "results/problems.h"

static void expect(enum words_list list, const char *word)
{
	const struct word *w = words_find(list, (struct csv_field){ word, strlen(word) });
	if (!w)
		print_error("no meaning for '%s'\n", word);
	assert_non_null(w);
	assert_true(w->meaning && w->meaning[0] && strlen(w->meaning) <= 54);
}

static void all_words(void **state)
{
	(void)state;
	const char *word;
	for (unsigned i = 0; (word = problems_word(i)) != NULL; i++)
		expect(WORDS_PROBLEMS, word);
	for (enum spf_verdict v = SPF_NONE; v < SPF_VERDICT_COUNT; v++)
		expect(WORDS_SPF, spf_verdict_text(v));
	for (enum spf_problem p = SPF_PROBLEM_NONE + 1; p < SPF_PROBLEM_COUNT; p++)
		expect(WORDS_SPF_PROBLEM, spf_problem_text(p));
	for (enum iprev_verdict v = IPREV_PASS; v < IPREV_VERDICT_COUNT; v++)
		expect(WORDS_IPREV, iprev_verdict_text(v));
	for (enum mx_state s = MX_UNASKED + 1; s < MX_STATE_COUNT; s++)
		expect(WORDS_MX_STATE, mx_state_text(s));
	for (enum policy_state s = POLICY_OK; s < POLICY_STATE_COUNT; s++)
		expect(WORDS_RECORD_STATE, policy_state_text(s));
	for (enum answer_status s = ANSWER_OK; s < ANSWER_STATUS_COUNT; s++)
		if (s != ANSWER_OK && s != ANSWER_NODATA && s != ANSWER_NXDOMAIN)
			expect(WORDS_CAUSE, answer_status_text(s));
	assert_null(words_find(WORDS_SPF, (struct csv_field){ "nonsense", 8 }));
}

static void order(void **state)
{
	(void)state;
	assert_string_equal(words_at(WORDS_SPF, 0)->word, "pass");
	assert_string_equal(words_at(WORDS_ALL, 4)->word, "+all");
	assert_null(words_at(WORDS_ALL, 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_words),
		cmocka_unit_test(order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
