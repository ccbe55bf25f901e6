/* test_value.c - fields as JSON and as TSV, type by type. */
#include "tests/cmocka_first.h"

#include "export/value.h"

#define FIELD(literal) ((struct csv_field){ literal, sizeof(literal) - 1 })

struct written {
	struct csv_field field;
	const char *json; /* NULL: refused */
	unsigned n_replaced;
};

static void check_json(enum column_type type, const struct written *cases, size_t n)
{
	struct textbuf out = { 0 };
	for (size_t i = 0; i < n; i++) {
		uint64_t n_replaced = 0;
		textbuf_reset(&out);
		textbuf_put_text(&out, "before");
		bool good = value_put_json(&out, cases[i].field, type, &n_replaced);
		assert_true(good == (cases[i].json != NULL));
		assert_string_equal(textbuf_text(&out) + 6, good ? cases[i].json : "");
		assert_int_equal(n_replaced, cases[i].n_replaced);
	}
	textbuf_fini(&out);
}
#define CHECK_JSON(type, cases) check_json(type, cases, sizeof cases / sizeof cases[0])

static void test_texts(void **state)
{
	(void)state;
	static const struct written cases[] = {
		{ FIELD(""), "null", 0 },
		{ FIELD("null"), "\"null\"", 0 },
		{ FIELD("a \"b\" \\c"), "\"a \\\"b\\\" \\\\c\"", 0 },
		{ FIELD("\t\r\n\x1b\x7f"), "\"\\u0009\\u000d\\u000a\\u001b\\u007f\"", 0 },
		{ FIELD("</svg><script>"), "\"\\u003c/svg>\\u003cscript>\"", 0 },
		{ FIELD("caf\xc3\xa9 \xf0\x9f\x98\x80"), "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"", 0 },
		{ FIELD("\xe2\x80\xae\xd8\x9c\xe2\x81\xa6"), "\"\\u202e\\u061c\\u2066\"", 0 },
		{ FIELD("\xe2\x80\xa8\xef\xbb\xbf\xc2\x85"), "\"\\u2028\\ufeff\\u0085\"", 0 },
		{ FIELD("a\0b"),
		        "\"a\xef\xbf\xbd"
		        "b\"",
		        1 },
		{ FIELD("\xff\xc3"), "\"\xef\xbf\xbd\xef\xbf\xbd\"", 2 },
	};
	CHECK_JSON(TYPE_TEXT, cases);
}

static void test_scalars(void **state)
{
	(void)state;
	static const struct written integers[] = {
		{ FIELD(""), "null", 0 },
		{ FIELD("0"), "0", 0 },
		{ FIELD("18446744073709551616"), "18446744073709551616", 0 },
		{ FIELD("01"), NULL, 0 },
		{ FIELD("-1"), NULL, 0 },
		{ FIELD("1.5"), NULL, 0 },
		{ FIELD("184467440737095516160"), NULL, 0 },
		{ FIELD(" 1"), NULL, 0 },
	};
	static const struct written booleans[] = {
		{ FIELD(""), "null", 0 },
		{ FIELD("yes"), "true", 0 },
		{ FIELD("no"), "false", 0 },
		{ FIELD("true"), NULL, 0 },
	};
	static const struct written timestamps[] = {
		{ FIELD(""), "null", 0 },
		{ FIELD("2026-11-23T07:30:34Z"), "\"2026-11-23T07:30:34Z\"", 0 },
		{ FIELD("2026-11-23 07:30:34Z"), NULL, 0 },
		{ FIELD("2026-11-23T07:30:34"), NULL, 0 },
	};
	CHECK_JSON(TYPE_INTEGER, integers);
	CHECK_JSON(TYPE_WIDE, integers);
	CHECK_JSON(TYPE_BOOLEAN, booleans);
	CHECK_JSON(TYPE_TIMESTAMP, timestamps);
}

static void test_lists(void **state)
{
	(void)state;
	static const struct written texts[] = {
		{ FIELD(""), "null", 0 },
		{ FIELD("one"), "[\"one\"]", 0 },
		{ FIELD("a\\059b;c"), "[\"a\\\\059b\",\"c\"]", 0 },
		{ FIELD("a;"), "[\"a\",\"\"]", 0 },
		{ FIELD(";"), "[\"\",\"\"]", 0 },
	};
	static const struct written mx[] = {
		{ FIELD(""), "null", 0 },
		{ FIELD("0 ."), "[{\"preference\":0,\"host\":\".\"}]", 0 },
		{ FIELD("10 a.example;20 b.example"),
		        "[{\"preference\":10,\"host\":\"a.example\"},"
		        "{\"preference\":20,\"host\":\"b.example\"}]",
		        0 },
		{ FIELD("10"), NULL, 0 },
		{ FIELD("x a.example"), NULL, 0 },
		{ FIELD("10 a.example;"), NULL, 0 },
	};
	static const struct written hosts[] = {
		{ FIELD("a.example 192.0.2.1,2001:db8::1;b.example"),
		        "[{\"host\":\"a.example\",\"addresses\":[\"192.0.2.1\",\"2001:db8::1\"]},"
		        "{\"host\":\"b.example\",\"addresses\":null}]",
		        0 },
		{ FIELD(" 192.0.2.1"), NULL, 0 },
	};
	static const struct written reverse[] = {
		{ FIELD("192.0.2.1 pass a.example;192.0.2.2 permerror"),
		        "[{\"address\":\"192.0.2.1\",\"result\":\"pass\",\"name\":\"a.example\"},"
		        "{\"address\":\"192.0.2.2\",\"result\":\"permerror\",\"name\":null}]",
		        0 },
		{ FIELD("192.0.2.1"), NULL, 0 },
	};
	CHECK_JSON(TYPE_TEXTS, texts);
	CHECK_JSON(TYPE_ADDRESSES, texts);
	CHECK_JSON(TYPE_NETWORKS, texts);
	CHECK_JSON(TYPE_MX, mx);
	CHECK_JSON(TYPE_HOSTS, hosts);
	CHECK_JSON(TYPE_REVERSE, reverse);
}

static void test_clean(void **state)
{
	(void)state;
	static const struct {
		struct csv_field field;
		const char *clean, *tsv;
		bool is_clean;
	} cases[] = {
		{ FIELD(""), "", "", true },
		{ FIELD("plain, and \"quoted\""), "plain, and \"quoted\"", "plain, and \"quoted\"",
		        true },
		{ FIELD("a\tb\nc\rd\\e"), "a\tb\nc\rd\\e", "a\\tb\\nc\\rd\\\\e", true },
		{ FIELD("12345678\xc3\xa9"), "12345678\xc3\xa9", "12345678\xc3\xa9", true },
		{ FIELD("1234567\xe9"), "1234567\xef\xbf\xbd", "1234567\xef\xbf\xbd", false },
		{ FIELD("12345678\0"), "12345678\xef\xbf\xbd", "12345678\xef\xbf\xbd", false },
		{ FIELD("\xe2\x82\tx"), "\xef\xbf\xbd\tx", "\xef\xbf\xbd\\tx", false },
	};
	struct textbuf out = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint64_t n_replaced = 0;
		assert_true(value_is_clean(cases[i].field) == cases[i].is_clean);
		textbuf_reset(&out);
		value_put_clean(&out, cases[i].field, &n_replaced);
		assert_string_equal(textbuf_text(&out), cases[i].clean);
		assert_int_equal(n_replaced, !cases[i].is_clean);
		textbuf_reset(&out);
		value_put_tsv(&out, cases[i].field, &n_replaced);
		assert_string_equal(textbuf_text(&out), cases[i].tsv);
	}
	textbuf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_clean),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
