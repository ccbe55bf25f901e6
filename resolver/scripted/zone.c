/* zone.c - a table with open addressing.
 *
 * It hashes with plain FNV-1a and not with base/hash.h: a script needs no protection against chosen
 * collisions, and its table must still work after a test's second hash_init(). */
#include "resolver/scripted/zone.h"

#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(const uint8_t *wire, size_t size)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < size; i++)
		h = (h ^ wire[i]) * 16777619u;
	return h ^ h >> 15;
}

/* The slot that holds the name, or the free one where it belongs. */
static size_t slot_of(const struct zone *z, const uint8_t *wire, size_t size)
{
	size_t at = hash_of(wire, size) & (z->n_slots - 1);
	for (; z->slots[at] != ZONE_NONE; at = (at + 1) & (z->n_slots - 1)) {
		const struct zone_node *n = &z->nodes[z->slots[at]];
		if (n->wire_size == size && memcmp(z->bytes.bytes + n->wire_at, wire, size) == 0)
			break;
	}
	return at;
}

/* `wire` is in lower case, as all names in the table are. */
static const struct zone_node *node_find(const struct zone *z, const uint8_t *wire, size_t size)
{
	uint32_t found = z->slots[slot_of(z, wire, size)];
	return found == ZONE_NONE ? NULL : &z->nodes[found];
}

static bool slots_grow(struct zone *z)
{
	size_t n = z->n_slots ? 2 * z->n_slots : 64;
	uint32_t *slots = malloc(n * sizeof *slots);
	if (!slots)
		return false;
	memset(slots, 0xff, n * sizeof *slots);
	free(z->slots);
	z->slots = slots;
	z->n_slots = n;
	for (uint32_t i = 0; i < z->n_nodes; i++)
		slots[slot_of(z, (const uint8_t *)z->bytes.bytes + z->nodes[i].wire_at,
		        z->nodes[i].wire_size)] = i;
	return true;
}

/* Room for one more item of an array that doubles. */
static void *array_grow(void *items, size_t count, size_t *capacity, size_t item_size)
{
	if (count < *capacity)
		return items;
	size_t n = *capacity ? 2 * *capacity : 64;
	void *more = realloc(items, n * item_size);
	if (more)
		*capacity = n;
	return more;
}

/* The name's node, made when there was none; ZONE_NONE: no memory. */
static uint32_t node_put(struct zone *z, const uint8_t *wire, uint8_t size)
{
	if (2 * (z->n_nodes + 1) > z->n_slots && !slots_grow(z))
		return ZONE_NONE;
	size_t slot = slot_of(z, wire, size);
	if (z->slots[slot] != ZONE_NONE)
		return z->slots[slot];
	struct zone_node *nodes =
	        array_grow(z->nodes, z->n_nodes, &z->nodes_capacity, sizeof *nodes);
	if (!nodes)
		return ZONE_NONE;
	z->nodes = nodes;
	nodes[z->n_nodes] = (struct zone_node){ .wire_at = (uint32_t)z->bytes.size,
		.wire_size = size,
		.first = ZONE_NONE,
		.last = ZONE_NONE };
	textbuf_put(&z->bytes, wire, size);
	if (z->bytes.failed)
		return ZONE_NONE;
	z->slots[slot] = (uint32_t)z->n_nodes;
	return (uint32_t)z->n_nodes++;
}

bool zone_init(struct zone *z)
{
	*z = (struct zone){ 0 };
	textbuf_init(&z->bytes, UINT32_MAX);
	return slots_grow(z);
}

void zone_fini(struct zone *z)
{
	free(z->nodes);
	free(z->records);
	free(z->slots);
	textbuf_fini(&z->bytes);
	*z = (struct zone){ 0 };
}

uint32_t zone_put_owner(struct zone *z, const struct dname *owner)
{
	uint32_t node = node_put(z, owner->wire, owner->size);
	for (unsigned at = 0; node != ZONE_NONE && owner->wire[at];) {
		at += owner->wire[at] + 1u;
		if (node_put(z, owner->wire + at, (uint8_t)(owner->size - at)) == ZONE_NONE)
			return ZONE_NONE;
	}
	return node;
}

bool zone_put_record(struct zone *z, uint32_t node, const struct zone_record *record)
{
	struct zone_record *records =
	        array_grow(z->records, z->n_records, &z->records_capacity, sizeof *records);
	if (!records)
		return false;
	z->records = records;
	uint32_t at = (uint32_t)z->n_records++;
	records[at] = *record;
	records[at].next = ZONE_NONE;
	if (z->nodes[node].last == ZONE_NONE)
		z->nodes[node].first = at;
	else
		records[z->nodes[node].last].next = at;
	z->nodes[node].last = at;
	return true;
}

/* The wildcard is the one at the closest encloser (RFC 4592 section 3.3.1), and no other. */
const struct zone_node *zone_find(const struct zone *z, const struct dname *name)
{
	const struct zone_node *n = node_find(z, name->wire, name->size);
	for (unsigned at = 0; !n && name->wire[at];) {
		at += name->wire[at] + 1u;
		unsigned left = name->size - at;
		if (!node_find(z, name->wire + at, left))
			continue;
		uint8_t wildcard[DNAME_MAX_BYTES + 2] = { 1, '*' };
		memcpy(wildcard + 2, name->wire + at, left);
		return node_find(z, wildcard, left + 2);
	}
	return n;
}

bool zone_has_top(const struct zone *z, const struct dname *name)
{
	unsigned top = 0;
	for (unsigned at = 0; name->wire[at]; at += name->wire[at] + 1u)
		top = at;
	return node_find(z, name->wire + top, name->size - top);
}

uint32_t zone_next(
        const struct zone *z, const struct zone_node *n, uint16_t type, bool faulty, uint32_t at)
{
	at = at == ZONE_NONE ? n->first : z->records[at].next;
	while (at != ZONE_NONE &&
	        (z->records[at].type != type || (z->records[at].fault != 0) != faulty))
		at = z->records[at].next;
	return at;
}
