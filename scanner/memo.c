/* memo.c - the low bits of a hash choose the line, high bits are the slot's tag, as in
 * resolver/cache.c. */
#include "scanner/memo.h"

#include "base/bigtable.h"
#include "base/slab.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Entries are rarely smaller, so the table needs no more slots than limit_bytes / this. */
enum { ENTRY_SMALL_BYTES = 160 };

enum { SLOTS = 4 };

struct memo_slot {
	struct memo_entry *entry; /* NULL: free */
	uint32_t expires_s;
	uint32_t tag : 31, used : 1;
};

struct memo_line {
	_Alignas(BIGTABLE_LINE_BYTES) struct memo_slot slots[SLOTS];
};

struct memo {
	struct memo_line *lines;
	size_t line_mask, hand, limit_bytes, used_bytes;
	uint64_t n_entries;
	struct slab slab;
};

static_assert(sizeof(struct memo_entry) + MEMO_TEXT_MAX_BYTES <= SLAB_BLOCK_MAX_BYTES,
        "an entry must fit in a block");

struct memo *memo_new(size_t limit_bytes)
{
	struct memo *m = calloc(1, sizeof *m);
	size_t n_lines = 2;
	if (!m)
		return NULL;
	while (n_lines * SLOTS < limit_bytes / ENTRY_SMALL_BYTES)
		n_lines *= 2;
	slab_init(&m->slab);
	m->lines = bigtable_new(n_lines * sizeof *m->lines);
	if (!m->lines) {
		free(m);
		return NULL;
	}
	m->line_mask = n_lines - 1;
	m->limit_bytes = limit_bytes;
	m->used_bytes = n_lines * sizeof *m->lines;
	return m;
}

/* What the entry takes of its slab. */
static size_t block_bytes(size_t text_size)
{
	size_t bytes = sizeof(struct memo_entry) + text_size;
	return (bytes + SLAB_STEP_BYTES - 1) / SLAB_STEP_BYTES * SLAB_STEP_BYTES;
}

static void slot_drop(struct memo *m, struct memo_slot *s)
{
	m->used_bytes -= block_bytes(s->entry->size);
	m->n_entries--;
	slab_put(s->entry);
	*s = (struct memo_slot){ 0 };
}

void memo_free(struct memo *m)
{
	if (!m)
		return;
	for (size_t i = 0; i <= m->line_mask; i++)
		for (unsigned s = 0; s < SLOTS; s++)
			if (m->lines[i].slots[s].entry)
				slot_drop(m, &m->lines[i].slots[s]);
	free(m->lines);
	slab_fini(&m->slab);
	free(m);
}

/* ---- finding ---- */

static uint32_t tag_of(const uint64_t hash[2])
{
	return (uint32_t)(hash[0] >> 33);
}

/* The i-th of the eight slots for the hash: its line's, then its twin's. */
static struct memo_slot *slot_at(const struct memo *m, const uint64_t hash[2], unsigned i)
{
	size_t line = hash[0] & m->line_mask;
	return &m->lines[i < SLOTS ? line : line ^ 1].slots[i % SLOTS];
}

void memo_fetch(const struct memo *m, const uint64_t hash[2])
{
	__builtin_prefetch(slot_at(m, hash, 0));
}

bool memo_peek(const struct memo *m, const uint64_t hash[2])
{
	for (unsigned i = 0; i < 2 * SLOTS; i++) {
		const struct memo_slot *s = slot_at(m, hash, i);
		if (!s->entry || s->tag != tag_of(hash))
			continue;
		for (unsigned at = 0; at < 5 * BIGTABLE_LINE_BYTES; at += BIGTABLE_LINE_BYTES)
			__builtin_prefetch((const char *)s->entry + at);
		return true;
	}
	return false;
}

static struct memo_slot *slot_find(const struct memo *m, const uint64_t hash[2])
{
	for (unsigned i = 0; i < 2 * SLOTS; i++) {
		struct memo_slot *s = slot_at(m, hash, i);
		if (s->entry && s->tag == tag_of(hash) && s->entry->hash[0] == hash[0] &&
		        s->entry->hash[1] == hash[1])
			return s;
	}
	return NULL;
}

const struct memo_entry *memo_find(struct memo *m, const uint64_t hash[2], uint32_t now_s)
{
	struct memo_slot *s = slot_find(m, hash);
	if (!s)
		return NULL;
	if (s->expires_s <= now_s) {
		slot_drop(m, s);
		return NULL;
	}
	if (!s->used)
		s->used = 1;
	return s->entry;
}

/* ---- keeping ---- */

/* CLOCK: drops the first entry that is out of date or was not used since the hand last came by.
 * There must be one. */
static void hand_evict(struct memo *m, uint32_t now_s)
{
	for (;;) {
		struct memo_slot *s = &m->lines[m->hand / SLOTS].slots[m->hand % SLOTS];
		m->hand = (m->hand + 1) & (m->line_mask * SLOTS + SLOTS - 1);
		if (s->entry && (!s->used || s->expires_s <= now_s)) {
			slot_drop(m, s);
			return;
		}
		s->used = 0;
	}
}

static bool make_room(struct memo *m, size_t bytes, uint32_t now_s)
{
	while (m->n_entries && m->used_bytes + bytes > m->limit_bytes)
		hand_evict(m, now_s);
	return m->used_bytes + bytes <= m->limit_bytes;
}

/* A free slot for the hash. When there is none, drops an entry that is out of date, else one that
 * was not used lately. */
static struct memo_slot *slot_make(struct memo *m, const uint64_t hash[2], uint32_t now_s)
{
	struct memo_slot *victim = NULL;
	for (unsigned i = 0; i < 2 * SLOTS; i++) {
		struct memo_slot *s = slot_at(m, hash, i);
		if (!s->entry)
			return s;
		if (!victim || s->expires_s <= now_s ||
		        (victim->used && !s->used && victim->expires_s > now_s))
			victim = s;
	}
	slot_drop(m, victim);
	return victim;
}

void memo_keep(struct memo *m, const uint64_t hash[2], const struct tally_row *counts,
        const char *text, size_t size, uint32_t expires_s, uint32_t now_s)
{
	if (size > MEMO_TEXT_MAX_BYTES || expires_s <= now_s)
		return;
	struct memo_slot *s = slot_find(m, hash);
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
	*slot_make(m, hash, now_s) = (struct memo_slot){
		.entry = entry, .expires_s = expires_s, .tag = tag_of(hash) & 0x7fffffff
	};
	m->used_bytes += block_bytes(size);
	m->n_entries++;
}

size_t memo_used_bytes(const struct memo *m)
{
	return m->used_bytes;
}

uint64_t memo_entries(const struct memo *m)
{
	return m->n_entries;
}
