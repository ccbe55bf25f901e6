/* nameset.c - names in one block, and a table of where they begin. */
#include "dns/nameset.h"

#include "base/hash.h"

#include <stdlib.h>

enum { TABLE_MIN = 64 };

void nameset_fini(struct nameset *s)
{
	free(s->octets);
	free(s->table);
	*s = (struct nameset){ 0 };
}

/* The place of a name in lower case: its own, or the free one where it belongs. */
static uint32_t *place_of(const struct nameset *s, const uint8_t *wire, size_t size)
{
	size_t mask = s->table_size - 1;
	for (size_t i = hash_stable(wire, size) & mask;; i = (i + 1) & mask) {
		uint32_t at = s->table[i];
		if (!at)
			return &s->table[i];
		const uint8_t *name = s->octets + at - 1;
		if (name[0] == size && !memcmp(name + 1, wire, size))
			return &s->table[i];
	}
}

static bool grow_table(struct nameset *s)
{
	struct nameset larger = *s;
	larger.table_size = s->table_size ? 2 * s->table_size : TABLE_MIN;
	larger.table = calloc(larger.table_size, sizeof *larger.table);
	if (!larger.table)
		return false;
	for (size_t at = 0; at < s->n_octets; at += 1u + s->octets[at])
		*place_of(&larger, s->octets + at + 1, s->octets[at]) = (uint32_t)at + 1;
	free(s->table);
	*s = larger;
	return true;
}

static bool grow_octets(struct nameset *s, size_t more)
{
	if (s->n_octets + more >= UINT32_MAX)
		return false;
	if (s->n_octets + more <= s->octets_capacity)
		return true;
	size_t capacity = 2 * s->octets_capacity + 4096;
	uint8_t *octets = realloc(s->octets, capacity);
	if (!octets)
		return false;
	s->octets = octets;
	s->octets_capacity = capacity;
	return true;
}

bool nameset_add(struct nameset *s, const struct dname *name)
{
	struct dname lower = *name;
	dname_lower(&lower);
	if (4 * (s->n_names + 1) > 3 * s->table_size && !grow_table(s))
		return false;
	uint32_t *place = place_of(s, lower.wire, lower.size);
	if (*place)
		return true;
	if (!grow_octets(s, 1u + lower.size))
		return false;
	*place = (uint32_t)s->n_octets + 1;
	s->octets[s->n_octets] = lower.size;
	memcpy(s->octets + s->n_octets + 1, lower.wire, lower.size);
	s->n_octets += 1u + lower.size;
	s->n_names++;
	s->has_labels[dname_label_count(&lower)] = true;
	return true;
}

bool nameset_holds(const struct nameset *s, const struct dname *name)
{
	if (!s->n_names || name->size == 0)
		return false;
	struct dname lower = *name;
	dname_lower(&lower);
	unsigned n_labels = dname_label_count(&lower);
	for (size_t at = 0; n_labels > 0; at += 1u + lower.wire[at], n_labels--)
		if (s->has_labels[n_labels] && *place_of(s, lower.wire + at, lower.size - at))
			return true;
	return false;
}

bool nameset_next(const struct nameset *s, size_t *at, struct dname *name)
{
	if (*at >= s->n_octets)
		return false;
	name->size = s->octets[*at];
	memcpy(name->wire, s->octets + *at + 1, name->size);
	*at += 1u + name->size;
	return true;
}
