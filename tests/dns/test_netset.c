/* test_netset.c - a set of networks, against a look at each network by itself. */
#include "dns/netset.h"
#include "tests/cmocka_first.h"

#include <stdlib.h>
#include <string.h>

static struct net net_of(const char *text)
{
	struct net net;
	assert_int_equal(net_parse(&net, text, strlen(text)), ERROR_NONE);
	return net;
}

static bool holds(const struct netset *s, const char *text)
{
	struct net net = net_of(text);
	return netset_holds(s, &net);
}

static struct netset set_of(const char *const *texts, size_t n)
{
	struct netset s = { 0 };
	for (size_t i = 0; i < n; i++) {
		struct net net = net_of(texts[i]);
		assert_true(netset_add(&s, &net));
	}
	assert_true(netset_seal(&s));
	return s;
}

static void holds_addresses_and_networks(void **state)
{
	static const char *const texts[] = { "192.0.2.128/25", "198.51.100.7", "192.0.2.0/25",
		"2001:db8::/32", "10.0.0.0/8", "10.1.0.0/16", "255.255.255.255" };
	struct netset s = set_of(texts, sizeof texts / sizeof texts[0]);
	(void)state;
	assert_int_equal(s.n_ranges_4, 4); /* the two halves are one, and so are the nested two */
	assert_int_equal(s.n_ranges_6, 1);
	assert_true(holds(&s, "192.0.2.0/24"));
	assert_true(holds(&s, "192.0.2.77"));
	assert_false(holds(&s, "192.0.2.0/23"));
	assert_false(holds(&s, "192.0.3.0"));
	assert_true(holds(&s, "198.51.100.7"));
	assert_false(holds(&s, "198.51.100.6"));
	assert_true(holds(&s, "10.255.255.255"));
	assert_true(holds(&s, "255.255.255.255"));
	assert_true(holds(&s, "2001:db8:ffff::1"));
	assert_false(holds(&s, "2001:db9::"));
	assert_false(holds(&s, "::"));
	assert_false(netset_holds_address(&s, &(struct ipaddr){ .family = IPFAMILY_NONE }));
	netset_fini(&s);
}

static void an_empty_set_holds_nothing(void **state)
{
	struct netset s = { 0 };
	(void)state;
	assert_false(holds(&s, "192.0.2.1"));
	assert_true(netset_seal(&s));
	assert_false(holds(&s, "::1"));
	netset_fini(&s);
}

enum { ROUNDS = 200, NETS = 40, QUESTIONS = 200 };

/* In the last 16 bits, so that networks touch and overlap. */
static struct net random_net(bool is_4)
{
	unsigned width = is_4 ? 32 : 128, bits = width - (unsigned)(random() % 13);
	struct net net = { .ip.family = is_4 ? IPFAMILY_4 : IPFAMILY_6, .prefix_bits = bits };
	unsigned value = (unsigned)random() & 0xffffu & ~((1u << (width - bits)) - 1);
	net.ip.bytes[width / 8 - 2] = (uint8_t)(value >> 8);
	net.ip.bytes[width / 8 - 1] = (uint8_t)value;
	return net;
}

static void agrees_with_the_slow_way(void **state)
{
	(void)state;
	srandom(1);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct netset s = { 0 };
		for (unsigned i = 0; i < NETS; i++) {
			struct net net = random_net(i % 2);
			assert_true(netset_add(&s, &net));
		}
		assert_true(netset_seal(&s));
		for (unsigned i = 0; i < QUESTIONS; i++) {
			struct ipaddr ip = random_net(i % 2).ip;
			bool is_in = false;
			for (size_t k = 0; k < s.n_nets; k++)
				is_in |=
				        ipaddr_in_prefix(&ip, &s.nets[k].ip, s.nets[k].prefix_bits);
			assert_int_equal(netset_holds_address(&s, &ip), is_in);
		}
		netset_fini(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_addresses_and_networks),
		cmocka_unit_test(an_empty_set_holds_nothing),
		cmocka_unit_test(agrees_with_the_slow_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
