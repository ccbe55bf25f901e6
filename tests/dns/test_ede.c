/* test_ede.c - dns/ede.h: the options of an OPT, the honest and the hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "dns/ede.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The address sanitizer sees a read past the end of a copy on the heap. */
static void expect(const void *rdata, size_t size, const char *before, const char *after)
{
	char text[256];
	uint8_t *copy = malloc(size ? size : 1);
	memcpy(copy, rdata, size);
	snprintf(text, sizeof text, "%s", before);
	ede_append(text, sizeof text, copy, size);
	assert_string_equal(text, after);
	free(copy);
}
#define EXPECT(rdata, before, after) expect(rdata, sizeof rdata - 1, before, after)

static void errors_are_named(void **state)
{
	(void)state;
	EXPECT("\0\017\0\2\0\026", "", "the upstream says: No Reachable Authority");
	EXPECT("\0\017\0\2\0\026", "rcode NOTIMP",
	        "rcode NOTIMP, the upstream says: No Reachable Authority");
	EXPECT("\0\017\0\4\0\6no", "", "the upstream says: DNSSEC Bogus (no)");
	EXPECT("\0\017\0\2\x12\x34", "", "the upstream says: 4660");
	EXPECT("\0\017\0\2\0\x1e", "", "the upstream says: 30");
}

static void several_errors_and_other_options(void **state)
{
	(void)state;
	EXPECT("\0\012\0\2ab\0\017\0\2\0\026\0\017\0\2\0\027\0\017\0\2\0\026", "",
	        "the upstream says: No Reachable Authority, Network Error");
}

static void foreign_octets_are_no_control_characters(void **state)
{
	(void)state;
	EXPECT("\0\017\0\6\0\0a\n\xc3z", "", "the upstream says: Other Error (a??z)");
	EXPECT("\0\017\0\4\0\0\0\0", "", "the upstream says: Other Error");
}

static void what_is_cut_says_nothing(void **state)
{
	(void)state;
	EXPECT("", "", "");
	EXPECT("\0\017", "", "");
	EXPECT("\0\017\0\1\0", "", "");
	EXPECT("\0\017\0\3\0\0", "", "");
	EXPECT("\0\017\0\2\0\026\0\017\xff", "", "the upstream says: No Reachable Authority");
}

/* Text over 120 octets is cut, and errors without room are left out. */
static void long_texts(void **state)
{
	(void)state;
	uint8_t rdata[4 * 1006] = { 0 };
	for (unsigned i = 0; i < 4; i++) {
		uint8_t *option = rdata + 1006 * i;
		option[1] = 15;
		option[2] = 1002 >> 8;
		option[3] = 1002 & 255;
		option[5] = (uint8_t)i;
		memset(option + 6, 'a' + (int)i, 1000);
	}
	char text[256] = "", expected[256], extra[121] = "";
	ede_append(text, sizeof text, rdata, sizeof rdata);
	memset(extra, 'a', 120);
	snprintf(expected, sizeof expected, "the upstream says: Other Error (%s)", extra);
	assert_string_equal(text, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_named),
		cmocka_unit_test(several_errors_and_other_options),
		cmocka_unit_test(foreign_octets_are_no_control_characters),
		cmocka_unit_test(what_is_cut_says_nothing),
		cmocka_unit_test(long_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
