/* test_schema.c - the holes of a text, and that each real dialect has none left. What their code
 * does is for tests/recipes/test_load.py. */
#include "tests/cmocka_first.h"

#include "export/schema.h"

#include <stdlib.h>

static struct shape_column columns[] = {
	{ .name = "row", .type = TYPE_INTEGER },
	{ .name = "a \"b\" 'c' @n", .type = TYPE_TEXT },
	{ .name = "mx", .type = TYPE_MX },
	{ .name = "note", .type = TYPE_TEXT },
};
static const struct dialect made = {
	.name = "made",
	.n_quote = QUOTE_DOUBLE,
	.s_quote = QUOTE_SINGLE,
	.types = { [TYPE_TEXT] = { "T", "@n" }, [TYPE_INTEGER] = { "I", "int(@n)" } },
	.text = "all: @n, @\n"
	        "* @n @s @t @c,\n"
	        "!~only @n,\n"
	        "?file\n"
	        "*@x;\n",
};

static void test_holes(void **state)
{
	(void)state;
	struct textbuf out = { 0 };
	struct shape s = { .columns = columns, .n = 2 };
	schema_print(&out, &s, &made);
	assert_string_equal(textbuf_text(&out),
	        "all: @n, @\n"
	        " \"row\" 'row' I int(\"row\"),\n"
	        " \"a \"\"b\"\" 'c' @n\" 'a \"b\" ''c'' @n' T \"a \"\"b\"\" 'c' @n\"\n"
	        "only \"row\"\n"
	        "@x;\n@x;\n");
	textbuf_reset(&out);
	s.is_of_file = true;
	s.n = 1;
	schema_print(&out, &s, &made);
	assert_string_equal(
	        textbuf_text(&out), "all: @n, @\n \"row\" 'row' I int(\"row\")\nfile\n@x;\n");
	textbuf_fini(&out);
}

static void test_dialects(void **state)
{
	(void)state;
	struct textbuf out = { 0 };
	const struct dialect *d;
	unsigned n = 0;
	for (; (d = dialect_at(n)) != NULL; n++)
		for (unsigned kind = 0; shape_kind_word(kind); kind++) {
			struct shape s;
			assert_int_equal(shape_of_kind(&s, (enum shape_kind)kind), 0);
			textbuf_reset(&out);
			schema_print(&out, &s, d);
			const char *text = textbuf_text(&out);
			assert_false(out.failed);
			assert_null(strpbrk(text, "@?!~")); /* they have no such characters else */
			for (unsigned i = 0; i < s.n; i++)
				assert_non_null(strstr(text, s.columns[i].name));
			shape_fini(&s);
		}
	assert_int_equal(n, 6);
	textbuf_fini(&out);
}

static void test_json(void **state)
{
	(void)state;
	struct textbuf out = { 0 };
	const struct shape s = { .columns = columns, .n = 2, .is_of_file = true };
	schema_print_json(&out, &s);
	const char *text = textbuf_text(&out);
	assert_non_null(strstr(text, "\"complete\": true"));
	assert_non_null(strstr(text, "\"name\": \"a \\\"b\\\" 'c' @n\""));
	assert_non_null(strstr(text, "\"type\": \"integer\""));
	textbuf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_dialects),
		cmocka_unit_test(test_json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
