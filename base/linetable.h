/* linetable.h - a table of pointers by hash, made for few misses of the processor's caches: what
 * the cache of answers and the memo of rows are built on.
 *
 * It consists of lines of 64 octets, four slots each. The low bits of a hash choose a line, and an
 * item belongs into that line or into its twin next to it; the low 31 bits are the slot's tag. To
 * find an item touches one line, mostly, and the item. There are no chains. A table may double: by
 * its tag each item has its place in the larger one, and none is read. Each item has the second in
 * which it is out of date. What gives way when there is no room:
 *
 *     what is full          who gives way
 *     line and twin         one of their eight items: out of date, else not used lately
 *     the owner's bytes     CLOCK: a hand walks the lines, and stops at what is out of date or was
 *                           not used since it last came by
 *
 * The table neither owns nor reads the items: the owner compares keys, and frees what gives way.
 * Seconds are of any one clock. One thread. */
#ifndef BASE_LINETABLE_H
#define BASE_LINETABLE_H

#include "base/bigtable.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINETABLE_LINE_SLOTS = 4, LINETABLE_HASH_SLOTS = 2 * LINETABLE_LINE_SLOTS };

struct linetable_slot {
	const void *item; /* NULL: free */
	uint32_t expires_s;
	uint32_t tag : 31, used : 1;
};

struct linetable_line {
	_Alignas(BIGTABLE_LINE_BYTES) struct linetable_slot slots[LINETABLE_LINE_SLOTS];
};

struct linetable {
	struct linetable_line *lines;
	size_t line_mask, hand;
	uint64_t n_items;
};

/* Of at least so many slots, and of two lines. False: out of memory. */
bool linetable_init(struct linetable *t, size_t n_slots);
/* Takes a zeroed table, too. What items are left is the owner's: linetable_each(). */
void linetable_fini(struct linetable *t);

static inline size_t linetable_bytes(const struct linetable *t)
{
	return t->lines ? (t->line_mask + 1) * sizeof *t->lines : 0;
}

/* How many items have a place, at most. */
static inline size_t linetable_n_slots(const struct linetable *t)
{
	return (t->line_mask + 1) * LINETABLE_LINE_SLOTS;
}

/* Makes it twice as large. False: out of memory, or there are 2^31 lines; nothing has changed. */
bool linetable_double(struct linetable *t);

/* The i-th of the LINETABLE_HASH_SLOTS slots for the hash: its line's, then its twin's. */
static inline struct linetable_slot *linetable_at(
        const struct linetable *t, uint64_t hash, unsigned i)
{
	size_t line = hash & t->line_mask;
	return &t->lines[i < LINETABLE_LINE_SLOTS ? line : line ^ 1]
	                .slots[i % LINETABLE_LINE_SLOTS];
}

static inline uint32_t linetable_tag(uint64_t hash)
{
	return (uint32_t)hash & 0x7fffffff;
}

static inline bool linetable_has_tag(const struct linetable_slot *s, uint64_t hash)
{
	return s->item && s->tag == linetable_tag(hash);
}

/* Brings the line of the hash into the processor's cache. */
static inline void linetable_fetch(const struct linetable *t, uint64_t hash)
{
	__builtin_prefetch(linetable_at(t, hash, 0));
}

/* The first item in the first `n_slots` slots for the hash that may be it, by its tag; it is not
 * read. NULL: there is none. */
static inline const void *linetable_peek(const struct linetable *t, uint64_t hash, unsigned n_slots)
{
	for (unsigned i = 0; i < n_slots; i++) {
		const struct linetable_slot *s = linetable_at(t, hash, i);
		if (linetable_has_tag(s, hash))
			return s->item;
	}
	return NULL;
}

static inline bool linetable_is_expired(const struct linetable_slot *s, uint32_t now_s)
{
	return s->expires_s <= now_s;
}

/* The item was used. Writes to the line only when that is news. */
static inline void linetable_use(struct linetable_slot *s)
{
	if (!s->used)
		s->used = 1;
}

/* A slot for the hash: a free one, or that whose item gives way, and which the owner must clear. */
struct linetable_slot *linetable_make(const struct linetable *t, uint64_t hash, uint32_t now_s);
/* CLOCK: the slot of the item that gives way next. There must be an item. */
struct linetable_slot *linetable_victim(struct linetable *t, uint32_t now_s);
/* The next slot with an item, from the place *at on, which begins with 0. NULL: no more. */
struct linetable_slot *linetable_each(const struct linetable *t, size_t *at);

/* Puts an item into a free slot for the hash. */
void linetable_set(struct linetable *t, struct linetable_slot *s, uint64_t hash, const void *item,
        uint32_t expires_s);
/* Makes a slot free. */
void linetable_clear(struct linetable *t, struct linetable_slot *s);

#endif
