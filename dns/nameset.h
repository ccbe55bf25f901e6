/* nameset.h - a set of domain names, each of which stands for all names beneath it, too.
 *
 * A question is answered by a look at the suffixes of a name, and only at those with as many labels
 * as some name of the set: two hashes for most names and sets. The names of the set are the user's
 * own, so the hash needs no secret. Filled by one thread; then const, for any thread. */
#ifndef DNS_NAMESET_H
#define DNS_NAMESET_H

#include "dns/dname.h"

struct nameset {
	/* names in lower case, one behind the other: an octet of size, then the wire form */
	uint8_t *octets;
	size_t n_octets, octets_capacity;
	uint32_t *table; /* open addressing: where a name begins, plus 1; 0: free */
	size_t table_size, n_names;
	bool has_labels[DNAME_MAX_BYTES / 2 + 1]; /* some name has so many */
};

/* Takes a zeroed one. */
void nameset_fini(struct nameset *s);

/* Adds a name of at least one label, in any case; one that is there already changes nothing. False:
 * out of memory, or 4 GiB of names. */
bool nameset_add(struct nameset *s, const struct dname *name);

/* True when the name, in any case, or one above it is in the set. Takes a zeroed set. */
bool nameset_holds(const struct nameset *s, const struct dname *name);

/* Goes through the names in the order in which they were added: *at is 0 at first. False: there are
 * no more. */
bool nameset_next(const struct nameset *s, size_t *at, struct dname *name);

#endif
