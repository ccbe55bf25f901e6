/* test_conditions.c - the text of --where, and rows against it. */
#include "tests/cmocka_first.h"

#include "io/conditions.h"

static struct csv_field field(const char *text)
{
	return (struct csv_field){ text, strlen(text) };
}

static void texts(void **state)
{
	(void)state;
	struct conditions where;
	assert_true(conditions_parse(&where, "spf=fail,iprev!=pass,helo="));
	assert_int_equal(where.n, 3);
	assert_true(csv_field_is(where.list[0].name, "spf") && !where.list[0].is_not);
	assert_true(csv_field_is(where.list[1].name, "iprev") && where.list[1].is_not);
	assert_int_equal(where.list[2].value.size, 0);
	static const char *const wrong[] = { "", "spf", "=fail", "!=fail", "spf=a,,b=c",
		"a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1,i=1" };
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(conditions_parse(&where, wrong[i]));
}

/* Columns a and b. */
static bool holds(const char *text, const char *a, const char *b)
{
	struct conditions where;
	const struct csv_field names[] = { field("a"), field("b") };
	const struct csv_field fields[] = { field(a), field(b) };
	assert_true(conditions_parse(&where, text));
	assert_null(conditions_bind(&where, names, 2));
	return conditions_hold(&where, fields);
}

static void rows(void **state)
{
	(void)state;
	assert_true(holds("a=1", "1", "2"));
	assert_false(holds("a=1", "2", "1"));
	assert_false(holds("a=1", "11", ""));
	assert_true(holds("a!=1", "2", "1"));
	assert_true(holds("a=1,b!=1", "1", "2"));
	assert_false(holds("a=1,b!=1", "1", "1"));
	assert_true(holds("a=", "", "x"));
	assert_false(holds("a=", "x", ""));
	assert_false(holds("a!=", "", "x"));
	/* one item of a list */
	assert_true(holds("a=two", "one;two;three", ""));
	assert_true(holds("a=one;two", "one;two", ""));
	assert_false(holds("a=one;two", "one;two;three", ""));
	assert_false(holds("a!=three", "one;two;three", ""));
	assert_false(holds("a=tw", "one;two", ""));
}

static void names(void **state)
{
	(void)state;
	struct conditions where;
	const struct csv_field twice[] = { field("a"), field("b"), field("a") };
	assert_true(conditions_parse(&where, "a=1,c=2"));
	const struct condition *lacking = conditions_bind(&where, twice, 3);
	assert_ptr_equal(lacking, &where.list[1]);
	assert_int_equal(where.list[0].column, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(rows),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
