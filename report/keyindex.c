/* keyindex.c - growing and thinning out, slot by slot. */
#include "report/keyindex.h"

#include <stdlib.h>

enum { FIRST_BITS = 10, LAST_BITS = 31 };

/* Three quarters are taken at most. */
static bool has_room(uint32_t n, unsigned bits)
{
	return bits && n <= ((uint64_t)3 << bits) / 4;
}

static unsigned bits_for(const struct keyindex *x, uint32_t more)
{
	unsigned bits = x->bits ? x->bits : FIRST_BITS;
	while (bits < LAST_BITS && !has_room(x->n + more, bits))
		bits++;
	return bits;
}

static size_t bytes_of(unsigned bits)
{
	return ((size_t)1 << bits) * sizeof(uint64_t);
}

static void put_again(struct keyindex *x, uint64_t slot)
{
	size_t at = keyindex_begin(x, (uint32_t)(slot >> 32));
	while (x->slots[at])
		at = (at + 1) & (((size_t)1 << x->bits) - 1);
	x->slots[at] = slot;
}

bool keyindex_reserve(struct keyindex *x, uint32_t more)
{
	if (has_room(x->n + more, x->bits))
		return true;
	struct keyindex old = *x;
	x->bits = bits_for(x, more);
	x->slots = has_room(x->n + more, x->bits) ? calloc((size_t)1 << x->bits, sizeof *x->slots)
	                                          : NULL;
	if (!x->slots) {
		*x = old;
		return false;
	}
	for (size_t i = 0; old.slots && i < (size_t)1 << old.bits; i++)
		if (old.slots[i])
			put_again(x, old.slots[i]);
	free(old.slots);
	return true;
}

size_t keyindex_bytes(const struct keyindex *x)
{
	return x->slots ? bytes_of(x->bits) : 0;
}

size_t keyindex_bytes_to_reserve(const struct keyindex *x, uint32_t more)
{
	return keyindex_bytes(x) +
	        (has_room(x->n + more, x->bits) ? 0 : bytes_of(bits_for(x, more)));
}

void keyindex_fini(struct keyindex *x)
{
	free(x->slots);
	*x = (struct keyindex){ 0 };
}

/* From an empty slot on, so that what belongs before the end and stands behind it is met last. What
 * was put again stands at its old slot or before it, which was emptied. */
void keyindex_keep(struct keyindex *x, const uint32_t *kept)
{
	size_t slots = x->slots ? (size_t)1 << x->bits : 0, first = 0;
	while (first < slots && x->slots[first])
		first++;
	x->n = 0;
	for (size_t k = 0; k < slots; k++) {
		size_t i = (first + k) & (slots - 1);
		uint64_t slot = x->slots[i];
		uint32_t place = slot ? kept[(uint32_t)slot - 1] : KEYINDEX_NONE;
		x->slots[i] = 0;
		if (place == KEYINDEX_NONE)
			continue;
		put_again(x, (slot & ~(uint64_t)UINT32_MAX) | (place + 1));
		x->n++;
	}
}
