/* netset.h - a set of networks, IPv4 and IPv6: sorted ranges of addresses that do not touch each
 * other, so a question is a binary search.
 *
 * Fill it, seal it, ask it. Filled by one thread; then const, for any thread. */
#ifndef DNS_NETSET_H
#define DNS_NETSET_H

#include "dns/net.h"

/* In network order; IPv4 in the first 4 octets. */
struct netset_range {
	uint8_t first[16], last[16];
};

struct netset {
	struct net *nets; /* as they were added */
	size_t n_nets, nets_capacity;
	struct netset_range *ranges; /* once sealed: those of IPv4, then those of IPv6 */
	size_t n_ranges_4, n_ranges_6;
};

/* Takes a zeroed one. */
void netset_fini(struct netset *s);

/* False: out of memory. */
bool netset_add(struct netset *s, const struct net *net);
/* Once, when all are added. False: out of memory. */
bool netset_seal(struct netset *s);

/* True when the whole network is in the set; networks side by side count as one. Takes a zeroed
 * set, and a network of no family, which is in none. */
bool netset_holds(const struct netset *s, const struct net *net);
bool netset_holds_address(const struct netset *s, const struct ipaddr *ip);

#endif
