/* flatten.h - an authority as a list of networks: the flattened policy.
 *
 * The networks of a family come in the order of their addresses, each with the result of all
 * addresses in it, and none holds another, but for one: what most addresses get that no network of
 * the list holds stands once, at the end, as 0.0.0.0/0 or ::/0. So the longest network that holds
 * an address has its result. A result of pass is never told in that way: networks with pass are
 * exact, and their sizes add up. Pure. Single thread. */
#ifndef CHECKS_FLATTEN_H
#define CHECKS_FLATTEN_H

#include "checks/authority.h"

struct flatten {
	const struct authority_family *family;
	const struct authority_piece
	        *rest;       /* like those that the last network stands for; or NULL */
	size_t at;           /* the piece at hand */
	addrset_number next; /* of it, the first address that was not given yet */
	bool is_over;
};

void flatten_begin(struct flatten *f, const struct authority_family *family);
/* The next network, and the piece that it is of. False: that was all. */
bool flatten_next(struct flatten *f, struct net *net, const struct authority_piece **piece);

#endif
