/* test_row_answers.c - what a row was told once is found again, by name without case and by type;
 * references are given back. */
#include "tests/cmocka_first.h"

#include "scanner/row_answers.h"

#include <stdio.h>
#include <string.h>

enum { EXPIRES_S = 300 };

static struct dname name_of(const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	return name;
}

static const struct answer *answer_to(const char *text, enum rrtype type)
{
	struct dname name = name_of(text);
	const struct answer *a = answer_of_failure(&name, type, ANSWER_TIMEOUT, NULL);
	assert_non_null(a);
	return a;
}

static const struct answer *find(
        const struct row_answers *answers, const char *text, enum rrtype type)
{
	struct dname name = name_of(text);
	uint32_t expires_s = 0;
	const struct answer *found = row_answers_find(answers, &name, type, &expires_s);
	assert_int_equal(expires_s, found ? EXPIRES_S : 0);
	return found;
}

static void found_by_name_and_type(void **state)
{
	(void)state;
	struct row_answers answers = { 0 };
	const struct answer *a = answer_to("mail.example.com", RRTYPE_A),
	                    *root = answer_to(".", RRTYPE_MX);
	assert_null(find(&answers, "mail.example.com", RRTYPE_A));
	assert_true(row_answers_add(&answers, a, EXPIRES_S));
	assert_true(row_answers_add(&answers, root, EXPIRES_S));
	assert_ptr_equal(find(&answers, "mail.example.com", RRTYPE_A), a);
	assert_ptr_equal(find(&answers, "MAIL.Example.com", RRTYPE_A), a);
	assert_ptr_equal(find(&answers, ".", RRTYPE_MX), root);
	assert_null(find(&answers, "mail.example.com", RRTYPE_AAAA));
	assert_null(find(&answers, "mail.example.org", RRTYPE_A));
	assert_null(find(&answers, "maiL.eXample.co", RRTYPE_A));
	assert_null(find(&answers, ".", RRTYPE_A));
	assert_int_equal(a->n_references, 2);
	row_answers_reset(&answers);
	assert_null(find(&answers, "mail.example.com", RRTYPE_A));
	assert_int_equal(a->n_references, 1);
	row_answers_fini(&answers);
	answer_unref(a);
	answer_unref(root);
}

static void the_first_is_kept(void **state)
{
	(void)state;
	struct row_answers answers = { 0 };
	const struct answer *first = answer_to("example.com", RRTYPE_TXT),
	                    *second = answer_to("EXAMPLE.com", RRTYPE_TXT);
	assert_true(row_answers_add(&answers, first, EXPIRES_S));
	assert_true(row_answers_add(&answers, second, EXPIRES_S));
	assert_int_equal(answers.n, 1);
	assert_ptr_equal(find(&answers, "example.com", RRTYPE_TXT), first);
	assert_int_equal(second->n_references, 1);
	row_answers_reset(&answers);
	row_answers_fini(&answers);
	answer_unref(first);
	answer_unref(second);
}

/* More than it keeps memory for; in the order in which they came. */
static void many(void **state)
{
	(void)state;
	enum { MANY = 300 };
	struct row_answers answers = { 0 };
	const struct answer *all[MANY];
	char text[32];
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "n%u.example.com", i);
		all[i] = answer_to(text, i % 2 ? RRTYPE_A : RRTYPE_TXT);
		assert_true(row_answers_add(&answers, all[i], EXPIRES_S));
	}
	assert_int_equal(answers.n, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "n%u.example.com", i);
		assert_ptr_equal(find(&answers, text, i % 2 ? RRTYPE_A : RRTYPE_TXT), all[i]);
		assert_ptr_equal(answers.at[i], all[i]);
	}
	row_answers_reset(&answers);
	assert_int_equal(answers.capacity, 0);
	for (unsigned i = 0; i < MANY; i++) {
		assert_int_equal(all[i]->n_references, 1);
		answer_unref(all[i]);
	}
	row_answers_fini(&answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_by_name_and_type),
		cmocka_unit_test(the_first_is_kept),
		cmocka_unit_test(many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
