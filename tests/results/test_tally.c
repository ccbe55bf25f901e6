/* test_tally.c - what is counted of a finished row, of a row that was done again, and of several
 * workers. */
#include "tests/cmocka_first.h"

#include "results/tally.h"

#include <stddef.h>
#include <string.h>

static uint64_t problems_counted(const struct tally *t, const char *word)
{
	unsigned i = 0;
	while (strcmp(problems_word(i), word) != 0)
		i++;
	return tally_read(&t->problems[i]);
}

static void finished_rows(void **state)
{
	(void)state;
	struct tally t = { 0 };
	struct spf_result spf = { .verdict = SPF_FAIL },
	                  failed = { .verdict = SPF_TEMPERROR, .problem = SPF_PROBLEM_DNS_ERROR };
	struct mailhosts no_mail = { .state = MX_NULL };
	struct iprev iprev = { .verdict = IPREV_PASS };
	struct outcome good = { .error = "",
		.spf = &spf,
		.iprev = &iprev,
		.has_helo_spf = true,
		.helo_verdict = SPF_NONE },
	               bad = { .error = "ip: not an IP address" },
	               open = { .error = "", .spf = &failed, .mailhosts = &no_mail };
	struct outcome *const judged[] = { &good, &bad, &open };
	for (unsigned i = 0; i < 3; i++) {
		judged[i]->facts =
		        facts_of(judged[i]->iprev, NULL, judged[i]->mailhosts, judged[i]->spf);
		judged[i]->problems = problems_of(judged[i]);
	}
	tally_outcome(&t, &good);
	tally_outcome(&t, &good);
	tally_outcome(&t, &bad);
	tally_outcome(&t, &open);
	assert_int_equal(tally_read(&t.rows), 4);
	struct tally again = { 0 };
	const struct outcome *const rows[] = { &good, &good, &bad, &open };
	for (unsigned i = 0; i < 4; i++) {
		const struct tally_row row = tally_of_outcome(rows[i]);
		tally_add_row(&again, &row);
	}
	assert_memory_equal(&again, &t, sizeof t);
	assert_int_equal(tally_read(&t.bad_rows), 1);
	assert_int_equal(tally_read(&t.temperror_rows), 1);
	assert_int_equal(tally_read(&t.spf[SPF_FAIL]), 2);
	assert_int_equal(tally_read(&t.spf[SPF_TEMPERROR]), 1);
	assert_int_equal(tally_read(&t.spf[SPF_NONE]), 0);
	assert_int_equal(tally_read(&t.helo_spf[SPF_NONE]), 2);
	assert_int_equal(tally_read(&t.iprev[IPREV_PASS]), 2);
	assert_int_equal(tally_read(&t.ran[1]), 2); /* iprev */
	assert_int_equal(tally_read(&t.retried_rows), 0);
	assert_int_equal(tally_read(&t.spf_problem[SPF_PROBLEM_NONE]), 2);
	assert_int_equal(tally_read(&t.spf_problem[SPF_PROBLEM_DNS_ERROR]), 1);
	assert_int_equal(tally_read(&t.mx_state[MX_NULL]), 1);
	assert_int_equal(problems_counted(&t, "null_mx"), 1);
	assert_int_equal(problems_counted(&t, "spf_fail"), 2);
	assert_int_equal(problems_counted(&t, "temperror"), 1);
	assert_int_equal(problems_counted(&t, "no_spf"), 0);
}

static void rows_done_again(void **state)
{
	(void)state;
	struct tally t = { 0 };
	tally_retried(&t, RETRIED_CHANGED);
	tally_retried(&t, RETRIED_SAME);
	tally_retried(&t, RETRIED_KEPT);
	tally_retried(&t, RETRIED_KEPT);
	assert_int_equal(tally_read(&t.retried_rows), 4);
	assert_int_equal(tally_read(&t.changed_rows), 1);
	assert_int_equal(tally_read(&t.kept_rows), 2);
	assert_int_equal(tally_read(&t.rows), 0);
}

/* Every count is summed: what stands before the first name is nothing but counts. */
static void sums(void **state)
{
	enum { COUNTS = offsetof(struct tally, first_no_host_row) / sizeof(tally_count) };
	(void)state;
	struct tally sum = { 0 }, one = { 0 };
	tally_count *from = (tally_count *)&one, *to = (tally_count *)&sum;
	for (unsigned i = 0; i < COUNTS; i++)
		tally_add(&from[i], i + 1);
	tally_sum(&sum, &one);
	tally_sum(&sum, &one);
	for (unsigned i = 0; i < COUNTS; i++)
		assert_int_equal(tally_read(&to[i]), 2 * (i + 1));
}

/* The name of the lowest row is kept, cut to what there is room for. */
static void first_names(void **state)
{
	(void)state;
	struct tally sum = { 0 }, one = { 0 }, other = { 0 };
	char longer[2 * TALLY_NAME_BYTES];
	memset(longer, 'x', sizeof longer);
	tally_outcome(&one, &(struct outcome){ .error = "", .number = 9, .no_host = { "b", 1 } });
	tally_outcome(&one, &(struct outcome){ .error = "", .number = 7, .no_host = { "a b", 3 } });
	tally_outcome(&one, &(struct outcome){ .error = "", .number = 8, .no_host = { "c", 1 } });
	tally_outcome(&other,
	        &(struct outcome){
	                .error = "", .number = 3, .no_host = { longer, sizeof longer } });
	tally_sum_names(&sum, &one);
	assert_string_equal(sum.first_no_host, "a b");
	tally_sum_names(&sum, &other);
	tally_sum_names(&sum, &one);
	assert_int_equal(tally_read(&one.no_host_names), 3);
	assert_int_equal(sum.first_no_host_row, 3);
	assert_int_equal(strlen(sum.first_no_host), TALLY_NAME_BYTES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finished_rows),
		cmocka_unit_test(rows_done_again),
		cmocka_unit_test(sums),
		cmocka_unit_test(first_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
