/* test_sender.c - why a cleaned sender is none, apart from its domain. */
#include "tests/cmocka_first.h"

#include "input/sender.h"

#include <string.h>

static void objections(void **state)
{
	static const char *const cases[][2] = {
		{ "alice@a.example", "" },
		{ "a.example", "" },
		{ "@a.example", "" },
		{ "", "" },
		{ "alice b@a.example", "" },
		{ "jack&jill=up-a_b3.c@a.example", "" },
		{ "o'brien@a.example", "" },
		{ "\"a b\"@a.example", "" },
		{ "\"a@b,c\"@a.example", "" },
		{ "\"a\\\"@b\"@a.example", "" },
		{ "alice@a.example (A. B.)", "" }, /* for its domain */
		{ "alice@a.example>", "" },
		{ "Alice <alice@a.example>", "a display name" },
		{ "\"Alice Smith\" <alice@a.example>", "a display name" },
		{ "\"Smith, A.\" <alice@a.example>", "a display name" },
		{ "<alice@a.example> SIZE=1", "text behind" },
		{ "<alice@a.example", "an angle bracket" },
		{ "alice@a.example, bob@b.example", "more than one" },
		{ "alice@a.example;bob@b.example", "more than one" },
		{ "alice@a.example bob@b.example", "more than one" },
		{ "alice@a.example>,<bob@b.example", "more than one" },
		{ "alice@@a.example", "'@' in a local-part" },
		{ "mailto:alice@a.example", "':' in a local-part" },
		{ "a,b@a.example", "',' in a local-part" },
		{ "a\tb@a.example", "U+0009 in a local-part" },
		{ "\"alice@a.example", "a quote" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char why[LOOK_REASON_BYTES];
		const char *text = cases[i][0], *begins = cases[i][1];
		const char *reason =
		        sender_objection(why, (struct csv_field){ text, strlen(text) });
		if (*begins ? !reason || strncmp(reason, begins, strlen(begins)) : reason != NULL)
			fail_msg("'%s': %s", text, reason ? reason : "");
	}
}

static void domains(void **state)
{
	static const char *const cases[][2] = {
		{ "alice@a.example", "a.example" },
		{ "a.example", "a.example" },
		{ "\"a@b\"@c.example", "c.example" },
		{ "alice@", "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *text = cases[i][0];
		struct csv_field got = sender_domain((struct csv_field){ text, strlen(text) });
		assert_true(csv_field_is(got, cases[i][1]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objections),
		cmocka_unit_test(domains),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
