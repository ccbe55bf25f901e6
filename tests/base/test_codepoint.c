/* test_codepoint.c - the first and the last of each range, and their neighbours. */
#include "tests/cmocka_first.h"

#include "base/codepoint.h"

static void the_edges(void **state)
{
	static const uint32_t misleading[] = { 0x80, 0x9f, 0x61c, 0x200e, 0x200f, 0x2028, 0x202a,
		0x202e, 0x2066, 0x2069, 0xfeff };
	static const uint32_t plain[] = { 0, 0x20, 0x7f, 0xa0, 0x61b, 0x61d, 0x200d, 0x2010, 0x2027,
		0x202f, 0x2065, 0x206a, 0xfefe, 0xff00, 0x10ffff };
	(void)state;
	for (size_t i = 0; i < sizeof misleading / sizeof misleading[0]; i++)
		assert_true(codepoint_misleads(misleading[i]));
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		assert_false(codepoint_misleads(plain[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_edges) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
