/* cache.c - answers in a table of lines, by the hash of their question. */
#include "resolver/cache.h"

#include "base/clock.h"

#include <stdlib.h>

/* Answers are rarely smaller, so the table needs no more slots than bytes / this. */
#define ANSWER_SMALL_BYTES 160
#define SLOTS_LEAST ((size_t)16 << 10)

/* Answers that nobody asks for again only take memory, and touching it costs as much as asking. */
#define UNPROVED_BYTES ((size_t)16 << 20)
#define HIT_EARNS_BYTES ((size_t)4 << 10)

static size_t at_most(size_t value, size_t limit)
{
	return value < limit ? value : limit;
}

static size_t slots_max(const struct cache *c)
{
	return c->limit_bytes / ANSWER_SMALL_BYTES;
}

bool cache_init(struct cache *c, size_t limit_bytes, unsigned failure_ttl_s, unsigned min_ttl_s)
{
	*c = (struct cache){
		.limit_bytes = limit_bytes,
		.failure_ttl_s = failure_ttl_s,
		.min_ttl_s = min_ttl_s,
	};
	c->allowed_bytes = at_most(UNPROVED_BYTES, limit_bytes);
	return linetable_init(&c->table, at_most(SLOTS_LEAST, slots_max(c)));
}

static void slot_drop(struct cache *c, struct linetable_slot *s)
{
	const struct answer *a = s->item;
	linetable_clear(&c->table, s);
	answer_set_kept(a, false);
	answer_unref(a);
}

void cache_fini(struct cache *c)
{
	struct linetable_slot *s;
	for (size_t at = 0; (s = linetable_each(&c->table, &at)) != NULL;)
		slot_drop(c, s);
	linetable_fini(&c->table);
	*c = (struct cache){ 0 };
}

static bool has_name(const struct answer *a, const struct question *q)
{
	return answer_qname_size(a) == q->size && !memcmp(answer_qname_wire(a), q->bytes, q->size);
}

void cache_fetch(const struct cache *c, uint64_t hash)
{
	linetable_fetch(&c->table, hash);
}

void cache_peek(const struct cache *c, uint64_t hash)
{
	const char *answer = linetable_peek(&c->table, hash, LINETABLE_LINE_SLOTS);
	if (!answer)
		return;
	__builtin_prefetch(answer);
	__builtin_prefetch(answer + BIGTABLE_LINE_BYTES);
}

/* The answer to a type of the question's name, by the hash of both. */
static struct linetable_slot *slot_find(
        const struct cache *c, const struct question *q, uint64_t hash, uint16_t type)
{
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++) {
		struct linetable_slot *s = linetable_at(&c->table, hash, i);
		const struct answer *a = s->item;
		if (linetable_has_tag(s, hash) && a->type == type && has_name(a, q))
			return s;
	}
	return NULL;
}

/* The NXDOMAIN of the question's name. */
static struct linetable_slot *slot_find_nxdomain(const struct cache *c, const struct question *q)
{
	for (unsigned i = 0; i < LINETABLE_HASH_SLOTS; i++) {
		struct linetable_slot *s = linetable_at(&c->table, q->name_hash, i);
		const struct answer *a = s->item;
		if (linetable_has_tag(s, q->name_hash) && answer_is_no_such_name(a) &&
		        has_name(a, q))
			return s;
	}
	return NULL;
}

static void slot_evict(struct cache *c, struct linetable_slot *s)
{
	slot_drop(c, s);
	c->n_evictions++;
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
static struct linetable_slot *slot_use(struct cache *c, struct linetable_slot *s, uint32_t now_s)
{
	if (!s)
		return NULL;
	if (linetable_is_expired(s, now_s)) {
		slot_drop(c, s);
		return NULL;
	}
	if (!s->used)
		c->allowed_bytes = at_most(c->allowed_bytes + HIT_EARNS_BYTES, c->limit_bytes);
	linetable_use(s);
	return s;
}

/* A new reference to the answer in a slot, as cache_find() gives it. Takes NULL. */
static const struct answer *slot_give(const struct linetable_slot *s, uint32_t *good_until_s)
{
	if (!s)
		return NULL;
	*good_until_s = answer_is_definite(s->item) ? s->expires_s : 0;
	return answer_ref(s->item);
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
	struct linetable_slot *s = slot_use(c, slot_find_nxdomain(c, q), now_s);
	if (!s && question_of_top(&top, q)) {
		s = slot_use(c, slot_find_nxdomain(c, &top), now_s);
		if (s && !answer_is_no_such_top(s->item))
			s = NULL;
	}
	return slot_give(s, good_until_s);
}

/* Half of the slots are taken, so that lines are rarely full; more only at the limit. A table that
 * is larger than that would only be slower to read. When memory is short it stays as it is. */
static void fit_table(struct cache *c)
{
	const size_t n_slots = linetable_n_slots(&c->table);
	if (c->table.n_items > n_slots / 2 && n_slots < slots_max(c))
		linetable_double(&c->table);
}

static bool make_room(struct cache *c, size_t bytes, uint32_t now_s)
{
	while (c->table.n_items && cache_used_bytes(c) + bytes > c->allowed_bytes)
		slot_evict(c, linetable_victim(&c->table, now_s));
	return cache_used_bytes(c) + bytes <= c->allowed_bytes;
}

void cache_trim(struct cache *c, uint64_t now_ns)
{
	make_room(c, 0, seconds(now_ns));
}

/* What was the answer to the question until now. True: an NXDOMAIN of the name stays, since it is
 * good for longer than one that comes now. Questions of several types that are asked together may
 * have both; what was made of either is good for its own time. */
static bool drop_older(
        struct cache *c, const struct question *q, bool is_for_all_types, uint32_t expires_s)
{
	struct linetable_slot *s = slot_find(c, q, q->hash, q->type);
	if (s)
		slot_drop(c, s);
	s = is_for_all_types ? slot_find_nxdomain(c, q) : NULL;
	if (s && s->expires_s >= expires_s)
		return true;
	if (s)
		slot_drop(c, s);
	return false;
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
	if (drop_older(c, q, is_for_all_types, now_s + ttl_s))
		return;
	fit_table(c);
	if (!make_room(c, bytes, now_s))
		return;
	struct linetable_slot *s = linetable_make(&c->table, hash, now_s);
	if (s->item)
		slot_evict(c, s);
	linetable_set(&c->table, s, hash, answer_ref(a), now_s + ttl_s);
	answer_set_kept(a, true);
}
