/* clientrange.c - ranges of addresses as pairs of 128-bit numbers. */
#include "spf/clientrange.h"

#include <string.h>

void clientrange_all(struct clientrange *range)
{
	memset(range->first, 0, sizeof range->first);
	memset(range->last, 0xff, sizeof range->last);
}

static bool is_less(const uint64_t a[2], const uint64_t b[2])
{
	return a[0] < b[0] || (a[0] == b[0] && a[1] < b[1]);
}

static void at_least(struct clientrange *range, const uint64_t words[2])
{
	if (is_less(range->first, words))
		memcpy(range->first, words, sizeof range->first);
}

static void at_most(struct clientrange *range, const uint64_t words[2])
{
	if (is_less(words, range->last))
		memcpy(range->last, words, sizeof range->last);
}

/* The bits of one word that the host's part has. */
static uint64_t host_bits(unsigned prefix_bits)
{
	return prefix_bits >= 64 ? 0 : UINT64_MAX >> prefix_bits;
}

void clientrange_compare(struct clientrange *range, const struct ipaddr *ip,
        const struct ipaddr *network, unsigned prefix_bits)
{
	uint64_t client[2], first[2], last[2];
	if (ip->family != network->family || prefix_bits > ipaddr_width(ip))
		return;
	const uint64_t hosts[2] = { host_bits(prefix_bits),
		host_bits(prefix_bits > 64 ? prefix_bits - 64 : 0) };
	ipaddr_words(ip, client);
	ipaddr_words(network, first);
	for (unsigned i = 0; i < 2; i++) {
		first[i] &= ~hosts[i];
		last[i] = first[i] | hosts[i];
	}
	if (is_less(client, first)) {
		first[0] -= first[1] == 0;
		first[1]--;
		at_most(range, first);
	} else if (is_less(last, client)) {
		last[1]++;
		last[0] += last[1] == 0;
		at_least(range, last);
	} else {
		at_least(range, first);
		at_most(range, last);
	}
}

bool clientrange_is_within(const struct clientrange *range, const struct clientrange *other)
{
	return !is_less(range->first, other->first) && !is_less(other->last, range->last);
}

bool clientrange_has(const struct clientrange *range, const struct ipaddr *ip)
{
	uint64_t words[2];
	ipaddr_words(ip, words);
	return !is_less(words, range->first) && !is_less(range->last, words);
}
