/* clientrange.h - the addresses around the client for which a check goes the same way.
 *
 * check_host() looks at the client's address by comparing it with networks (and by macros and its
 * names: SPF_LOOKS_CLIENT). Each comparison comes out the same for all addresses on the client's
 * side of the network, so after the check a range of addresses is left that all get its result.
 * Pure; any thread. */
#ifndef SPF_CLIENTRANGE_H
#define SPF_CLIENTRANGE_H

#include "dns/ipaddr.h"

/* Of the client's family. An address is two numbers: ipaddr_words(). */
struct clientrange {
	uint64_t first[2], last[2]; /* both are in it */
};

/* All addresses. */
void clientrange_all(struct clientrange *range);

/* After `ip` was compared with a network. One of the other family, or with more bits than the
 * family has, leaves the range as it is. */
void clientrange_compare(struct clientrange *range, const struct ipaddr *ip,
        const struct ipaddr *network, unsigned prefix_bits);

/* Of ranges of one family: all addresses of one are in the other. */
bool clientrange_is_within(const struct clientrange *range, const struct clientrange *other);

/* `ip` is of the family of the range. */
bool clientrange_has(const struct clientrange *range, const struct ipaddr *ip);

#endif
