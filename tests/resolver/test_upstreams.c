/* test_upstreams.c - upstreams of the command line and of files: what is read, what is refused. */
#include "resolver/upstreams.h"
#include "tests/io/tempfile.h"

#include <stdio.h>
#include <string.h>

static bool read_octets(struct upstreams *u, const char *octets, size_t size)
{
	struct tempfile file = tempfile_new(octets, size);
	bool good = upstreams_read(u, file.path);
	tempfile_free(&file);
	return good;
}

static bool read_text(struct upstreams *u, const char *text)
{
	return read_octets(u, text, strlen(text));
}

static void test_forms_of_a_file(void **state)
{
	struct upstreams u = { 0 };
	(void)state;
	assert_true(read_text(&u,
	        "# ours\n192.0.2.1\n\n\t192.0.2.1:5353  # the second\r\n  "
	        "[2001:db8::1]:53\n2001:db8::2"));
	assert_int_equal(u.n, 4);
	assert_int_equal(u.list[0].port, 53);
	assert_int_equal(u.list[1].port, 5353);
	assert_int_equal(u.list[2].ip.family, IPFAMILY_6);
	assert_int_equal(u.list[3].port, 53);
}

static void test_both_options_make_one_list(void **state)
{
	struct upstreams u = { 0 };
	(void)state;
	assert_true(upstreams_add(&u, "192.0.2.1"));
	assert_true(read_text(&u, "192.0.2.2\n192.0.2.1:53\n"));
	assert_true(upstreams_add(&u, "192.0.2.3"));
	assert_true(upstreams_add(&u, "::ffff:192.0.2.2"));
	assert_int_equal(u.n, 3);
	assert_int_equal(u.list[2].ip.bytes[3], 3);
}

static void test_refusals(void **state)
{
	static const char *const texts[] = { "", "\n\n", "# nobody\n", "localhost\n",
		"192.0.2.1:0\n", "192.0.2.1 192.0.2.2\n", "192.0.2.1,192.0.2.2\n",
		"192.0.2.1\n192.0.2\n", "[2001:db8::1\n", "192.0.2.1:53x\n" };
	static const char nul[] = "192.0.2.1\0junk\n";
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct upstreams u = { 0 };
		if (read_text(&u, texts[i]))
			fail_msg("accepted: %s", texts[i]);
	}
	struct upstreams u = { 0 };
	assert_false(read_octets(&u, nul, sizeof nul - 1));
	assert_false(upstreams_read(&u, "/nowhere/upstreams"));
	assert_false(upstreams_read(&u, "/"));
}

static void test_no_more_than_fit(void **state)
{
	struct upstreams u = { 0 };
	char text[32];
	(void)state;
	for (unsigned i = 0; i < UPSTREAMS_MAX; i++) {
		snprintf(text, sizeof text, "192.0.2.%u", i);
		assert_true(upstreams_add(&u, text));
	}
	assert_true(upstreams_add(&u, "192.0.2.0"));
	assert_false(upstreams_add(&u, "192.0.2.200"));
	assert_false(read_text(&u, "192.0.2.200\n"));
	assert_int_equal(u.n, UPSTREAMS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms_of_a_file),
		cmocka_unit_test(test_both_options_make_one_list),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_no_more_than_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
