/* net.h - an IPv4 or IPv6 network as a value: an address and how many bits of it count. All
 * functions are pure. */
#ifndef DNS_NET_H
#define DNS_NET_H

#include "dns/dname.h"
#include "dns/ipaddr.h"

struct net {
	struct ipaddr ip; /* its first address */
	unsigned prefix_bits;
};

#define NET_TEXT_BYTES (IPADDR_TEXT_BYTES + 4)

/* "192.0.2.0/24", "2001:db8::/32", or one address. A mapped network of at least 96 bits is IPv4.
 * ERROR_SYNTAX: it is none. ERROR_RANGE: it has bits set behind its prefix; *net is the network
 * that has this address in it, then. */
enum error net_parse(struct net *net, const char *text, size_t size);

/* "192.0.2.0/24"; gives the buffer back. */
char *net_text(const struct net *net, char buffer[NET_TEXT_BYTES]);

/* The network for which a name below in-addr.arpa or ip6.arpa stands, by as many of its last labels
 * as are octets or nibbles: 192.0.2.0/24 for "5.0-127.2.0.192.in-addr.arpa". False: the name is not
 * below these two, or has no such label. */
bool net_of_reverse(struct net *net, const struct dname *name);

/* The names under in-addr.arpa or ip6.arpa that stand for the whole network: one, or as many as it
 * has parts that end at an octet or a nibble, 128 at most. `i` counts from 0. False: there are only
 * `i` of them. */
bool net_reverse(struct dname *name, const struct net *net, unsigned i);

#endif
