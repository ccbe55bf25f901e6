/* test_shape.c - the columns of header rows, and those that are chosen. */
#include "tests/cmocka_first.h"

#include "export/shape.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAMES_MAX = 16 };

static struct csv_field field(const char *text)
{
	return (struct csv_field){ text, strlen(text) };
}

/* Names with blanks between them; `_` is an empty one. */
static enum error make(struct shape *s, const char *names)
{
	struct csv_field fields[NAMES_MAX];
	unsigned n = 0;
	for (const char *at = names; *at; at += strspn(at, " ")) {
		size_t size = strcspn(at, " ");
		fields[n++] = (struct csv_field){ at, size == 1 && *at == '_' ? 0 : size };
		at += size;
	}
	return shape_of_names(s, fields, n);
}

static void check(const struct shape *s, unsigned i, const char *name, enum column_type type,
        unsigned place, bool is_ours)
{
	assert_true(i < s->n);
	assert_string_equal(s->columns[i].name, name);
	assert_int_equal(s->columns[i].type, type);
	assert_int_equal(s->columns[i].place, place);
	assert_true(s->columns[i].is_ours == is_ours);
}

static void test_types(void **state)
{
	(void)state;
	struct shape s;
	/* what is named like one of ours, but stands before `status`, is the input's */
	assert_int_equal(make(&s, "row domain elapsed_ms status spf mx listed problems later"), 0);
	assert_int_equal(s.n, 9);
	assert_true(s.is_of_file);
	check(&s, 0, "row", TYPE_INTEGER, 0, true);
	check(&s, 1, "domain", TYPE_TEXT, 1, false);
	check(&s, 2, "elapsed_ms", TYPE_TEXT, 2, false);
	check(&s, 3, "status", TYPE_TEXT, 3, true);
	check(&s, 5, "mx", TYPE_MX, 5, true);
	check(&s, 6, "listed", TYPE_TEXTS, 6, true); /* of --ask */
	check(&s, 7, "problems", TYPE_TEXTS, 7, true);
	check(&s, 8, "later", TYPE_TEXT, 8, true); /* of a newer version */
	shape_fini(&s);
}

static void test_names(void **state)
{
	(void)state;
	struct shape s;
	assert_int_equal(make(&s, "row x X _ x_2 x \xff a\n\xe2\x80\xae\x7f< status"), 0);
	check(&s, 1, "x", TYPE_TEXT, 1, false);
	check(&s, 2, "X_2", TYPE_TEXT, 2, false);
	check(&s, 3, "column_4", TYPE_TEXT, 3, false);
	check(&s, 4, "x_2_2", TYPE_TEXT, 4, false);
	check(&s, 5, "x_3", TYPE_TEXT, 5, false);
	check(&s, 6, "\xef\xbf\xbd", TYPE_TEXT, 6, false);
	check(&s, 7, "a___<", TYPE_TEXT, 7, false);
	shape_fini(&s);
}

/* At 63 octets, between characters; unlike each other all the same. */
static void test_long_names(void **state)
{
	(void)state;
	static const char tens[] = "1234567890123456789012345678901234567890123456789012345678901";
	char names[400], cut[80];
	struct shape s;
	snprintf(names, sizeof names, "row %sABCD %sabXY %s\xc3\xa9x %s\xe2\x82\xac status", tens,
	        tens, tens, tens);
	assert_int_equal(make(&s, names), 0);
	snprintf(cut, sizeof cut, "%sAB", tens);
	check(&s, 1, cut, TYPE_TEXT, 1, false);
	snprintf(cut, sizeof cut, "%s_2", tens);
	check(&s, 2, cut, TYPE_TEXT, 2, false);
	snprintf(cut, sizeof cut, "%s\xc3\xa9", tens);
	check(&s, 3, cut, TYPE_TEXT, 3, false);
	check(&s, 4, tens, TYPE_TEXT, 4, false);
	shape_fini(&s);
}

static void test_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "row", "status", "row domain spf", "domain status",
		"status row", "row domain from to kind" };
	struct shape s;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_int_equal(make(&s, wrong[i]), ERROR_SYNTAX);
		shape_fini(&s);
	}
	struct csv_field *many = calloc(SHAPE_COLUMNS_MAX + 1, sizeof *many);
	many[0] = field("row");
	many[SHAPE_COLUMNS_MAX] = field("status");
	assert_int_equal(shape_of_names(&s, many, SHAPE_COLUMNS_MAX + 1), ERROR_LIMIT);
	shape_fini(&s);
	free(many);
}

static void test_kinds(void **state)
{
	(void)state;
	static const struct {
		const char *names; /* of the file beside an audit */
		enum shape_kind kind;
	} edges[] = {
		{ "row domain from to kind depth", SHAPE_INCLUDES },
		{ "row domain network result path depends", SHAPE_NETWORKS },
	};
	struct shape s, of_file;
	for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
		assert_int_equal(shape_of_kind(&s, edges[i].kind), 0);
		assert_int_equal(make(&of_file, edges[i].names), 0);
		assert_int_equal(s.n, of_file.n);
		for (unsigned k = 0; k < s.n; k++)
			check(&of_file, k, s.columns[k].name, s.columns[k].type, k, true);
		shape_fini(&of_file);
		shape_fini(&s);
	}
	assert_int_equal(shape_of_kind(&s, SHAPE_SCAN), 0);
	assert_false(s.is_of_file);
	check(&s, 0, "row", TYPE_INTEGER, 0, true);
	check(&s, 1, "status", TYPE_TEXT, 1, true);
	assert_int_equal(shape_find(&s, field("pass_v6")), -1);
	shape_fini(&s);
	assert_int_equal(shape_of_kind(&s, SHAPE_AUDIT), 0);
	assert_int_equal(s.columns[shape_find(&s, field("pass_v6"))].type, TYPE_WIDE);
	assert_int_equal(s.columns[shape_find(&s, field("problems"))].type, TYPE_TEXTS);
	shape_fini(&s);
}

static void test_chosen(void **state)
{
	(void)state;
	struct shape s;
	struct csv_field wrong;
	assert_int_equal(make(&s, "row domain status spf mx"), 0);
	static const struct {
		const char *list, *wrong;
	} cases[] = { { "spff,row", "spff" }, { "row,spf,row", "row" }, { "row,", "" }, { "", "" },
		{ "ROW", "ROW" } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_false(shape_choose(&s, cases[i].list, &wrong));
		assert_true(csv_field_is(wrong, cases[i].wrong));
		assert_int_equal(s.n, 5);
	}
	assert_true(shape_choose(&s, "mx,domain", &wrong));
	assert_int_equal(s.n, 2);
	check(&s, 0, "mx", TYPE_MX, 4, true);
	check(&s, 1, "domain", TYPE_TEXT, 1, false);
	shape_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_chosen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
