/* lives.h - addresses on their way through a policy: those that no term has matched so far, by what
 * they have spent. Addresses that spent the same are one set. For authority.c. Out of memory:
 * `failed`. Single thread. */
#ifndef CHECKS_LIVES_H
#define CHECKS_LIVES_H

#include "checks/addrset.h"

struct live {
	unsigned lookups, voids;
	bool depends; /* a term before may have matched, which depends on the client or the sender
	               */
	struct addrset set;
};

/* Zeroed: none. */
struct lives {
	struct live *at;
	unsigned n, capacity;
	bool failed;
};

/* Moves the addresses to those that spent the same; the set is empty then. */
void lives_add(struct lives *l, struct live *from);
/* Another one takes its place. */
void lives_remove(struct lives *l, unsigned i);
void lives_fini(struct lives *l);

#endif
