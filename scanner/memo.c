/* memo.c - entries of a slab in a table of lines. The first half of a hash is the table's. */
#include "scanner/memo.h"

#include "base/linetable.h"
#include "base/slab.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Entries are rarely smaller, so the table needs no more slots than limit_bytes / this. */
enum { ENTRY_SMALL_BYTES = 160 };

/* In a list in which no row comes back, entries only take memory, and touching it costs. */
enum { UNPROVED_BYTES = 4 << 20, HIT_EARNS_BYTES = 4 << 10 };

struct memo {
	struct linetable table;
	size_t limit_bytes, used_bytes;
	size_t allowed_bytes; /* now: at most limit_bytes */
	struct slab slab;
};

static_assert(sizeof(struct memo_entry) + MEMO_TEXT_MAX_BYTES <= SLAB_BLOCK_MAX_BYTES,
        "an entry must fit in a block");

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
static size_t block_bytes(size_t text_size)
{
	size_t bytes = sizeof(struct memo_entry) + text_size;
	return (bytes + SLAB_STEP_BYTES - 1) / SLAB_STEP_BYTES * SLAB_STEP_BYTES;
}

static void slot_drop(struct memo *m, struct linetable_slot *s)
{
	const struct memo_entry *entry = s->item;
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

bool memo_peek(const struct memo *m, const uint64_t hash[2])
{
	const char *entry = linetable_peek(&m->table, hash[0], LINETABLE_HASH_SLOTS);
	if (!entry)
		return false;
	for (unsigned at = 0; at < 5 * BIGTABLE_LINE_BYTES; at += BIGTABLE_LINE_BYTES)
		__builtin_prefetch(entry + at);
	return true;
}

static struct linetable_slot *slot_find(const struct memo *m, const uint64_t hash[2])
{
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++) {
		struct linetable_slot *s = linetable_at(&m->table, hash[0], i);
		const struct memo_entry *entry = s->item;
		if (linetable_has_tag(s, hash[0]) && entry->hash[0] == hash[0] &&
		        entry->hash[1] == hash[1])
			return s;
	}
	return NULL;
}

const struct memo_entry *memo_find(struct memo *m, const uint64_t hash[2], uint32_t now_s)
{
	struct linetable_slot *s = slot_find(m, hash);
	if (!s)
		return NULL;
	if (linetable_is_expired(s, now_s)) {
		slot_drop(m, s);
		return NULL;
	}
	linetable_use(s);
	m->allowed_bytes = at_most(m->allowed_bytes + HIT_EARNS_BYTES, m->limit_bytes);
	return s->item;
}

/* ---- keeping ---- */

static bool make_room(struct memo *m, size_t bytes, uint32_t now_s)
{
	while (m->table.n_items && m->used_bytes + bytes > m->allowed_bytes)
		slot_drop(m, linetable_victim(&m->table, now_s));
	return m->used_bytes + bytes <= m->allowed_bytes;
}

void memo_keep(struct memo *m, const uint64_t hash[2], const struct tally_row *counts,
        const char *text, size_t size, uint32_t expires_s, uint32_t now_s)
{
	if (size > MEMO_TEXT_MAX_BYTES || expires_s <= now_s)
		return;
	struct linetable_slot *s = slot_find(m, hash);
	if (s)
		slot_drop(m, s);
	if (!make_room(m, block_bytes(size), now_s))
		return;
	struct memo_entry *entry = slab_get(&m->slab, sizeof *entry + size);
	if (!entry)
		return;
	*entry = (struct memo_entry){
		.hash = { hash[0], hash[1] }, .counts = *counts, .size = (uint32_t)size
	};
	memcpy(entry->text, text, size);
	s = linetable_make(&m->table, hash[0], now_s);
	if (s->item)
		slot_drop(m, s);
	linetable_set(&m->table, s, hash[0], entry, expires_s);
	m->used_bytes += block_bytes(size);
}

size_t memo_used_bytes(const struct memo *m)
{
	return m->used_bytes;
}

uint64_t memo_entries(const struct memo *m)
{
	return m->table.n_items;
}
