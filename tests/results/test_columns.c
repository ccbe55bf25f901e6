/* test_columns.c - a printed row is whole, or says that it is not. */
#include "tests/cmocka_first.h"

#include "results/causes.h"
#include "results/columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct printing {
	struct outcome outcome;
	struct layout layout;
	struct column_set columns;
	struct textbuf out, scratch;
};

static int begin(void **state)
{
	struct printing *p = calloc(1, sizeof *p);
	if (!p)
		return -1;
	p->outcome.number = 7;
	p->outcome.record = (struct csv_record){ .text = "a.example,\"b, c\"", .size = 16 };
	p->outcome.error = "ip: not an IP address";
	p->outcome.evaluated_at = "2026-11-29T12:00:00Z";
	p->layout.n_columns = 2;
	columns_all(&p->columns, NULL);
	*state = p;
	return 0;
}

static int end(void **state)
{
	struct printing *p = *state;
	textbuf_fini(&p->out);
	textbuf_fini(&p->scratch);
	free(p);
	return 0;
}

static void whole_row(void **state)
{
	struct printing *p = *state;
	columns_put_row(&p->out, &p->scratch, &p->layout, &p->columns, &p->outcome);
	assert_false(p->out.failed);
	static const char begins[] = "7,a.example,\"b, c\",bad_input,ip: not an IP address,";
	assert_true(p->out.size > sizeof begins);
	assert_memory_equal(p->out.bytes, begins, sizeof begins - 1);
}

/* Memory that ends anywhere in the work must not cut a field short. */
static void no_memory(void **state)
{
	struct printing *p = *state;
	for (size_t limit_bytes = 1; limit_bytes < 20; limit_bytes++) {
		textbuf_fini(&p->scratch);
		textbuf_init(&p->scratch, limit_bytes);
		textbuf_reset(&p->out);
		columns_put_row(&p->out, &p->scratch, &p->layout, &p->columns, &p->outcome);
		assert_true(p->out.failed);
	}
}

/* Each list of columns holds all of the one before it, in its order, and begins with `status`: so
 * none passes for a part of the input's columns. */
static void lists_of_versions(void **state)
{
	(void)state;
	struct column_set newer = { 0 }, older = { 0 }, all;
	unsigned n = 0;
	columns_all(&all, NULL);
	assert_true(columns_of_list(&newer, 0));
	assert_true(columns_same(&newer, &all));
	for (; columns_of_list(&older, n) && !columns_are_of_audit(&older); n++, newer = older) {
		unsigned at = 0;
		assert_string_equal(older.at[0]->name, "status");
		for (unsigned i = 0; i < newer.n && at < older.n; i++)
			at += newer.at[i] == older.at[at];
		assert_int_equal(at, older.n);
	}
	assert_true(n >= 2);
	columns_of_audit(&all, NULL);
	assert_true(columns_same(&older, &all) && !columns_of_list(&older, n + 1));
	assert_string_equal(all.at[0]->name, "status");
	columns_of_0_1(&older);
	assert_true(columns_same(&newer, &older));
}

/* --ask: its columns stand before `problems`, and are found by name, before one of ours that came
 * later. */
static void columns_of_a_list(void **state)
{
	(void)state;
	struct asks asks;
	char why[ASK_WHY_BYTES];
	static const char list[] = "x=A:{domain} ptr=NS:{domain}";
	struct column_set all, older, found = { .asks = &asks };
	assert_true(asks_parse(&asks, list, sizeof list - 1, why));
	columns_all(&all, &asks);
	unsigned at = 0;
	while (strcmp(column_name(&all, at), "x") != 0)
		at++;
	assert_string_equal(column_name(&all, at + 1), "ptr");
	assert_string_equal(column_name(&all, at + 2), "problems");
	older.asks = &asks;
	for (unsigned i = 0; columns_of_list(&older, i); i++)
		assert_true(older.n >= 2 && columns_have_name("PTR") && !columns_have_name("x"));
	assert_true(columns_add_name(&found, (struct csv_field){ "ptr", 3 }));
	assert_ptr_equal(found.at[0], all.at[at + 1]);
	assert_false(columns_add_name(&found, (struct csv_field){ "ptr", 3 }));
	found = (struct column_set){ 0 };
	assert_false(columns_add_name(&found, (struct csv_field){ "x", 1 }));
}

/* What a released version wrote never changes. */
static void columns_of_version_0_1_0(void **state)
{
	static const char names[] =
	        "status error spf spf_matched spf_problem spf_explanation spf_lookups "
	        "spf_void_lookups spf_record spf_dnssec helo_spf iprev ptr iprev_name a a_match mx "
	        "mx_state mx_match problems dns_cause evaluated_at elapsed_ms ";
	(void)state;
	struct column_set set;
	struct textbuf text = { 0 };
	columns_of_0_1(&set);
	for (unsigned i = 0; i < set.n; i++)
		textbuf_printf(&text, "%s ", set.at[i]->name);
	assert_string_equal(textbuf_text(&text), names);
	textbuf_fini(&text);
}

static const struct answer *failure(const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	const struct answer *a = answer_of_failure(&name, RRTYPE_A, ANSWER_TIMEOUT, NULL);
	assert_non_null(a);
	return a;
}

/* What is behind a verdict stands first; then all others, each question once, eight in all. */
static void causes(void **state)
{
	struct printing *p = *state;
	struct failures spf = { 0 }, mailhosts = { 0 };
	struct spf_result result = { .verdict = SPF_TEMPERROR };
	const struct answer *answers[10];
	char name[] = "n0";
	for (unsigned i = 0; i < 10; i++) {
		name[1] = (char)('0' + i);
		answers[i] = failure(name);
		failures_add(i < 5 ? &spf : &mailhosts, answers[i]);
		failures_add(i < 5 ? &spf : &mailhosts, answers[i]);
	}
	failures_add(&mailhosts, answers[1]);
	assert_int_equal(spf.n, 5);
	assert_int_equal(mailhosts.n, 6);
	result.failed = answers[4];
	p->outcome.spf = &result;
	p->outcome.helo_failed = answers[9];
	p->outcome.failures[1] = &spf;
	p->outcome.failures[4] = &mailhosts;
	causes_put(&p->out, &p->outcome);
	assert_string_equal(textbuf_text(&p->out),
	        "A n9: timeout;A n4: timeout;A n0: timeout;A n1: timeout;A n2: timeout;"
	        "A n3: timeout;A n5: timeout;A n6: timeout");
	failures_clear(&spf);
	failures_clear(&mailhosts);
	for (unsigned i = 0; i < 10; i++)
		answer_unref(answers[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole_row, begin, end),
		cmocka_unit_test_setup_teardown(no_memory, begin, end),
		cmocka_unit_test_setup_teardown(causes, begin, end),
		cmocka_unit_test(lists_of_versions),
		cmocka_unit_test(columns_of_a_list),
		cmocka_unit_test(columns_of_version_0_1_0),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
