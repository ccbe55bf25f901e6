/* test_net.c - networks as text, and the reverse zones that belong to them. */
#include "dns/net.h"
#include "tests/cmocka_first.h"

#include <string.h>

static struct net net_of(const char *text)
{
	struct net net;
	assert_int_equal(net_parse(&net, text, strlen(text)), ERROR_NONE);
	return net;
}

static void parses_networks_and_addresses(void **state)
{
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{ "192.0.2.0/24", "192.0.2.0/24" },
		{ "192.0.2.1", "192.0.2.1/32" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "128.0.0.0/1", "128.0.0.0/1" },
		{ "2001:DB8::/32", "2001:db8::/32" },
		{ "2001:db8::1", "2001:db8::1/128" },
		{ "::ffff:192.0.2.0/120", "192.0.2.0/24" },
		{ "::/0", "::/0" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[NET_TEXT_BYTES];
		struct net net = net_of(cases[i].text);
		assert_string_equal(net_text(&net, text), cases[i].printed);
	}
}

static void refuses_the_rest(void **state)
{
	static const char *const bad[] = { "", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/024",
		"192.0.2.0/-1", "192.0.2.0/2x", "192.0.2/24", "/24", "2001:db8::/129",
		"2001:db8::/1000", "[2001:db8::]/32", "example.com", "192.0.2.0/24/24" };
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct net net;
		assert_int_equal(net_parse(&net, bad[i], strlen(bad[i])), ERROR_SYNTAX);
	}
}

static void says_what_was_meant(void **state)
{
	struct net net;
	char text[NET_TEXT_BYTES];
	(void)state;
	assert_int_equal(net_parse(&net, "192.0.2.77/25", 13), ERROR_RANGE);
	assert_string_equal(net_text(&net, text), "192.0.2.0/25");
	assert_int_equal(net_parse(&net, "2001:db8::1/64", 14), ERROR_RANGE);
	assert_string_equal(net_text(&net, text), "2001:db8::/64");
}

static void reverse_names_stand_for_networks(void **state)
{
	static const struct {
		const char *name, *net;
	} cases[] = {
		{ "1.2.0.192.in-addr.arpa", "192.0.2.1/32" },
		{ "2.0.192.IN-ADDR.ARPA", "192.0.2.0/24" },
		{ "192.in-addr.arpa", "192.0.0.0/8" },
		{ "5.0-127.2.0.192.in-addr.arpa", "192.0.2.0/24" },
		{ "x.1.2.0.192.in-addr.arpa", "192.0.2.1/32" },
		{ "9.1.2.0.192.in-addr.arpa", "192.0.2.1/32" },
		{ "256.0.192.in-addr.arpa", "192.0.0.0/16" },
		{ "01.0.192.in-addr.arpa", "192.0.0.0/16" },
		{ "8.B.d.0.1.0.0.2.ip6.arpa", "2001:db8::/32" },
		{ "5.8.b.d.0.1.0.0.2.ip6.arpa", "2001:db8:5000::/36" },
		{ "in-addr.arpa", NULL },
		{ "ip6.arpa", NULL },
		{ "x.ip6.arpa", NULL },
		{ "arpa", NULL },
		{ "1.2.0.192.in-addr.arpa.example", NULL },
		{ "1.2.0.192.bin-addr.arpa", NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct dname name;
		struct net net;
		char text[NET_TEXT_BYTES];
		assert_int_equal(
		        dname_parse(&name, cases[i].name, strlen(cases[i].name)), ERROR_NONE);
		assert_int_equal(net_of_reverse(&net, &name), cases[i].net != NULL);
		if (cases[i].net)
			assert_string_equal(net_text(&net, text), cases[i].net);
	}
}

/* Each part is a reverse name within the network, and there are as many as it takes. */
static void networks_have_reverse_zones(void **state)
{
	static const struct {
		const char *net;
		unsigned n;
		const char *first, *last;
	} cases[] = {
		{ "192.0.2.0/24", 1, "2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa" },
		{ "192.0.2.0/23", 2, "2.0.192.in-addr.arpa", "3.0.192.in-addr.arpa" },
		{ "192.0.2.1", 1, "1.2.0.192.in-addr.arpa", "1.2.0.192.in-addr.arpa" },
		{ "192.0.2.64/26", 64, "64.2.0.192.in-addr.arpa", "127.2.0.192.in-addr.arpa" },
		{ "128.0.0.0/1", 128, "128.in-addr.arpa", "255.in-addr.arpa" },
		{ "2001:db8::/32", 1, "8.b.d.0.1.0.0.2.ip6.arpa", "8.b.d.0.1.0.0.2.ip6.arpa" },
		{ "2001:db8::/29", 8, "8.b.d.0.1.0.0.2.ip6.arpa", "f.b.d.0.1.0.0.2.ip6.arpa" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct net net = net_of(cases[i].net);
		struct dname name;
		char text[DNAME_TEXT_BYTES];
		unsigned n = 0;
		for (; net_reverse(&name, &net, n); n++) {
			struct net again;
			assert_true(net_of_reverse(&again, &name));
			assert_true(ipaddr_in_prefix(&again.ip, &net.ip, net.prefix_bits));
			if (n == 0)
				assert_string_equal(dname_text(&name, text), cases[i].first);
			if (n + 1 == cases[i].n)
				assert_string_equal(dname_text(&name, text), cases[i].last);
		}
		assert_int_equal(n, cases[i].n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_networks_and_addresses),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(says_what_was_meant),
		cmocka_unit_test(reverse_names_stand_for_networks),
		cmocka_unit_test(networks_have_reverse_zones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
