/* affinity.c - labels are counted from the end. */
#include "resolver/forward/affinity.h"

#include "base/hash.h"

#include <string.h>

enum { IPV4_LABELS = 4, IPV6_LABELS = 10, DOMAIN_LABELS = 2, SHORT_SUFFIX_LETTERS = 3 };

/* Where the last `n` labels of the name begin; the name's own beginning when it has fewer. */
static size_t tail_at(const struct dname *name, unsigned n_labels, unsigned n)
{
	size_t at = 0;
	for (; n_labels > n; n_labels--)
		at += 1u + name->wire[at];
	return at;
}

static bool has_tail(const struct dname *name, const char *wire, size_t size)
{
	return name->size >= size && !memcmp(name->wire + name->size - size, wire, size);
}

/* How many labels, without the root's, the names have that belong together. */
static unsigned labels_that_count(const struct dname *name, unsigned n_labels)
{
	static const char in_addr[] = "\7in-addr\4arpa", ip6[] = "\3ip6\4arpa";
	if (has_tail(name, in_addr, sizeof in_addr))
		return IPV4_LABELS;
	if (has_tail(name, ip6, sizeof ip6))
		return IPV6_LABELS;
	const uint8_t *second = name->wire + tail_at(name, n_labels, DOMAIN_LABELS);
	bool is_suffix = n_labels > DOMAIN_LABELS && second[0] <= SHORT_SUFFIX_LETTERS &&
	        second[1 + second[0]] == 2;
	return DOMAIN_LABELS + is_suffix;
}

static unsigned count_labels(const struct dname *name)
{
	unsigned n = 0;
	for (size_t at = 0; name->wire[at]; at += 1u + name->wire[at])
		n++;
	return n;
}

uint64_t affinity_of_name(const struct dname *name)
{
	unsigned n_labels = count_labels(name);
	size_t at = tail_at(name, n_labels, labels_that_count(name, n_labels));
	return hash_stable(name->wire + at, name->size - at);
}

uint64_t affinity_of_upstream(const struct ipaddr *ip, uint16_t port)
{
	uint8_t bytes[sizeof ip->bytes + 3] = { 0 };
	memcpy(bytes, ip->bytes, ip->family == IPFAMILY_4 ? 4 : sizeof ip->bytes);
	bytes[sizeof ip->bytes] = ip->family;
	bytes[sizeof ip->bytes + 1] = (uint8_t)(port >> 8);
	bytes[sizeof ip->bytes + 2] = (uint8_t)port;
	return hash_stable(bytes, sizeof bytes);
}

/* The finish of splitmix64: a sum of two good hashes, mixed. */
uint64_t affinity_weight(uint64_t of_name, uint64_t of_upstream)
{
	uint64_t z = of_name + of_upstream;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}
