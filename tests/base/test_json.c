/* test_json.c - the JSON writer: commas, nesting, escapes. */
#include "tests/cmocka_first.h"

#include "base/json.h"

#include <string.h>

static void test_members(void **state)
{
	struct textbuf out = { 0 };
	struct json j;
	char *list[] = { "a", "b\"c" };
	(void)state;
	json_begin(&j, &out);
	json_text(&j, "t", "x\\y\n\001");
	json_text(&j, "n", NULL);
	json_open(&j, "o");
	json_close(&j);
	json_open(&j, "p");
	json_u64(&j, "u", 18446744073709551615ull);
	json_real(&j, "r", 0.5);
	json_close(&j);
	json_bool(&j, "b", true);
	json_texts(&j, "l", list, 2);
	json_end(&j);
	assert_string_equal(textbuf_text(&out),
	        "{\n  \"t\": \"x\\\\y\\u000a\\u0001\",\n  \"n\": null,\n  \"o\": {},\n  \"p\": {\n "
	        "   \"u\": 18446744073709551615,\n    \"r\": 0.500\n  },\n"
	        "  \"b\": true,\n  \"l\": [\"a\", \"b\\\"c\"]\n}\n");
	textbuf_fini(&out);
}

static void test_what_begins_an_object(void **state)
{
	static const struct {
		const char *text;
		bool does;
	} cases[] = {
		{ "{}", true },
		{ "\xef\xbb\xbf \n{ }\n", true },
		{ "{\n  \"a\": [1, {\"b\": \"}\\\"{\"}],", true },
		{ "{\"a\": {}}\n\n", true },
		{ "{", true },
		{ "", false },
		{ "row,domain\n", false },
		{ "[{}]", false },
		{ "{\"a\": 1}\n{\"a\": 2}\n", false },
		{ "{ print }", false },
		{ "{}}", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (json_begins_object(cases[i].text, strlen(cases[i].text)) != cases[i].does)
			fail_msg("of: %s", cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_members),
		cmocka_unit_test(test_what_begins_an_object) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
