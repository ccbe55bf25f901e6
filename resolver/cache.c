/* cache.c - the low bits of a question's hash choose the line, its high bits are the slot's tag. */
#include "resolver/cache.h"

#include "base/bigtable.h"
#include "base/clock.h"

#include <stdlib.h>

/* Answers are rarely smaller, so the table needs no more slots than limit_bytes / this. */
#define ANSWER_SMALL_BYTES 160

enum { SLOTS = 4 };

struct cache_slot {
	const struct answer *answer; /* NULL: free */
	uint32_t expires_s;          /* monotonic */
	uint32_t tag : 31, used : 1;
};

struct cache_line {
	_Alignas(BIGTABLE_LINE_BYTES) struct cache_slot slots[SLOTS];
};

bool cache_init(struct cache *c, size_t limit_bytes, unsigned failure_ttl_s)
{
	size_t n_lines = 2;
	while (n_lines * SLOTS < limit_bytes / ANSWER_SMALL_BYTES)
		n_lines *= 2;
	*c = (struct cache){
		.limit_bytes = limit_bytes, .failure_ttl_s = failure_ttl_s, .line_mask = n_lines - 1
	};
	c->lines = bigtable_new(n_lines * sizeof *c->lines);
	c->table_bytes = n_lines * sizeof *c->lines;
	return c->lines != NULL;
}

static void slot_drop(struct cache *c, struct cache_slot *s)
{
	c->n_entries--;
	answer_set_kept(s->answer, false);
	answer_unref(s->answer);
	*s = (struct cache_slot){ 0 };
}

void cache_fini(struct cache *c)
{
	for (size_t i = 0; c->lines && i <= c->line_mask; i++)
		for (unsigned s = 0; s < SLOTS; s++)
			if (c->lines[i].slots[s].answer)
				slot_drop(c, &c->lines[i].slots[s]);
	free(c->lines);
	*c = (struct cache){ 0 };
}

static uint32_t tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 33);
}

static bool is_for(const struct answer *a, const struct question *q)
{
	return a->type == q->type && answer_qname_size(a) == q->size &&
	        !memcmp(answer_qname_wire(a), q->bytes, q->size);
}

/* The i-th of the eight slots for the hash: its line's, then its twin's. */
static struct cache_slot *slot_at(const struct cache *c, uint64_t hash, unsigned i)
{
	size_t line = hash & c->line_mask;
	return &c->lines[i < SLOTS ? line : line ^ 1].slots[i % SLOTS];
}

void cache_fetch(const struct cache *c, uint64_t hash)
{
	__builtin_prefetch(slot_at(c, hash, 0));
}

void cache_peek(const struct cache *c, uint64_t hash)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		const struct cache_slot *s = slot_at(c, hash, i);
		if (!s->answer || s->tag != tag_of(hash))
			continue;
		__builtin_prefetch(s->answer);
		__builtin_prefetch((const char *)s->answer + BIGTABLE_LINE_BYTES);
		return;
	}
}

static struct cache_slot *slot_find(const struct cache *c, const struct question *q)
{
	uint32_t tag = tag_of(q->hash);
	for (unsigned i = 0; i < 2 * SLOTS; i++) {
		struct cache_slot *s = slot_at(c, q->hash, i);
		if (s->answer && s->tag == tag && is_for(s->answer, q))
			return s;
	}
	return NULL;
}

static void slot_evict(struct cache *c, struct cache_slot *s)
{
	slot_drop(c, s);
	c->n_evictions++;
}

/* CLOCK: evicts the first answer that has expired or was not used since the hand last came by.
 * There must be one. */
static void hand_evict(struct cache *c, uint32_t now_s)
{
	for (;;) {
		struct cache_slot *s = &c->lines[c->hand / SLOTS].slots[c->hand % SLOTS];
		c->hand = (c->hand + 1) & (c->line_mask * SLOTS + SLOTS - 1);
		if (s->answer && (!s->used || s->expires_s <= now_s)) {
			slot_evict(c, s);
			return;
		}
		s->used = 0;
	}
}

/* A free slot for the hash. When there is none, evicts an expired answer, else one
 * that was not used lately. */
static struct cache_slot *slot_make(struct cache *c, uint64_t hash, uint32_t now_s)
{
	struct cache_slot *victim = NULL;
	for (unsigned i = 0; i < 2 * SLOTS; i++) {
		struct cache_slot *s = slot_at(c, hash, i);
		if (!s->answer)
			return s;
		if (!victim || s->expires_s <= now_s ||
		        (victim->used && !s->used && victim->expires_s > now_s))
			victim = s;
	}
	slot_evict(c, victim);
	return victim;
}

static uint32_t ttl_of(const struct cache *c, const struct answer *a)
{
	if (a->status == ANSWER_CANCELLED)
		return 0;
	uint32_t ttl_s = answer_is_definite(a) ? a->ttl_s : c->failure_ttl_s;
	return ttl_s < CACHE_TTL_MAX_S ? ttl_s : CACHE_TTL_MAX_S;
}

static uint32_t seconds(uint64_t now_ns)
{
	return (uint32_t)(now_ns / CLOCK_NS_PER_S);
}

uint32_t cache_good_until_s(const struct cache *c, const struct answer *a, uint64_t now_ns)
{
	uint32_t ttl_s = ttl_of(c, a);
	return ttl_s && answer_is_definite(a) ? seconds(now_ns) + ttl_s : 0;
}

const struct answer *cache_find(
        struct cache *c, const struct question *q, uint64_t now_ns, uint32_t *good_until_s)
{
	struct cache_slot *s = slot_find(c, q);
	if (!s)
		return NULL;
	if (s->expires_s <= seconds(now_ns)) {
		slot_drop(c, s);
		return NULL;
	}
	if (!s->used)
		s->used = 1;
	*good_until_s = answer_is_definite(s->answer) ? s->expires_s : 0;
	return answer_ref(s->answer);
}

static bool make_room(struct cache *c, size_t bytes, uint32_t now_s)
{
	while (c->n_entries && cache_used_bytes(c) + bytes > c->limit_bytes)
		hand_evict(c, now_s);
	return cache_used_bytes(c) + bytes <= c->limit_bytes;
}

void cache_trim(struct cache *c, uint64_t now_ns)
{
	make_room(c, 0, seconds(now_ns));
}

void cache_put(struct cache *c, const struct question *q, const struct answer *a, uint64_t now_ns)
{
	uint32_t ttl_s = ttl_of(c, a);
	size_t bytes = answer_bytes(a);
	uint32_t now_s = seconds(now_ns);
	answer_enter(a, &c->account);
	if (!ttl_s || a->is_kept || bytes > c->limit_bytes / 8)
		return;
	struct cache_slot *s = slot_find(c, q);
	if (s)
		slot_drop(c, s);
	if (!make_room(c, bytes, now_s))
		return;
	s = slot_make(c, q->hash, now_s);
	*s = (struct cache_slot){ .answer = answer_ref(a),
		.expires_s = now_s + ttl_s,
		.tag = tag_of(q->hash) & 0x7fffffff };
	answer_set_kept(a, true);
	c->n_entries++;
}
