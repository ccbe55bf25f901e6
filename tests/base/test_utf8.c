/* test_utf8.c - what stands in the place of a character. The cases are those of Unicode 15, tables
 * 3-8 to 3-11, and RFC 3629. */
#include "tests/cmocka_first.h"

#include "base/utf8.h"

#include <string.h>

static void test_characters(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t size;
		uint32_t code;
	} cases[] = {
		{ "a", 1, 'a' },
		{ "\xc3\xa9x", 2, 0xe9 },
		{ "\xe2\x82\xac", 3, 0x20ac },
		{ "\xf0\x9f\x98\x80", 4, 0x1f600 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint32_t code = 0;
		assert_int_equal(
		        utf8_decode(cases[i].text, strlen(cases[i].text), &code), cases[i].size);
		assert_int_equal(code, cases[i].code);
	}
}

/* How many U+FFFD a text of nothing but bad octets becomes. */
static void test_bad_octets(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned n;
	} cases[] = {
		{ "\x80", 1 },
		{ "\xff\xfe", 2 },
		{ "\xc0\xaf", 2 },                 /* too long a form */
		{ "\xe0\x80\xbf", 3 },             /* the same */
		{ "\xf0\x81\x82", 3 },             /* the same */
		{ "\xed\xa0\x80", 3 },             /* a surrogate */
		{ "\xf4\x91\x92\x93", 4 },         /* over U+10FFFF */
		{ "\xe2\x82", 1 },                 /* cut off */
		{ "\xf0\x9f\x98", 1 },             /* the same */
		{ "\xe1\x80\xe2\xf0\x91\x92", 3 }, /* table 3-11 */
		{ "\xf1\xbf\xff\xc3", 3 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *at = cases[i].text;
		unsigned n = 0;
		uint32_t unused;
		for (size_t left = strlen(at), size; left; left -= size, at += size) {
			assert_int_equal(utf8_decode(at, left, &unused), 0);
			size = utf8_bad_size(at, left);
			assert_true(size > 0 && size <= left);
			n++;
		}
		assert_int_equal(n, cases[i].n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_bad_octets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
