/* test_textbuf.c - growth, limit, the sticky error and the forms that are written per row. */
#include "base/textbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void a_zeroed_buffer_is_usable(void **state)
{
	(void)state;
	struct textbuf b = { 0 };
	assert_string_equal(textbuf_text(&b), "");
	textbuf_put(&b, NULL, 0);
	textbuf_put_escaped(&b, NULL, 0);
	textbuf_put_text(&b, "");
	assert_string_equal(textbuf_text(&b), "");
	assert_false(b.failed);
	textbuf_fini(&b);
	textbuf_fini(&b);
}

static void it_grows_and_keeps_every_byte(void **state)
{
	(void)state;
	struct textbuf b = { 0 };
	for (unsigned i = 0; i < 100000; i++)
		textbuf_put_char(&b, (char)('a' + i % 26));
	assert_int_equal(b.size, 100000);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(b.bytes[i], 'a' + i % 26);
	assert_int_equal(strlen(textbuf_text(&b)), 100000);
	textbuf_reset(&b);
	assert_string_equal(textbuf_text(&b), "");
	textbuf_fini(&b);
}

static void what_it_does_not_need_is_given_up(void **state)
{
	(void)state;
	struct textbuf b = { 0 };
	textbuf_fit(&b);
	assert_null(b.bytes);
	for (unsigned i = 0; i < 100000; i++)
		textbuf_put_char(&b, 'x');
	textbuf_truncate(&b, 10);
	textbuf_fit(&b);
	assert_int_equal(b.capacity, 10);
	textbuf_put_text(&b, "yz");
	assert_string_equal(textbuf_text(&b), "xxxxxxxxxxyz");
	textbuf_fini(&b);
}

static void the_limit_is_exact_and_the_error_sticks(void **state)
{
	(void)state;
	struct textbuf b;
	textbuf_init(&b, 8);
	textbuf_put_text(&b, "12345678");
	assert_false(b.failed);
	assert_string_equal(textbuf_text(&b), "12345678");
	textbuf_put_char(&b, '9');
	assert_true(b.failed);
	assert_string_equal(textbuf_text(&b), "12345678");

	textbuf_reset(&b);
	assert_false(b.failed);
	textbuf_put_text(&b, "1234567");
	textbuf_put_text(&b, "89");
	assert_true(b.failed);
	/* There is room for it, but what came before is missing. */
	textbuf_put_char(&b, 'x');
	textbuf_printf(&b, "x");
	textbuf_put_u64(&b, 1);
	assert_null(textbuf_reserve(&b, 1));
	assert_string_equal(textbuf_text(&b), "1234567");
	textbuf_fini(&b);
}

static void an_impossible_size_fails_at_once(void **state)
{
	(void)state;
	struct textbuf b = { 0 };
	textbuf_put_text(&b, "kept");
	assert_null(textbuf_reserve(&b, SIZE_MAX));
	assert_true(b.failed);
	assert_string_equal(textbuf_text(&b), "kept");
	textbuf_fini(&b);
}

static void reserve_gives_writable_room(void **state)
{
	(void)state;
	struct textbuf b = { 0 };
	textbuf_put_text(&b, "<");
	char *room = textbuf_reserve(&b, 5000);
	assert_non_null(room);
	memset(room, 'r', 5000);
	textbuf_advance(&b, 3);
	textbuf_put_text(&b, ">");
	assert_string_equal(textbuf_text(&b), "<rrr>");
	textbuf_fini(&b);
}

static void numbers_are_those_of_printf(void **state)
{
	(void)state;
	static const uint64_t values[] = { 0, 1, 9, 10, 99, 100, 12345, UINT32_MAX,
		10000000000000000000u, UINT64_MAX };
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct textbuf b = { 0 };
		char expected[32];
		snprintf(expected, sizeof(expected), "%" PRIu64, values[i]);
		textbuf_put_u64(&b, values[i]);
		assert_string_equal(textbuf_text(&b), expected);
		textbuf_fini(&b);
	}
}

/* Around the first capacity, where the text fits without its NUL, with it, and not at all. */
static void printf_fits_at_every_length(void **state)
{
	(void)state;
	for (int width = 1; width < 600; width++) {
		struct textbuf b = { 0 };
		textbuf_put_char(&b, '<');
		textbuf_printf(&b, "%*d|", width, 7);
		textbuf_put_char(&b, '>');
		assert_false(b.failed);
		assert_int_equal(b.size, width + 3);
		assert_string_equal(textbuf_text(&b) + width, "7|>");
		textbuf_fini(&b);
	}
}

static void printf_respects_the_limit(void **state)
{
	(void)state;
	struct textbuf b;
	textbuf_init(&b, 4);
	textbuf_printf(&b, "%d", 1234);
	assert_string_equal(textbuf_text(&b), "1234");
	textbuf_reset(&b);
	textbuf_put_char(&b, 'a');
	textbuf_printf(&b, "%d", 1234);
	assert_true(b.failed);
	assert_string_equal(textbuf_text(&b), "a");
	textbuf_fini(&b);
}

static void escapes_like_master_files(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t size;
		const char *text;
	} cases[] = {
		{ "v=spf1 -all", 11, "v=spf1 -all" },
		{ "\\", 1, "\\\\" },
		{ "a\\b", 3, "a\\\\b" },
		{ "\0", 1, "\\000" },
		{ "tab\there", 8, "tab\\009here" },
		{ "\x1f ~\x7f", 4, "\\031 ~\\127" },
		{ "caf\xc3\xa9", 5, "caf\\195\\169" },
		{ "\xff", 1, "\\255" },
		{ "a\nb\r", 4, "a\\010b\\013" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct textbuf b = { 0 };
		textbuf_put_escaped(&b, cases[i].bytes, cases[i].size);
		assert_string_equal(textbuf_text(&b), cases[i].text);
		textbuf_fini(&b);
	}
}

static void shrinking_gives_up_much(void **state)
{
	(void)state;
	struct textbuf b;
	textbuf_init(&b, 5000);
	textbuf_put_text(&b, "few");
	textbuf_shrink(&b, 1000);
	assert_int_equal(b.size, 0);
	assert_true(b.capacity > 0);
	for (int i = 0; i < 6000; i++)
		textbuf_put_char(&b, 'x');
	assert_true(b.failed);
	textbuf_shrink(&b, 1000);
	assert_int_equal(b.capacity, 0);
	assert_int_equal(b.limit_bytes, 5000);
	assert_false(b.failed);
	textbuf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zeroed_buffer_is_usable),
		cmocka_unit_test(it_grows_and_keeps_every_byte),
		cmocka_unit_test(what_it_does_not_need_is_given_up),
		cmocka_unit_test(the_limit_is_exact_and_the_error_sticks),
		cmocka_unit_test(an_impossible_size_fails_at_once),
		cmocka_unit_test(reserve_gives_writable_room),
		cmocka_unit_test(numbers_are_those_of_printf),
		cmocka_unit_test(printf_fits_at_every_length),
		cmocka_unit_test(printf_respects_the_limit),
		cmocka_unit_test(escapes_like_master_files),
		cmocka_unit_test(shrinking_gives_up_much),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
