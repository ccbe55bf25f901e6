/* test_clientrange.c - the range is exactly the addresses around the client for which all
 * comparisons come out as they did for it. */
#include "tests/cmocka_first.h"

#include "spf/clientrange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS = 3000, NETWORKS_MAX = 6, AROUND = 256 };

struct comparison {
	struct ipaddr network;
	unsigned prefix_bits;
};

/* One of AROUND addresses that stand in a row, the last octets of which count. */
static struct ipaddr nth(uint8_t family, unsigned n)
{
	struct ipaddr ip = { .family = family };
	memcpy(ip.bytes, "\300\0\2", 3);
	ip.bytes[family == IPFAMILY_4 ? 3 : 15] = (uint8_t)n;
	return ip;
}

static bool is_treated_alike(
        const struct comparison *list, unsigned n, const struct ipaddr *a, const struct ipaddr *b)
{
	for (unsigned i = 0; i < n; i++)
		if (ipaddr_in_prefix(a, &list[i].network, list[i].prefix_bits) !=
		        ipaddr_in_prefix(b, &list[i].network, list[i].prefix_bits))
			return false;
	return true;
}

static void check(uint8_t family, const struct comparison *list, unsigned n, unsigned client)
{
	struct clientrange range;
	const struct ipaddr ip = nth(family, client);
	clientrange_all(&range);
	for (unsigned i = 0; i < n; i++)
		clientrange_compare(&range, &ip, &list[i].network, list[i].prefix_bits);
	assert_true(clientrange_has(&range, &ip));
	unsigned first = client, last = client;
	for (unsigned i = 0; i < AROUND; i++) {
		const struct ipaddr other = nth(family, i);
		if (!clientrange_has(&range, &other))
			continue;
		assert_true(is_treated_alike(list, n, &ip, &other));
		first = i < first ? i : first;
		last = i > last ? i : last;
	}
	/* and no larger range would do */
	const struct ipaddr before = nth(family, first - 1), after = nth(family, last + 1);
	if (first > 0)
		assert_false(is_treated_alike(list, n, &ip, &before));
	if (last < AROUND - 1)
		assert_false(is_treated_alike(list, n, &ip, &after));
}

static void clients_in_it_are_treated_alike(void **state)
{
	(void)state;
	srandom(7208);
	for (unsigned turn = 0; turn < TURNS; turn++) {
		uint8_t family = random() % 2 ? IPFAMILY_4 : IPFAMILY_6;
		struct comparison list[NETWORKS_MAX];
		unsigned n = (unsigned)random() % (NETWORKS_MAX + 1);
		for (unsigned i = 0; i < n; i++) {
			list[i].network = nth(family, (unsigned)random() % AROUND);
			list[i].prefix_bits = ipaddr_width(&list[i].network) -
			        (unsigned)random() % (turn % 5 ? 9 : 33);
		}
		check(family, list, n, (unsigned)random() % AROUND);
	}
}

static void networks_of_the_other_family_change_nothing(void **state)
{
	(void)state;
	struct clientrange range, all;
	const struct ipaddr client = nth(IPFAMILY_4, 7), other = nth(IPFAMILY_6, 7),
	                    none = { .family = IPFAMILY_NONE };
	clientrange_all(&all);
	clientrange_all(&range);
	clientrange_compare(&range, &client, &other, 128);
	clientrange_compare(&range, &none, &other, 128);
	clientrange_compare(&range, &client, &client, 33);
	assert_memory_equal(&range, &all, sizeof all);
}

/* At the ends of the address space and of the two words. */
static void borders(void **state)
{
	(void)state;
	struct clientrange range;
	struct ipaddr lowest = { .family = IPFAMILY_6 }, highest = { .family = IPFAMILY_6 },
	              middle = { .family = IPFAMILY_6 };
	memset(highest.bytes, 0xff, sizeof highest.bytes);
	middle.bytes[7] = 1; /* ...1:0:0:0:0 */
	clientrange_all(&range);
	clientrange_compare(&range, &lowest, &middle, 128);
	assert_true(range.last[0] == 0 && range.last[1] == UINT64_MAX);
	clientrange_compare(&range, &lowest, &highest, 0);
	assert_true(range.first[0] == 0 && range.first[1] == 0);
	clientrange_all(&range);
	clientrange_compare(&range, &highest, &lowest, 64);
	assert_true(range.first[0] == 1 && range.first[1] == 0);
	assert_true(range.last[0] == UINT64_MAX && range.last[1] == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_in_it_are_treated_alike),
		cmocka_unit_test(networks_of_the_other_family_change_nothing),
		cmocka_unit_test(borders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
