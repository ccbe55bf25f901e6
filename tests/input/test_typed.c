/* test_typed.c - foreign texts in messages, and words for the shell. */
#include "tests/cmocka_first.h"

#include "input/typed.h"

#include <string.h>

static struct csv_field field(const char *text)
{
	return (struct csv_field){ text, strlen(text) };
}

static void words(void **state)
{
	static const char *const cases[][2] = {
		{ "domain=site,ip=a.b", "domain=site,ip=a.b" },
		{ "domain=My site", "'domain=My site'" },
		{ "it's", "'it'\\''s'" },
		{ "''", "''\\'''\\'''" },
		{ "$x;`y`", "'$x;`y`'" },
		{ "Dom\303\244ne", "'Dom\303\244ne'" },
		{ "", "''" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct textbuf out = { 0 };
		typed_put_word(&out, field(cases[i][0]));
		assert_string_equal(textbuf_text(&out), cases[i][1]);
		textbuf_fini(&out);
	}
}

static void texts(void **state)
{
	static const char *const cases[][2] = {
		{ "Dom\303\244ne \342\202\254", "Dom\303\244ne \342\202\254" },
		{ "a\033[2Jb\177", "a?[2Jb?" }, { "a\342\200\213b", "a?b" }, /* U+200B */
		{ "a\342\200\256b", "a?b" }, /* U+202E, right to left */
		{ "a\302\205b", "a?b" },     /* U+0085, a control */
		{ "\377\303", "??" },        /* no UTF-8 */
		{ "\355\240\200", "???" },   /* a surrogate */
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct textbuf out = { 0 };
		typed_put_text(&out, field(cases[i][0]));
		assert_string_equal(textbuf_text(&out), cases[i][1]);
		assert_int_equal(typed_can_be(field(cases[i][0])), i == 0);
		textbuf_fini(&out);
	}
	char longer[200];
	struct textbuf out = { 0 };
	memset(longer, 'a', sizeof longer);
	typed_put_text(&out, (struct csv_field){ longer, sizeof longer });
	assert_true(out.size < 100 && !strcmp(textbuf_text(&out) + out.size - 3, "..."));
	textbuf_fini(&out);
}

static void pipes(void **state)
{
	static const struct {
		struct typed_file file;
		const char *want;
	} cases[] = {
		{ { "in.csv", false }, "type: tr a b < in.csv | spfsweep scan -" },
		{ { "a b.gz", true }, "type: gzip -dc 'a b.gz' | tr a b | spfsweep scan -" },
		{ { "-", false }, "type: ... | tr a b | spfsweep scan -" },
		{ { "-", true }, "type: ... | gzip -dc | tr a b | spfsweep scan -" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct textbuf out = { 0 };
		typed_put_pipe(&out, &cases[i].file, "tr a b <", "tr a b", NULL);
		assert_string_equal(textbuf_text(&out), cases[i].want);
		textbuf_fini(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(texts),
		cmocka_unit_test(pipes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
