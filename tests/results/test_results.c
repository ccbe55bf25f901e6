/* test_results.c - rows of an output read back: their input's columns, what is counted of them, and
 * what makes two of them the same. */
#include "tests/cmocka_first.h"

#include "results/columns.h"
#include "results/results.h"

#include <stdio.h>
#include <string.h>

static char header[1024];

static struct csv_record record_of(const char *text)
{
	return (struct csv_record){ .text = text, .size = strlen(text) };
}

static int make_header(void **state)
{
	(void)state;
	strncpy(header, "row,domain,\"a, note\"", sizeof header - 1);
	struct column_set set;
	columns_of_0_1(&set);
	for (unsigned i = 0; i < set.n; i++) {
		size_t size = strlen(header);
		snprintf(header + size, sizeof header - size, ",%s", set.at[i]->name);
	}
	return 0;
}

static struct results results_of(void)
{
	struct results r;
	struct csv_record record = record_of(header);
	struct csv_field input;
	const char *why;
	assert_true(results_of_header(&r, &record, RESULTS_UNTOLD, NULL, &input, &why));
	assert_int_equal(r.n_input, 2);
	assert_int_equal(input.size, strlen("domain,\"a, note\""));
	assert_memory_equal(input.text, "domain,\"a, note\"", input.size);
	return r;
}

static void headers(void **state)
{
	(void)state;
	static const char *const others[] = { "", "row", "domain,ip", "row,status,error",
		"row,domain,status,error,spf" };
	struct results r;
	struct csv_field input;
	const char *why;
	results_of();
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct csv_record record = record_of(others[i]);
		assert_false(results_of_header(&r, &record, RESULTS_UNTOLD, NULL, &input, &why));
	}
	char wrong[sizeof header];
	memcpy(wrong, header, sizeof wrong);
	wrong[strlen(wrong) - 1] ^= 1;
	struct csv_record record = record_of(wrong);
	assert_false(results_of_header(&r, &record, RESULTS_UNTOLD, NULL, &input, &why));
}

static const char good[] =
        "17,a.example,\"b, \"\"c\"\"\",ok,,pass,ip4:192.0.2.1,,,0,0,v=spf1 "
        "-all,,fail,fail,,,192.0.2.7,no,,none,no,no_mx;helo_spf_fail,,2026-11-24T20:00:00Z,5";
static const char failed[] = "18,a.example,x,bad_input,ip: not an IP "
                             "address,,,,,,,,,,temperror,,,,,,temperror,,temperror,MX a.example: "
                             "servfail,2026-11-24T20:00:00Z,5";

static void rows(void **state)
{
	(void)state;
	struct results r = results_of();
	struct results_row row;
	struct textbuf scratch = { 0 };
	struct tally tally = { 0 };
	struct csv_record record = record_of(good);
	assert_true(results_parse(&r, &record, &scratch, &row));
	assert_int_equal(row.number, 17);
	assert_int_equal(row.input.size, strlen("a.example,\"b, \"\"c\"\"\""));
	assert_memory_equal(row.input.text, "a.example,\"b, \"\"c\"\"\"", row.input.size);
	assert_false(results_has_failure(&row));
	results_tally(&tally, &row);
	record = record_of(failed);
	assert_true(results_parse(&r, &record, &scratch, &row));
	assert_true(results_has_failure(&row));
	results_tally(&tally, &row);
	assert_int_equal(tally_read(&tally.rows), 2);
	assert_int_equal(tally_read(&tally.bad_rows), 1);
	assert_int_equal(tally_read(&tally.temperror_rows), 1);
	assert_int_equal(tally_read(&tally.spf[SPF_PASS]), 1);
	assert_int_equal(tally_read(&tally.helo_spf[SPF_FAIL]), 1);
	assert_int_equal(tally_read(&tally.iprev[IPREV_FAIL]), 1);
	assert_int_equal(tally_read(&tally.iprev[IPREV_TEMPERROR]), 1);
	textbuf_fini(&scratch);
}

static void no_rows(void **state)
{
	(void)state;
	static const char *const others[] = { "", "17", "x,a.example,b,ok", "-1,a,b",
		"99999999999999999999,a,b" };
	struct results r = results_of();
	struct results_row row;
	struct textbuf scratch = { 0 };
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		struct csv_record record = record_of(others[i]);
		assert_false(results_parse(&r, &record, &scratch, &row));
	}
	char longer[sizeof good + 8];
	snprintf(longer, sizeof longer, "%s,more", good);
	struct csv_record record = record_of(longer);
	assert_false(results_parse(&r, &record, &scratch, &row));
	record = record_of(good);
	record.broken = true;
	assert_false(results_parse(&r, &record, &scratch, &row));
	textbuf_fini(&scratch);
}

static bool same(const char *a, const char *b)
{
	static const char few[] = "row,domain,spf,evaluated_at,elapsed_ms";
	struct results r;
	struct csv_record record = record_of(few);
	struct csv_field input;
	const char *why;
	assert_true(results_of_header(&r, &record, 1, NULL, &input, &why));
	return results_same(&r, a, strlen(a), b, strlen(b));
}

static void all_but_time(void **state)
{
	(void)state;
	assert_true(same("1,a,pass,2026-01-01T00:00:00Z,5", "1,a,pass,2027-01-01T00:00:00Z,70\n"));
	assert_false(same("1,a,pass,2026-01-01T00:00:00Z,5", "1,a,fail,2026-01-01T00:00:00Z,5\n"));
	assert_false(same("1,a,pass,t,5", "1,a,pas,t,5"));
	assert_true(same("1,\"a\",pass,t,5", "1,a,\"pass\",u,6"));
	assert_false(same("1,\"a\",pass,t,5", "1,b,\"pass\",u,6"));
	assert_true(same("", ""));
	assert_true(same("x", "y")); /* nothing but time */
}

/* The columns that tell of time may stand anywhere. */
static void time_in_between(void **state)
{
	(void)state;
	static const char few[] = "row,domain,elapsed_ms,spf";
	struct results r;
	struct csv_record record = record_of(few);
	struct csv_field input;
	const char *why;
	assert_true(results_of_header(&r, &record, 1, NULL, &input, &why));
	assert_true(results_same(&r, "1,a,5,pass", 10, "1,a,70,pass", 11));
	assert_false(results_same(&r, "1,a,5,pass", 10, "1,a,5,fail", 10));
}

/* The input may have any number of columns. */
static void a_wide_input(void **state)
{
	enum { WIDE = 20000 };
	(void)state;
	for (unsigned told = 0; told < 2; told++) {
		struct textbuf wide = { 0 };
		struct results r;
		struct csv_field input;
		const char *why;
		textbuf_put_text(&wide, "row");
		for (unsigned i = 0; i < WIDE; i++)
			textbuf_printf(&wide, ",\"c %u\"", i);
		size_t input_size = wide.size - strlen("row,");
		textbuf_put_text(&wide, strstr(header, "note\"") + strlen("note\""));
		struct csv_record record = record_of(textbuf_text(&wide));
		assert_true(results_of_header(
		        &r, &record, told ? WIDE : RESULTS_UNTOLD, NULL, &input, &why));
		assert_int_equal(r.n_input, WIDE);
		assert_int_equal(input.size, input_size);
		assert_true(results_has_column(&r, "spf"));
		assert_false(results_has_column(&r, "c 1"));
		textbuf_fini(&wide);
	}
}

/* Columns of the input may have names of ours: only the note tells where ours begin. */
static void columns_of_the_input_with_our_names(void **state)
{
	static const char text[] = "row,spf,status,spf,status";
	(void)state;
	struct results r;
	struct csv_field input;
	const char *why;
	struct csv_record record = record_of(text);
	assert_true(results_of_header(&r, &record, 2, NULL, &input, &why));
	assert_int_equal(r.columns.n, 2);
	assert_int_equal(input.size, strlen("spf,status"));
	assert_false(results_of_header(&r, &record, 1, NULL, &input, &why));
	assert_false(results_of_header(&r, &record, RESULTS_UNTOLD, NULL, &input, &why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(rows),
		cmocka_unit_test(no_rows),
		cmocka_unit_test(all_but_time),
		cmocka_unit_test(time_in_between),
		cmocka_unit_test(a_wide_input),
		cmocka_unit_test(columns_of_the_input_with_our_names),
	};
	return cmocka_run_group_tests(tests, make_header, NULL);
}
