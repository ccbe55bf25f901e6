/* test_exclusions.c - the --exclude file: what is read, what is refused, what it then holds. */
#include "resolver/exclusions.h"
#include "tests/io/tempfile.h"

#include <string.h>

static struct exclusions *read_octets(const char *octets, size_t size)
{
	struct tempfile file = tempfile_new(octets, size);
	struct exclusions *x = exclusions_read(file.path);
	tempfile_free(&file);
	return x;
}

static bool holds_name(const struct exclusions *x, const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	return exclusions_hold_name(x, &name);
}

static bool holds_address(const struct exclusions *x, const char *text)
{
	struct ipaddr ip;
	assert_int_equal(ipaddr_parse(&ip, text, strlen(text)), ERROR_NONE);
	return exclusions_hold_address(x, &ip);
}

static void test_forms_of_a_file(void **state)
{
	static const char text[] = "\xef\xbb\xbf# who asked us to\n\nExample.COM.\r\n"
	                           "\t_spf.example.net # an include\n b\xc3\xbc"
	                           "cher.example\n192.0.2.0/24\n"
	                           "2001:db8::/32\n198.51.100.7#1";
	(void)state;
	assert_null(read_octets(text, sizeof text - 1)); /* a '#' without a blank is no comment */
	struct exclusions *x = read_octets(text, sizeof text - 3);
	assert_non_null(x);
	assert_int_equal(x->names.n_names, 3);
	assert_int_equal(x->networks.n_nets, 3);
	assert_true(holds_name(x, "www.example.com"));
	assert_true(holds_name(x, "xn--bcher-kva.example"));
	assert_false(holds_name(x, "example.net"));
	assert_true(holds_address(x, "192.0.2.255"));
	assert_true(holds_address(x, "::ffff:192.0.2.1"));
	assert_true(holds_address(x, "2001:db8:1::"));
	assert_true(holds_address(x, "198.51.100.7"));
	assert_false(holds_address(x, "198.51.100.8"));
	exclusions_free(x);
}

/* Names under in-addr.arpa and ip6.arpa are those of the networks. */
static void test_reverse_names_of_networks(void **state)
{
	static const char text[] = "192.0.2.0/24\n2001:db8::/32\n";
	struct exclusions *x = read_octets(text, sizeof text - 1);
	(void)state;
	assert_non_null(x);
	assert_true(holds_name(x, "7.2.0.192.in-addr.arpa"));
	assert_true(holds_name(x, "7.0-15.2.0.192.in-addr.arpa"));
	assert_false(holds_name(x, "0.192.in-addr.arpa"));
	assert_false(holds_name(x, "7.3.0.192.in-addr.arpa"));
	assert_true(holds_name(x, "1.8.b.d.0.1.0.0.2.ip6.arpa"));
	assert_false(holds_name(x, "in-addr.arpa"));
	exclusions_free(x);
}

static void test_what_is_refused(void **state)
{
	static const char *const bad[] = { ".", "*.example.com", "http://example.com/",
		"user@example.com", "example.com:25", "a..b", "192.0.2.1/24", "192.0.2.0/33",
		"0.0.0.0/0", "::/0", "192.0.2", "192.0.2.300", "a b", "example.com,x",
		"\xff.example" };
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char text[64];
		snprintf(text, sizeof text, "good.example\n%s\n", bad[i]);
		assert_null(read_octets(text, strlen(text)));
	}
	assert_null(read_octets("example.com\0\n", 13));
	assert_null(exclusions_read("/nowhere/at/all"));
}

/* As `printf 'example.com\n' | sha256sum` says it. */
static void test_the_digest_is_the_files(void **state)
{
	struct exclusions *x = read_octets("example.com\n", 12);
	(void)state;
	assert_non_null(x);
	assert_string_equal(
	        x->sha256, "391196688aa55d3321deffa736f8d103b4813470952b748e9c2c9deb17fa60f5");
	exclusions_free(x);
}

static void test_nothing_is_excluded_without_a_list(void **state)
{
	(void)state;
	assert_false(holds_name(NULL, "example.com"));
	assert_false(holds_address(NULL, "192.0.2.1"));
	struct exclusions *x = read_octets("# nobody yet\n", 13);
	assert_non_null(x);
	assert_false(holds_name(x, "1.2.0.192.in-addr.arpa"));
	exclusions_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms_of_a_file),
		cmocka_unit_test(test_reverse_names_of_networks),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_the_digest_is_the_files),
		cmocka_unit_test(test_nothing_is_excluded_without_a_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
