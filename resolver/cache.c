/* cache.c - the low bits of a question's hash choose the line, its high bits are the slot's tag. */
#include "resolver/cache.h"

#include "base/bigtable.h"
#include "base/clock.h"

#include <stdlib.h>

/* Answers are rarely smaller, so the table needs no more slots than limit_bytes / this. */
#define ANSWER_SMALL_BYTES 160

/* Answers that nobody asks for again only take memory, and touching it costs as much as asking. */
#define UNPROVED_BYTES ((size_t)16 << 20)
#define HIT_EARNS_BYTES ((size_t)64 << 10)

enum { SLOTS = 4 };

struct cache_slot {
	const struct answer *answer; /* NULL: free */
	uint32_t expires_s;          /* monotonic */
	uint32_t tag : 31, used : 1;
};

struct cache_line {
	_Alignas(BIGTABLE_LINE_BYTES) struct cache_slot slots[SLOTS];
};

static size_t at_most(size_t value, size_t limit)
{
	return value < limit ? value : limit;
}

bool cache_init(struct cache *c, size_t limit_bytes, unsigned failure_ttl_s, unsigned min_ttl_s)
{
	size_t n_lines = 2;
	while (n_lines * SLOTS < limit_bytes / ANSWER_SMALL_BYTES)
		n_lines *= 2;
	*c = (struct cache){
		.limit_bytes = limit_bytes,
		.failure_ttl_s = failure_ttl_s,
		.min_ttl_s = min_ttl_s,
		.line_mask = n_lines - 1,
	};
	c->lines = bigtable_new(n_lines * sizeof *c->lines);
	c->table_bytes = n_lines * sizeof *c->lines;
	c->allowed_bytes = at_most(c->table_bytes + UNPROVED_BYTES, limit_bytes);
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

static bool has_name(const struct answer *a, const struct question *q)
{
	return answer_qname_size(a) == q->size && !memcmp(answer_qname_wire(a), q->bytes, q->size);
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

/* The answer to a type of the question's name, by the hash of both. */
static struct cache_slot *slot_find(
        const struct cache *c, const struct question *q, uint64_t hash, uint16_t type)
{
	uint32_t tag = tag_of(hash);
	for (unsigned i = 0; i < 2 * SLOTS; i++) {
		struct cache_slot *s = slot_at(c, hash, i);
		if (s->answer && s->tag == tag && s->answer->type == type && has_name(s->answer, q))
			return s;
	}
	return NULL;
}

/* The NXDOMAIN of the question's name. */
static struct cache_slot *slot_find_nxdomain(const struct cache *c, const struct question *q)
{
	uint32_t tag = tag_of(q->name_hash);
	for (unsigned i = 0; i < 2 * SLOTS; i++) {
		struct cache_slot *s = slot_at(c, q->name_hash, i);
		if (s->answer && s->tag == tag && answer_is_no_such_name(s->answer) &&
		        has_name(s->answer, q))
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
	uint32_t ttl_s = c->failure_ttl_s;
	if (answer_is_definite(a))
		ttl_s = a->ttl_s > c->min_ttl_s ? a->ttl_s : c->min_ttl_s;
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

/* NULL for a slot that is out of date: its answer is dropped. Takes NULL. */
static struct cache_slot *slot_use(struct cache *c, struct cache_slot *s, uint32_t now_s)
{
	if (!s)
		return NULL;
	if (s->expires_s <= now_s) {
		slot_drop(c, s);
		return NULL;
	}
	if (!s->used)
		s->used = 1;
	c->allowed_bytes = at_most(c->allowed_bytes + HIT_EARNS_BYTES, c->limit_bytes);
	return s;
}

/* A new reference to the answer in a slot, as cache_find() gives it. Takes NULL. */
static const struct answer *slot_give(const struct cache_slot *s, uint32_t *good_until_s)
{
	if (!s)
		return NULL;
	*good_until_s = answer_is_definite(s->answer) ? s->expires_s : 0;
	return answer_ref(s->answer);
}

const struct answer *cache_find(
        struct cache *c, const struct question *q, uint64_t now_ns, uint32_t *good_until_s)
{
	return slot_give(
	        slot_use(c, slot_find(c, q, q->hash, q->type), seconds(now_ns)), good_until_s);
}

const struct answer *cache_find_nxdomain(
        struct cache *c, const struct question *q, uint64_t now_ns, uint32_t *good_until_s)
{
	struct question top;
	uint32_t now_s = seconds(now_ns);
	struct cache_slot *s = slot_use(c, slot_find_nxdomain(c, q), now_s);
	if (!s && question_of_top(&top, q)) {
		s = slot_use(c, slot_find_nxdomain(c, &top), now_s);
		if (s && !answer_is_no_such_top(s->answer))
			s = NULL;
	}
	return slot_give(s, good_until_s);
}

static bool make_room(struct cache *c, size_t bytes, uint32_t now_s)
{
	while (c->n_entries && cache_used_bytes(c) + bytes > c->allowed_bytes)
		hand_evict(c, now_s);
	return cache_used_bytes(c) + bytes <= c->allowed_bytes;
}

void cache_trim(struct cache *c, uint64_t now_ns)
{
	make_room(c, 0, seconds(now_ns));
}

/* What was the answer to the question until now. */
static void drop_older(struct cache *c, const struct question *q, bool is_for_all_types)
{
	struct cache_slot *s = slot_find(c, q, q->hash, q->type);
	if (s)
		slot_drop(c, s);
	s = is_for_all_types ? slot_find_nxdomain(c, q) : NULL;
	if (s)
		slot_drop(c, s);
}

void cache_put(struct cache *c, const struct question *q, const struct answer *a, uint64_t now_ns)
{
	uint32_t ttl_s = ttl_of(c, a);
	size_t bytes = answer_bytes(a);
	uint32_t now_s = seconds(now_ns);
	answer_enter(a, &c->account);
	if (!ttl_s || a->is_kept || bytes > c->limit_bytes / 8)
		return;
	bool is_for_all_types = answer_is_no_such_name(a);
	uint64_t hash = is_for_all_types ? q->name_hash : q->hash;
	drop_older(c, q, is_for_all_types);
	if (!make_room(c, bytes, now_s))
		return;
	*slot_make(c, hash, now_s) = (struct cache_slot){ .answer = answer_ref(a),
		.expires_s = now_s + ttl_s,
		.tag = tag_of(hash) & 0x7fffffff };
	answer_set_kept(a, true);
	c->n_entries++;
}
