/* test_ipaddr.c - RFC 4291 section 2.2, RFC 5952, and what people write in files. */
#include "dns/ipaddr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static void parses_what_people_write(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum ipfamily family;
		const char *printed;
	} cases[] = {
		{ "192.0.2.1", IPFAMILY_4, "192.0.2.1" },
		{ "0.0.0.0", IPFAMILY_4, "0.0.0.0" },
		{ "255.255.255.255", IPFAMILY_4, "255.255.255.255" },
		{ "[192.0.2.1]", IPFAMILY_4, "192.0.2.1" },
		{ "2001:DB8::1", IPFAMILY_6, "2001:db8::1" },
		{ "[2001:db8::1]", IPFAMILY_6, "2001:db8::1" },
		{ "[IPv6:2001:db8::1]", IPFAMILY_6, "2001:db8::1" },
		{ "ipv6:2001:db8::1", IPFAMILY_6, "2001:db8::1" },
		{ "IPv6:::1", IPFAMILY_6, "::1" },
		{ "::", IPFAMILY_6, "::" },
		{ "::ffff:1.2.3.4", IPFAMILY_4, "1.2.3.4" },
		{ "::ffff:102:304", IPFAMILY_4, "1.2.3.4" },
		{ "[IPv6:::FFFF:1.2.3.4]", IPFAMILY_4, "1.2.3.4" },
		{ "0:0:0:0:0:ffff:1.2.3.4", IPFAMILY_4, "1.2.3.4" },
		{ "::1.2.3.4", IPFAMILY_6, "::102:304" },
		{ "1:2:3:4:5:6:7::", IPFAMILY_6, "1:2:3:4:5:6:7:0" },
		{ "1:2:3:4:5:6:1.2.3.4", IPFAMILY_6, "1:2:3:4:5:6:102:304" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", IPFAMILY_6,
		        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ipaddr ip;
		char text[IPADDR_TEXT_BYTES];
		assert_int_equal(
		        ipaddr_parse(&ip, cases[i].text, strlen(cases[i].text)), ERROR_NONE);
		assert_int_equal(ip.family, cases[i].family);
		assert_string_equal(ipaddr_text(&ip, text), cases[i].printed);
	}
}

static void refuses_the_rest(void **state)
{
	(void)state;
	static const char *const cases[] = { "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3",
		"1..2.3", "256.1.1.1", "1.2.3.1000", "01.2.3.4", "1.2.3.00", "1.2.3.4/24",
		" 1.2.3.4", "1.2.3.4 ", "1. 2.3.4", "+1.2.3.4", "0x1.2.3.4", "1.2.3.4]", "[1.2.3.4",
		"[]", "[", "]", "[[1.2.3.4]]", "IPv6:1.2.3.4", "IPv6:", "IPv4:1.2.3.4", "[IPv6:]",
		"IPv6:IPv6:::1", "IPv6:[::1]", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1:2:3:4::5:6:7:8", ":1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:", "fe80::1%eth0", "2001:db8::/32",
		"12345::", "00001::", "g::", "::1.2.3", "::1.2.3.4:5", "::ffff:01.2.3.4",
		"2001:db8:: 1", "localhost", "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555",
		"-1.2.3.4" };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ipaddr ip = { .family = IPFAMILY_4 };
		if (ipaddr_parse(&ip, cases[i], strlen(cases[i])) != ERROR_SYNTAX)
			fail_msg("\"%s\" was not refused", cases[i]);
		assert_int_equal(ip.family, IPFAMILY_NONE);
	}
	struct ipaddr ip;
	assert_int_equal(ipaddr_parse(&ip, "", 0), ERROR_EMPTY);
	assert_int_equal(ipaddr_parse(&ip, NULL, 0), ERROR_EMPTY);
	assert_int_equal(ipaddr_parse(&ip, "1.2.3.4\0", 8), ERROR_SYNTAX);
	assert_int_equal(ipaddr_parse(&ip, "::1\0::", 6), ERROR_SYNTAX);
	assert_int_equal(ipaddr_parse(&ip, "IPv6\0::1", 8), ERROR_SYNTAX);
}

/* The bytes after the text are no part of it: exact-size blocks let AddressSanitizer see a read
 * past them. */
static void reads_no_further_than_told(void **state)
{
	(void)state;
	static const char *const cases[] = { "1.2.3.4", "::1", "IPv6:::1", "[::1]", "IPv6", "[",
		"1.2.3", "1." };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const size_t size = strlen(cases[i]);
		char *exact = malloc(size);
		assert_non_null(exact);
		memcpy(exact, cases[i], size);
		struct ipaddr of_exact, of_text;
		assert_int_equal(ipaddr_parse(&of_exact, exact, size),
		        ipaddr_parse(&of_text, cases[i], size));
		assert_true(ipaddr_equal(&of_exact, &of_text));
		free(exact);
	}
	struct ipaddr ip;
	assert_int_equal(ipaddr_parse(&ip, "1.2.3.45", 7), ERROR_NONE);
	assert_int_equal(ip.bytes[3], 4);
}

static void the_strict_parsers_take_one_form(void **state)
{
	(void)state;
	struct ipaddr ip;
	assert_int_equal(ipaddr_parse_4(&ip, "::1", 3), ERROR_SYNTAX);
	assert_int_equal(ipaddr_parse_4(&ip, "", 0), ERROR_SYNTAX);
	assert_int_equal(ipaddr_parse_4(&ip, "[1.2.3.4]", 9), ERROR_SYNTAX);
	assert_int_equal(ipaddr_parse_6(&ip, "1.2.3.4", 7), ERROR_SYNTAX);
	assert_int_equal(ipaddr_parse_6(&ip, "", 0), ERROR_SYNTAX);
	assert_int_equal(ipaddr_parse_6(&ip, "[::1]", 5), ERROR_SYNTAX);
	assert_int_equal(ipaddr_parse_6(&ip, "::ffff:1.2.3.4", 14), ERROR_NONE);
	assert_int_equal(ip.family, IPFAMILY_6);
	char text[IPADDR_TEXT_BYTES];
	assert_string_equal(ipaddr_text(&ip, text), "::ffff:1.2.3.4");
}

static void prints_rfc_5952(void **state)
{
	(void)state;
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{ "2001:0db8:0:0:0:0:2:1", "2001:db8::2:1" },
		{ "2001:db8:0:1:1:1:1:1",
		        "2001:db8:0:1:1:1:1:1" },          /* 4.2.2: one group is not shortened */
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" }, /* 4.2.3: the longest run */
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" }, /* 4.2.3: the first of equals */
		{ "2001:DB8::ABCD", "2001:db8::abcd" },
		{ "1:0:0:0:0:0:0:0", "1::" },
		{ "0:1:0:0:0:0:0:0", "0:1::" },
		{ "0:0:0:0:0:0:1:0", "::1:0" },
		{ "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::" },
		{ "0:0:3:4:5:6:7:8", "::3:4:5:6:7:8" },
		{ "0:2:3:4:5:6:7:0", "0:2:3:4:5:6:7:0" },
		{ "64:ff9b::1.2.3.4", "64:ff9b::102:304" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ipaddr ip;
		struct textbuf b = { 0 };
		assert_int_equal(
		        ipaddr_parse(&ip, cases[i].text, strlen(cases[i].text)), ERROR_NONE);
		ipaddr_print(&b, &ip);
		assert_string_equal(textbuf_text(&b), cases[i].printed);
		textbuf_fini(&b);
	}
	char text[IPADDR_TEXT_BYTES];
	assert_string_equal(ipaddr_text(&(struct ipaddr){ .family = IPFAMILY_NONE }, text), "");
}

/* Every pattern of zero and non-zero groups is read back as the same address by the C library. */
static void printed_text_is_read_back(void **state)
{
	(void)state;
	static const uint16_t values[] = { 0x1, 0x20, 0x300, 0x4000, 0xffff, 0xabc, 0x0f0f, 0x9 };
	for (unsigned pattern = 0; pattern < 256; pattern++) {
		struct ipaddr ip = { .family = IPFAMILY_6 };
		uint8_t back[16];
		char text[IPADDR_TEXT_BYTES];
		for (unsigned i = 0; i < 8; i++) {
			const unsigned group = pattern >> i & 1 ? values[i] : 0;
			ip.bytes[2 * i] = (uint8_t)(group >> 8);
			ip.bytes[2 * i + 1] = (uint8_t)group;
		}
		assert_int_equal(inet_pton(AF_INET6, ipaddr_text(&ip, text), back), 1);
		assert_memory_equal(back, ip.bytes, 16);
	}
}

static struct ipaddr address_of(const char *text)
{
	struct ipaddr ip;
	assert_int_equal(ipaddr_parse(&ip, text, strlen(text)), ERROR_NONE);
	return ip;
}

/* Bit by bit, as the definition says. */
static bool slow_in_prefix(const struct ipaddr *a, const struct ipaddr *b, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++)
		if ((a->bytes[i / 8] ^ b->bytes[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

static void prefixes_agree_with_the_slow_way(void **state)
{
	(void)state;
	const struct ipaddr networks[] = { address_of("192.0.2.77"),
		address_of("2001:db8:1:2:3:4:5:6") };
	for (int n = 0; n < 2; n++) {
		const unsigned width = n == 0 ? 32 : 128;
		assert_int_equal(ipaddr_width(&networks[n]), width);
		for (unsigned flipped = 0; flipped < width; flipped++) {
			struct ipaddr ip = networks[n];
			ip.bytes[flipped / 8] ^= (uint8_t)(0x80 >> flipped % 8);
			for (unsigned bits = 0; bits <= width; bits++)
				assert_int_equal(ipaddr_in_prefix(&ip, &networks[n], bits),
				        slow_in_prefix(&ip, &networks[n], bits));
			assert_false(ipaddr_in_prefix(&networks[n], &networks[n], width + 1));
		}
		assert_true(ipaddr_in_prefix(&networks[n], &networks[n], width));
	}
}

static void families_never_match(void **state)
{
	(void)state;
	const struct ipaddr four = address_of("0.0.0.0"), six = address_of("::"),
	                    none = { .family = IPFAMILY_NONE };
	assert_false(ipaddr_in_prefix(&four, &six, 0));
	assert_false(ipaddr_in_prefix(&six, &four, 0));
	assert_false(ipaddr_in_prefix(&none, &none, 0));
	assert_false(ipaddr_in_prefix(&four, &four, UINT32_MAX));
	assert_false(ipaddr_equal(&four, &six));
	assert_true(ipaddr_equal(&six, &six));
}

/* RFC 6890: what no stranger can reach; and the addresses just beside. */
static void knows_what_is_local(void **state)
{
	static const char *const local[] = { "0.0.0.0", "0.1.2.3", "10.0.0.0", "10.255.255.255",
		"100.64.0.0", "100.127.255.255", "127.0.0.1", "169.254.1.1", "172.16.0.0",
		"172.31.255.255", "192.168.0.1", "::", "::1", "fc00::1", "fdff::", "fe80::1",
		"febf::1" };
	static const char *const others[] = { "1.0.0.0", "9.255.255.255", "11.0.0.0",
		"100.63.255.255", "100.128.0.0", "126.0.0.1", "128.0.0.1", "169.253.1.1",
		"172.15.255.255", "172.32.0.0", "192.0.2.1", "192.167.1.1", "192.169.1.1",
		"255.255.255.255", "::2", "2001:db8::1", "fe00::1", "fec0::1", "ff02::1" };
	const uint8_t mapped[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
	const struct ipaddr none = { .family = IPFAMILY_NONE };
	struct ipaddr ip = { .family = IPFAMILY_6 };
	(void)state;
	for (unsigned i = 0; i < sizeof local / sizeof local[0]; i++) {
		ip = address_of(local[i]);
		if (!ipaddr_is_local(&ip))
			fail_msg("%s is not local", local[i]);
	}
	for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
		ip = address_of(others[i]);
		if (ipaddr_is_local(&ip))
			fail_msg("%s is local", others[i]);
	}
	ip.family = IPFAMILY_6;
	memcpy(ip.bytes, mapped, sizeof mapped);
	assert_true(ipaddr_is_local(&ip));
	assert_false(ipaddr_is_local(&none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_what_people_write),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(reads_no_further_than_told),
		cmocka_unit_test(the_strict_parsers_take_one_form),
		cmocka_unit_test(prints_rfc_5952),
		cmocka_unit_test(printed_text_is_read_back),
		cmocka_unit_test(prefixes_agree_with_the_slow_way),
		cmocka_unit_test(families_never_match),
		cmocka_unit_test(knows_what_is_local),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
