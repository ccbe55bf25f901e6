/* test_nameset.c - a set of names with all beneath them, against a search through a list. */
#include "dns/nameset.h"
#include "tests/cmocka_first.h"

#include <stdio.h>
#include <string.h>

static struct dname name_of(const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	return name;
}

static bool holds(const struct nameset *s, const char *text)
{
	struct dname name = name_of(text);
	return nameset_holds(s, &name);
}

static void holds_a_name_and_all_beneath_it(void **state)
{
	struct nameset s = { 0 };
	(void)state;
	assert_false(holds(&s, "example.com"));
	struct dname com = name_of("Example.COM"), mil = name_of("mil");
	assert_true(nameset_add(&s, &com));
	assert_true(nameset_add(&s, &mil));
	assert_true(nameset_add(&s, &com));
	assert_int_equal(s.n_names, 2);
	assert_true(holds(&s, "example.com"));
	assert_true(holds(&s, "a.b.EXAMPLE.com"));
	assert_true(holds(&s, "mil"));
	assert_true(holds(&s, "www.army.mil"));
	assert_false(holds(&s, "com"));
	assert_false(holds(&s, "bad-example.com"));
	assert_false(holds(&s, "example.com.test"));
	assert_false(holds(&s, "."));
	assert_false(nameset_holds(&s, &(struct dname){ .size = 0 }));
	nameset_fini(&s);
}

enum { MANY = 5000 };

static void many_names_are_found_and_no_others(void **state)
{
	struct nameset s = { 0 };
	char text[64];
	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "n%u%s.example", i, i % 3 ? "" : ".deep");
		struct dname name = name_of(text);
		assert_true(nameset_add(&s, &name));
	}
	for (unsigned i = 0; i < 2 * MANY; i++) {
		bool is_deep = i % 3 == 0;
		snprintf(text, sizeof text, "n%u%s.example", i, is_deep ? ".deep" : "");
		assert_int_equal(holds(&s, text), i < MANY);
		snprintf(text, sizeof text, "x.y.n%u%s.example", i, is_deep ? ".deep" : "");
		assert_int_equal(holds(&s, text), i < MANY);
		snprintf(text, sizeof text, "n%u%s.example", i, is_deep ? "" : ".deep");
		assert_false(holds(&s, text));
	}
	size_t at = 0, n = 0;
	for (struct dname name; nameset_next(&s, &at, &name); n++)
		assert_true(nameset_holds(&s, &name));
	assert_int_equal(n, MANY);
	nameset_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_a_name_and_all_beneath_it),
		cmocka_unit_test(many_names_are_found_and_no_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
