/* test_columns.c - a printed row is whole, or says that it is not. */
#include "tests/cmocka_first.h"

#include "results/columns.h"

#include <stdio.h>
#include <stdlib.h>

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
	columns_all(&p->columns);
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
	struct column_set newer, older, all;
	unsigned n = 0;
	columns_all(&all);
	assert_true(columns_of_list(&newer, 0));
	assert_true(columns_same(&newer, &all));
	for (; columns_of_list(&older, n); n++, newer = older) {
		unsigned at = 0;
		assert_string_equal(older.at[0]->name, "status");
		for (unsigned i = 0; i < newer.n && at < older.n; i++)
			at += newer.at[i] == older.at[at];
		assert_int_equal(at, older.n);
	}
	assert_true(n >= 2);
	columns_of_0_1(&older);
	assert_true(columns_same(&newer, &older));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole_row, begin, end),
		cmocka_unit_test_setup_teardown(no_memory, begin, end),
		cmocka_unit_test(lists_of_versions),
		cmocka_unit_test(columns_of_version_0_1_0),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
