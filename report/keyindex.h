/* keyindex.h - from a hash to the places of what has it: an open hash table of numbers.
 *
 * A slot has 32 bits of the hash, which also say where it belongs, so the table grows, and is
 * thinned out, in the order of its slots: no key is looked at, and the memory is read in a row.
 * What has the same 32 bits must be told apart by the caller. Zeroed it is empty. One thread. */
#ifndef REPORT_KEYINDEX_H
#define REPORT_KEYINDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEYINDEX_NONE = UINT32_MAX };

struct keyindex {
	uint64_t *slots; /* the hash, and the place plus one; 0: empty */
	uint32_t n;
	unsigned bits; /* 1 << bits slots */
};

/* Room for `more`. False: out of memory. */
bool keyindex_reserve(struct keyindex *x, uint32_t more);
/* How many octets it takes, and how many at most while it makes room for `more`. */
size_t keyindex_bytes(const struct keyindex *x);
size_t keyindex_bytes_to_reserve(const struct keyindex *x, uint32_t more);
/* Takes a zeroed one. */
void keyindex_fini(struct keyindex *x);

/* Keeps what has a place in `kept` that is not KEYINDEX_NONE, and gives it that place. */
void keyindex_keep(struct keyindex *x, const uint32_t *kept);

static inline size_t keyindex_begin(const struct keyindex *x, uint32_t hash)
{
	return hash >> (32 - x->bits);
}

/* From the slot *at on, the next place with the hash; *at is behind it then. KEYINDEX_NONE: no
 * more, and *at is where keyindex_put() puts it. */
static inline uint32_t keyindex_next(const struct keyindex *x, uint32_t hash, size_t *at)
{
	size_t mask = ((size_t)1 << x->bits) - 1;
	for (; x->slots[*at]; *at = (*at + 1) & mask)
		if ((uint32_t)(x->slots[*at] >> 32) == hash) {
			uint32_t place = (uint32_t)x->slots[*at] - 1;
			*at = (*at + 1) & mask;
			return place;
		}
	return KEYINDEX_NONE;
}

/* There is room (keyindex_reserve()), and keyindex_next() found no more. */
static inline void keyindex_put(struct keyindex *x, uint32_t hash, size_t at, uint32_t place)
{
	x->slots[at] = (uint64_t)hash << 32 | (place + 1);
	x->n++;
}

#endif
