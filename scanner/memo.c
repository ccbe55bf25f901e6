/* memo.c - entries of a slab in a table of lines. The first half of a hash is the table's. */
#include "scanner/memo.h"

#include "base/linetable.h"
#include "base/slab.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* On average entries are rarely smaller, so the table needs no more slots than limit_bytes / this.
 */
enum { ENTRY_SMALL_BYTES = 160 };

/* In a list in which nothing comes back, entries only take memory, and touching it costs. So room
 * is earned; and where it is full, so is taking the room of another entry: by so many, for each
 * that is found again. Without that only a sample is kept, which notices when things come back. */
enum { UNPROVED_BYTES = 4 << 20, HIT_EARNS_BYTES = 4 << 10 };
enum { HIT_EARNS_ENTRIES = 16, EARNED_MAX_ENTRIES = 1 << 16, SAMPLE_ONE_OF = 16 };

struct entry {
	uint64_t hash[2];
	uint64_t size;
	char octets[];
};

struct memo {
	struct linetable table;
	size_t limit_bytes, used_bytes;
	size_t allowed_bytes;    /* now: at most limit_bytes */
	unsigned earned_entries; /* that may take another's room */
	struct slab slab;
};

static_assert(sizeof(struct entry) == MEMO_HEAD_BYTES, "as memo.h has it");

static size_t at_most(size_t value, size_t limit)
{
	return value < limit ? value : limit;
}

struct memo *memo_new(size_t limit_bytes)
{
	struct memo *m = calloc(1, sizeof *m);
	if (!m)
		return NULL;
	slab_init(&m->slab);
	if (!linetable_init(&m->table, limit_bytes / ENTRY_SMALL_BYTES)) {
		free(m);
		return NULL;
	}
	m->limit_bytes = limit_bytes;
	m->used_bytes = linetable_bytes(&m->table);
	m->allowed_bytes = at_most(m->used_bytes + UNPROVED_BYTES, limit_bytes);
	return m;
}

/* What the entry takes of its slab. */
static size_t block_bytes(size_t size)
{
	size_t bytes = sizeof(struct entry) + size;
	return (bytes + SLAB_STEP_BYTES - 1) / SLAB_STEP_BYTES * SLAB_STEP_BYTES;
}

static void slot_drop(struct memo *m, struct linetable_slot *s)
{
	const struct entry *entry = s->item;
	m->used_bytes -= block_bytes(entry->size);
	linetable_clear(&m->table, s);
	slab_put((void *)entry);
}

void memo_free(struct memo *m)
{
	if (!m)
		return;
	struct linetable_slot *s;
	for (size_t at = 0; (s = linetable_each(&m->table, &at)) != NULL;)
		slot_drop(m, s);
	linetable_fini(&m->table);
	slab_fini(&m->slab);
	free(m);
}

/* ---- finding ---- */

void memo_fetch(const struct memo *m, const uint64_t hash[2])
{
	linetable_fetch(&m->table, hash[0]);
}

bool memo_peek(const struct memo *m, const uint64_t hash[2], unsigned n_lines)
{
	const char *entry = linetable_peek(&m->table, hash[0], LINETABLE_HASH_SLOTS);
	if (!entry)
		return false;
	for (unsigned at = 0; at < n_lines * BIGTABLE_LINE_BYTES; at += BIGTABLE_LINE_BYTES)
		__builtin_prefetch(entry + at);
	return true;
}

static struct linetable_slot *slot_find(const struct memo *m, const uint64_t hash[2])
{
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++) {
		struct linetable_slot *s = linetable_at(&m->table, hash[0], i);
		const struct entry *entry = s->item;
		if (linetable_has_tag(s, hash[0]) && entry->hash[0] == hash[0] &&
		        entry->hash[1] == hash[1])
			return s;
	}
	return NULL;
}

const void *memo_find(struct memo *m, const uint64_t hash[2], uint32_t now_s, uint32_t *expires_s)
{
	struct linetable_slot *s = slot_find(m, hash);
	if (!s)
		return NULL;
	if (linetable_is_expired(s, now_s)) {
		slot_drop(m, s);
		return NULL;
	}
	linetable_use(s);
	*expires_s = s->expires_s;
	return ((const struct entry *)s->item)->octets;
}

void memo_earn(struct memo *m)
{
	m->allowed_bytes = at_most(m->allowed_bytes + HIT_EARNS_BYTES, m->limit_bytes);
	m->earned_entries =
	        (unsigned)at_most(m->earned_entries + HIT_EARNS_ENTRIES, EARNED_MAX_ENTRIES);
}

/* ---- keeping ---- */

static bool may_take_room(struct memo *m, const uint64_t hash[2], size_t bytes)
{
	if (m->used_bytes + bytes <= m->allowed_bytes || hash[1] % SAMPLE_ONE_OF == 0)
		return true;
	if (!m->earned_entries)
		return false;
	m->earned_entries--;
	return true;
}

static bool make_room(struct memo *m, size_t bytes, uint32_t now_s)
{
	while (m->table.n_items && m->used_bytes + bytes > m->allowed_bytes)
		slot_drop(m, linetable_victim(&m->table, now_s));
	return m->used_bytes + bytes <= m->allowed_bytes;
}

void *memo_make(
        struct memo *m, const uint64_t hash[2], size_t size, uint32_t expires_s, uint32_t now_s)
{
	if (size > MEMO_MAX_BYTES || expires_s <= now_s ||
	        !may_take_room(m, hash, block_bytes(size)))
		return NULL;
	struct linetable_slot *s = slot_find(m, hash);
	if (s)
		slot_drop(m, s);
	if (!make_room(m, block_bytes(size), now_s))
		return NULL;
	struct entry *entry = slab_get(&m->slab, sizeof *entry + size);
	if (!entry)
		return NULL;
	*entry = (struct entry){ .hash = { hash[0], hash[1] }, .size = size };
	s = linetable_make(&m->table, hash[0], now_s);
	if (s->item)
		slot_drop(m, s);
	linetable_set(&m->table, s, hash[0], entry, expires_s);
	m->used_bytes += block_bytes(size);
	return entry->octets;
}

size_t memo_used_bytes(const struct memo *m)
{
	return m->used_bytes;
}

uint64_t memo_entries(const struct memo *m)
{
	return m->table.n_items;
}
