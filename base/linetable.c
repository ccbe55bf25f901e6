/* linetable.c - what is done when items come and go. To find one is inline: linetable.h. */
#include "base/linetable.h"

#include <stdlib.h>

/* A tag holds no more bits. */
#define LINE_MASK_MAX ((size_t)0x7fffffff)

bool linetable_init(struct linetable *t, size_t n_slots)
{
	size_t n_lines = 2;
	while (n_lines * LINETABLE_LINE_SLOTS < n_slots)
		n_lines *= 2;
	*t = (struct linetable){ .lines = bigtable_new(n_lines * sizeof *t->lines),
		.line_mask = n_lines - 1 };
	return t->lines != NULL;
}

void linetable_fini(struct linetable *t)
{
	free(t->lines);
	*t = (struct linetable){ 0 };
}

/* The i-th slot of all. */
static struct linetable_slot *slot_of(const struct linetable *t, size_t i)
{
	return &t->lines[i / LINETABLE_LINE_SLOTS].slots[i % LINETABLE_LINE_SLOTS];
}

struct linetable_slot *linetable_make(const struct linetable *t, uint64_t hash, uint32_t now_s)
{
	struct linetable_slot *victim = NULL;
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++) {
		struct linetable_slot *s = linetable_at(t, hash, i);
		if (!s->item)
			return s;
		if (!victim || linetable_is_expired(s, now_s) ||
		        (victim->used && !s->used && !linetable_is_expired(victim, now_s)))
			victim = s;
	}
	return victim;
}

struct linetable_slot *linetable_victim(struct linetable *t, uint32_t now_s)
{
	for (;;) {
		struct linetable_slot *s = slot_of(t, t->hand);
		t->hand = (t->hand + 1) & (linetable_n_slots(t) - 1);
		if (s->item && (!s->used || linetable_is_expired(s, now_s)))
			return s;
		s->used = 0;
	}
}

/* The items of a line and its twin come to two such pairs, so each finds a free slot. */
bool linetable_double(struct linetable *t)
{
	struct linetable larger;
	const size_t n_slots = linetable_n_slots(t);
	if (t->line_mask >= LINE_MASK_MAX || !linetable_init(&larger, 2 * n_slots))
		return false;
	for (size_t i = 0; i < n_slots; i++) {
		const struct linetable_slot *from = slot_of(t, i);
		if (from->item)
			*linetable_make(&larger, from->tag, 0) = *from;
	}
	larger.n_items = t->n_items;
	larger.hand = t->hand;
	linetable_fini(t);
	*t = larger;
	return true;
}

struct linetable_slot *linetable_each(const struct linetable *t, size_t *at)
{
	while (t->lines && *at < linetable_n_slots(t)) {
		struct linetable_slot *s = slot_of(t, (*at)++);
		if (s->item)
			return s;
	}
	return NULL;
}

void linetable_set(struct linetable *t, struct linetable_slot *s, uint64_t hash, const void *item,
        uint32_t expires_s)
{
	*s = (struct linetable_slot){
		.item = item, .expires_s = expires_s, .tag = linetable_tag(hash) & 0x7fffffff
	};
	t->n_items++;
}

void linetable_clear(struct linetable *t, struct linetable_slot *s)
{
	*s = (struct linetable_slot){ 0 };
	t->n_items--;
}
