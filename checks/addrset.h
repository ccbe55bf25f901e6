/* addrset.h - a set of addresses of one family, as sorted ranges that do not overlap.
 *
 * An address is a number: 32 bits of IPv4 or 128 of IPv6. Sets are cut apart and joined again and
 * never copied, so a policy of many networks is evaluated for all addresses at once. Out of memory:
 * `failed` stays set, and the set is no result. Zeroed: empty. Single thread. */
#ifndef CHECKS_ADDRSET_H
#define CHECKS_ADDRSET_H

#include "dns/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 addrset_number;

struct addrset_range {
	addrset_number first, last; /* both are in it */
};

struct addrset {
	struct addrset_range *at;
	size_t n, capacity;
	bool failed;
};

/* Empties it; keeps its memory, but for more than an ordinary policy needs. */
void addrset_reset(struct addrset *s);
/* Takes a zeroed one. */
void addrset_fini(struct addrset *s);

/* All addresses of a family that share the first `prefix_bits` bits with `ip`. */
struct addrset_range addrset_range_of(const struct ipaddr *ip, unsigned prefix_bits);

/* Adds a range behind all others, or one that overlaps none, of a set that addrset_sort() sorts. */
void addrset_append(struct addrset *s, struct addrset_range range);
/* Sorts what was appended, and joins ranges that touch each other. */
void addrset_sort(struct addrset *s);

/* Takes what lies in the range out of `from` and appends it to `out`. */
void addrset_cut(struct addrset *from, struct addrset_range range, struct addrset *out);
/* Moves all of `from` into `s`. They have no address in common. */
void addrset_unite(struct addrset *s, struct addrset *from);

/* How many addresses; all of IPv6 are none too many: at most 2^128 - 1 is counted. */
addrset_number addrset_count(const struct addrset *s);

/* The first network of a range that is not empty: its bits, and its last address. `width` is that
 * of the family. Next comes what is behind it. */
unsigned addrset_next_network(struct addrset_range range, unsigned width, addrset_number *last);
/* The network of these bits that begins at the address. */
struct net addrset_net(addrset_number first, unsigned prefix_bits, unsigned width);

/* Appends a decimal number. */
void addrset_put_number(struct textbuf *out, addrset_number n);

#endif
