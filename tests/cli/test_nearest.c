/* test_nearest.c - which word is taken for one with a slip in it. */
#include "tests/cmocka_first.h"

#include "cli/nearest.h"

#include <stddef.h>

static const char *nearest(const char *wanted)
{
	static const char *const names[] = { "upstream", "upstreams", "timeout", "qps", "cache",
		"check", "scan", "resume" };
	struct nearest n = nearest_of(wanted);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		nearest_try(&n, names[i]);
	return n.name;
}

static void slips(void **state)
{
	(void)state;
	assert_string_equal(nearest("upsteam"), "upstream");
	assert_string_equal(nearest("upstreem"), "upstream");
	assert_string_equal(nearest("timeuot"), "timeout");
	assert_string_equal(nearest("qsp"), "qps");
	assert_string_equal(nearest("scann"), "scan");
	assert_string_equal(nearest("resumee"), "resume");
}

static void nothing_near(void **state)
{
	(void)state;
	static const char long_word[] = "upstreamupstreamupstreamupstreamupstream";
	assert_null(nearest(""));
	assert_null(nearest("x"));
	assert_null(nearest("verbose"));
	assert_null(nearest(long_word));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slips),
		cmocka_unit_test(nothing_near),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
