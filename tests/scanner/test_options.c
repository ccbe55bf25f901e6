/* test_options.c - what follows from the options alone. */
#include "tests/cmocka_first.h"

#include "scanner/options.h"

static void block_gzip_by_name(void **state)
{
	static const struct {
		const char *output;
		bool is_gzip;
	} outputs[] = {
		{ "out.csv.gz", true },
		{ "a.gz", true },
		{ "dir.gz/out.csv", false },
		{ "out.GZ", true },
		{ "out.gz.part", false },
		{ ".gz", false }, /* a hidden file without a name */
		{ "gz", false },
		{ "-", false },
		{ "", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
		struct options options = { .output = outputs[i].output };
		assert_int_equal(options_output_is_gzip(&options), outputs[i].is_gzip);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(block_gzip_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
