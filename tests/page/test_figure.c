/* test_figure.c - numbers as people read them, and as CSV. */
#include "tests/cmocka_first.h"

#include "page/figure.h"

#include <stdlib.h>

#define S "\xe2\x80\xaf"

static void counts(void **state)
{
	(void)state;
	static const struct {
		uint64_t n;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 999, "999" },
		{ 1000, "1" S "000" },
		{ 1234567, "1" S "234" S "567" },
		{ UINT64_MAX, "18" S "446" S "744" S "073" S "709" S "551" S "615" },
	};
	struct textbuf out = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		textbuf_reset(&out);
		figure_put_count(&out, cases[i].n);
		assert_string_equal(textbuf_text(&out), cases[i].text);
	}
	textbuf_fini(&out);
}

static void shares(void **state)
{
	(void)state;
	static const struct {
		uint64_t part, whole;
		const char *text;
	} cases[] = {
		{ 0, 0, "0" S "%" },
		{ 0, 10, "0" S "%" },
		{ 10, 10, "100" S "%" },
		{ 1, 3, "33.3" S "%" },
		{ 1, 1000000, "under 0.1" S "%" },
		{ 1, 1000, "0.1" S "%" },
		{ 999999, 1000000, "over 99.9" S "%" },
	};
	struct textbuf out = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		textbuf_reset(&out);
		figure_put_share(&out, cases[i].part, cases[i].whole);
		assert_string_equal(textbuf_text(&out), cases[i].text);
	}
	textbuf_fini(&out);
}

static void things(void **state)
{
	(void)state;
	struct textbuf out = { 0 };
	figure_put_things(&out, 1, "messages");
	figure_put_things(&out, 2, "rows");
	figure_put_things(&out, 1, "queries");
	figure_put_things(&out, 1, "policies");
	assert_string_equal(textbuf_text(&out), "1 message2 rows1 query1 policy");
	textbuf_fini(&out);
}

static void as_csv(void **state)
{
	(void)state;
	struct figure *f = calloc(1, sizeof *f);
	struct textbuf out = { 0 };
	assert_non_null(f);
	figure_begin(f, "id", "Which?", FIGURE_BARS);
	f->label_head = "domain";
	f->detail_head = "why";
	f->unit = "rows";
	f->n_series = 2;
	f->series[0].name = "a";
	f->series[1].name = "b, c";
	struct figure_row *row = figure_add(f, (struct csv_field){ "x,\"y", 4 }, 7);
	row->values[0] = 3;
	row->values[1] = 4;
	row->detail = (struct csv_field){ "so", 2 };
	row = figure_add(f, (struct csv_field){ "", 0 }, 12345);
	memcpy(row->own, "own", 4);
	figure_put_csv(&out, f);
	assert_string_equal(textbuf_text(&out),
	        "domain,rows,a,\"b, c\",why\n\"x,\"\"y\",7,3,4,so\nown,12345,0,0,\n");
	assert_int_equal(figure_most(f), 12345);
	for (unsigned i = f->n_rows; i < FIGURE_ROWS_MAX; i++)
		assert_non_null(figure_add(f, (struct csv_field){ "", 0 }, 1));
	assert_null(figure_add(f, (struct csv_field){ "", 0 }, 1));
	textbuf_fini(&out);
	figure_fini(f);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(shares),
		cmocka_unit_test(things),
		cmocka_unit_test(as_csv),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
