/* test_jsonwalk.c - each value with its path; what is no JSON is refused. */
#include "tests/cmocka_first.h"

#include "base/json.h"
#include "base/jsonwalk.h"

static bool note(
        void *arg, const char *path, enum jsonwalk_kind kind, const char *text, size_t size)
{
	static const char marks[] = "tnw";
	textbuf_printf(arg, "%s=%c:%.*s;", path, marks[kind], (int)size, text);
	return true;
}

static void values(void **state)
{
	(void)state;
	static const struct {
		const char *json, *notes; /* NULL: it is refused */
	} cases[] = {
		{ "{}", "" },
		{ " [ ] ", "" },
		{ "1", "=n:1;" },
		{ "{\"a\": {\"b\": 1, \"c\": [\"x\", true]}, \"d\":null}",
		        "a.b=n:1;a.c.0=t:x;a.c.1=w:true;d=w:null;" },
		{ "[[1,2],[],[-3.5e+7]]", "0.0=n:1;0.1=n:2;2.0=n:-3.5e+7;" },
		{ "{\"q\\\"\":\"\\u00e9\\n\\ud83d\\ude00\"}", "q\"=t:\xc3\xa9\n\xf0\x9f\x98\x80;" },
		{ "{\"a\":{},\"b\":[{}]}", "" },
		{ "", NULL },
		{ "{", NULL },
		{ "{\"a\"}", NULL },
		{ "{\"a\":1,}", NULL },
		{ "[1,]", NULL },
		{ "[1 2]", NULL },
		{ "[1}", NULL },
		{ "{\"a\":tru}", NULL },
		{ "\"\\ud83d\"", NULL },
		{ "\"\\x\"", NULL },
		{ "\"open", NULL },
		{ "\"a\nb\"", NULL },
		{ "1 1", NULL },
		{ "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", NULL },
	};
	struct textbuf notes = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		textbuf_reset(&notes);
		bool good = jsonwalk(cases[i].json, strlen(cases[i].json), note, &notes);
		assert_int_equal(good, cases[i].notes != NULL);
		if (good)
			assert_string_equal(textbuf_text(&notes), cases[i].notes);
	}
	textbuf_fini(&notes);
}

static void what_json_writes(void **state)
{
	(void)state;
	struct textbuf out = { 0 }, notes = { 0 };
	struct json j;
	json_begin(&j, &out);
	json_text(&j, "name", "a\"b\\c\x01");
	json_open_list(&j, "list");
	json_open(&j, NULL);
	json_u64(&j, "n", 7);
	json_close(&j);
	json_close_list(&j);
	json_bool(&j, "is", false);
	json_end(&j);
	assert_true(jsonwalk(out.bytes, out.size, note, &notes));
	assert_string_equal(textbuf_text(&notes), "name=t:a\"b\\c\x01;list.0.n=n:7;is=w:false;");
	textbuf_fini(&out);
	textbuf_fini(&notes);
}

static bool refuse(
        void *arg, const char *path, enum jsonwalk_kind kind, const char *text, size_t size)
{
	unsigned *n = arg;
	(void)path, (void)kind, (void)text, (void)size;
	return ++*n < 2;
}

static void ended_by_taker(void **state)
{
	(void)state;
	unsigned n = 0;
	assert_false(jsonwalk("[1,2,3]", 7, refuse, &n));
	assert_int_equal(n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(what_json_writes),
		cmocka_unit_test(ended_by_taker),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
