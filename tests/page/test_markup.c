/* test_markup.c - texts of strangers as markup. */
#include "tests/cmocka_first.h"

#include "page/markup.h"

static void check(const char *text, size_t size, unsigned columns, const char *wanted)
{
	struct textbuf out = { 0 };
	if (columns)
		markup_put_cut(&out, (struct csv_field){ text, size }, columns);
	else
		markup_put(&out, (struct csv_field){ text, size });
	assert_string_equal(textbuf_text(&out), wanted);
	textbuf_fini(&out);
}

static void whole(void **state)
{
	(void)state;
	static const struct {
		const char *text, *markup;
	} cases[] = {
		{ "", "" }, { "plain.example", "plain.example" },
		{ "</svg><script>&\"'", "&lt;/svg&gt;&lt;script&gt;&amp;&quot;&#39;" },
		{ "a\tb\r\n\x1b[31m\x7f", "a\\x09b\\x0d\\x0a\\x1b[31m\\x7f" },
		{ "caf\xc3\xa9 \xe4\xbe\x8b \xf0\x9f\x98\x80",
		        "caf\xc3\xa9 \xe4\xbe\x8b \xf0\x9f\x98\x80" },
		/* no UTF-8: alone, too long a form, a surrogate, over the end, cut off */
		{ "\xff\x80", "\\xff\\x80" }, { "\xc0\xbc", "\\xc0\\xbc" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" }, { "\xe4\xbe", "\\xe4\\xbe" },
		/* not seen, or turning others round */
		{ "a\xe2\x80\xae"
		  "b",
		        "a\\u{202e}b" },
		{ "\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8b\xef\xbb\xbf",
		        "\\u{2066}\\u{2069}\\u{200b}\\u{feff}" },
		{ "\xc2\x85\xc2\xa0\xc2\xad", "\\u{85}\\u{a0}\\u{ad}" },
		{ "e\xcc\x81\xcc\x81", "e\\u{301}\\u{301}" },
		{ "\xef\xbf\xbe\xef\xbf\xbf", "\\u{fffe}\\u{ffff}" },
		{ "\xf3\xa0\x81\x81", "\\u{e0041}" },
		{ "\xd7\x90\xd7\x91", "\xd7\x90\xd7\x91" }, /* Hebrew is a text as any */
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(cases[i].text, strlen(cases[i].text), 0, cases[i].markup);
	check("a\0b", 3, 0, "a\\x00b");
}

static void cut(void **state)
{
	(void)state;
	check("abcdefghij", 10, 10, "abcdefghij");
	check("abcdefghijk", 11, 10, "abcde\xe2\x80\xa6hijk");
	check("abcdefghijk", 11, 3, "a\xe2\x80\xa6k");
	/* what is shown counts, and nothing is cut in its middle */
	check("<<<<<<<<<<", 10, 4, "&lt;&lt;\xe2\x80\xa6&lt;");
	check("aaa\xff\xff\xff\xff\xff"
	      "bbb",
	        11, 9,
	        "aaa\xe2\x80\xa6"
	        "bbb");
	check("\xe4\xbe\x8b\xe4\xbe\x8b\xe4\xbe\x8b\xe4\xbe\x8b", 12, 6,
	        "\xe4\xbe\x8b\xe2\x80\xa6\xe4\xbe\x8b");
}

static void long_text(void **state)
{
	(void)state;
	enum { LONG = 1 << 20 };
	static char text[LONG];
	struct textbuf out = { 0 };
	memset(text, '<', sizeof text);
	markup_put_cut(&out, (struct csv_field){ text, sizeof text }, 40);
	assert_int_equal(out.size, 39 * 4 + 3);
	textbuf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(cut),
		cmocka_unit_test(long_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
