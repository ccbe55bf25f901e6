/* idtable.c - chains of slots, and a list of those that are taken by age. */
#include "maillog/idtable.h"

#include <stdlib.h>
#include <string.h>

struct idslot {
	uint64_t key;
	uint32_t next; /* in its chain, or of the idle ones */
	uint32_t older, newer;
};

bool idtable_init(struct idtable *t, uint32_t capacity)
{
	*t = (struct idtable){ .capacity = capacity,
		.n_buckets = 1,
		.oldest = IDTABLE_NONE,
		.newest = IDTABLE_NONE,
		.idle = IDTABLE_NONE };
	while (t->n_buckets < capacity)
		t->n_buckets *= 2;
	t->buckets = malloc(t->n_buckets * sizeof *t->buckets);
	/* pages of slots that are never used are never touched */
	t->slots = malloc(capacity * sizeof *t->slots);
	if (!t->buckets || !t->slots) {
		idtable_fini(t);
		return false;
	}
	memset(t->buckets, 0xff, t->n_buckets * sizeof *t->buckets);
	return true;
}

void idtable_fini(struct idtable *t)
{
	free(t->buckets);
	free(t->slots);
	t->buckets = NULL;
	t->slots = NULL;
}

static uint32_t *bucket_of(const struct idtable *t, uint64_t key)
{
	return &t->buckets[key & (t->n_buckets - 1)];
}

uint32_t idtable_find(const struct idtable *t, uint64_t key)
{
	uint32_t slot = *bucket_of(t, key);
	while (slot != IDTABLE_NONE && t->slots[slot].key != key)
		slot = t->slots[slot].next;
	return slot;
}

static void leave_ages(struct idtable *t, const struct idslot *s)
{
	*(s->older == IDTABLE_NONE ? &t->oldest : &t->slots[s->older].newer) = s->newer;
	*(s->newer == IDTABLE_NONE ? &t->newest : &t->slots[s->newer].older) = s->older;
}

void idtable_remove(struct idtable *t, uint32_t slot)
{
	struct idslot *s = &t->slots[slot];
	uint32_t *link = bucket_of(t, s->key);
	while (*link != slot)
		link = &t->slots[*link].next;
	*link = s->next;
	leave_ages(t, s);
	s->next = t->idle;
	t->idle = slot;
}

uint32_t idtable_add(struct idtable *t, uint64_t key, bool *evicted)
{
	*evicted = t->idle == IDTABLE_NONE && t->n == t->capacity;
	if (*evicted)
		idtable_remove(t, t->oldest);
	uint32_t slot = t->idle;
	if (slot == IDTABLE_NONE)
		slot = t->n++;
	else
		t->idle = t->slots[slot].next;
	uint32_t *bucket = bucket_of(t, key);
	t->slots[slot] = (struct idslot){
		.key = key, .next = *bucket, .older = t->newest, .newer = IDTABLE_NONE
	};
	*bucket = slot;
	*(t->newest == IDTABLE_NONE ? &t->oldest : &t->slots[t->newest].newer) = slot;
	t->newest = slot;
	return slot;
}
