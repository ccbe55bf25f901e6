/* cache.c - see cache.h. Indices of entries count from 1 in buckets and chains, so that zeroed memory is an empty table. */
#include "resolver/cache.h"

#include "base/clock.h"

#include <stdlib.h>

/* The smallest entry, all told, is about this large: a name that does not exist. */
#define ENTRY_TYPICAL_BYTES 192
#define MALLOC_HEADER_BYTES 16

struct cache_entry {
	const struct answer *answer; /* NULL: free */
	uint64_t expires_ns;
	uint32_t next;               /* in the bucket, or in the free list */
	uint32_t used : 1, tag : 31; /* tag: of the hash; its low bits are the bucket */
};

bool cache_init(struct cache *c, size_t limit_bytes, unsigned failure_ttl_s)
{
	*c = (struct cache){ .limit_bytes = limit_bytes, .failure_ttl_s = failure_ttl_s };
	size_t n = limit_bytes / ENTRY_TYPICAL_BYTES, n_buckets = 1;
	n = n < 1u << 30 ? n : 1u << 30;
	while (n_buckets < n)
		n_buckets *= 2;
	c->n_entries_max = (uint32_t)n;
	c->bucket_mask = (uint32_t)n_buckets - 1;
	c->buckets = calloc(n_buckets, sizeof *c->buckets);
	c->entries = malloc((n + 1) * sizeof *c->entries);
	c->used_bytes = n_buckets * sizeof *c->buckets;
	if (c->buckets && c->entries)
		return true;
	cache_fini(c);
	return false;
}

void cache_fini(struct cache *c)
{
	for (uint32_t i = 0; i < c->n_touched; i++)
		answer_unref(c->entries[i].answer);
	free(c->entries);
	free(c->buckets);
	*c = (struct cache){ 0 };
}

static size_t cost_of(const struct answer *a)
{
	size_t attachment = a->type == RRTYPE_TXT && a->n_records ? CACHE_ATTACHMENT_BYTES : 0;
	return a->size_bytes + MALLOC_HEADER_BYTES + attachment;
}

static uint32_t tag_of(uint64_t hash)
{
	return (uint32_t)hash & 0x7fffffff;
}

static bool entry_is_for(const struct cache_entry *e, const struct question *q)
{
	const struct answer *a = e->answer;
	if (e->tag != tag_of(q->hash) || a->type != q->type)
		return false;
	struct dname name;
	answer_qname(a, &name);
	return name.size == q->size && memcmp(name.wire, q->bytes, q->size) == 0;
}

/* The place that holds the entry's number, in the bucket or in the entry before it. */
static uint32_t *place_of(struct cache *c, const struct question *q)
{
	uint32_t *at = &c->buckets[q->hash & c->bucket_mask];
	while (*at && !entry_is_for(&c->entries[*at - 1], q))
		at = &c->entries[*at - 1].next;
	return at;
}

static void entry_drop(struct cache *c, uint32_t *place)
{
	uint32_t number = *place;
	struct cache_entry *e = &c->entries[number - 1];
	*place = e->next;
	c->used_bytes -= cost_of(e->answer);
	c->n_entries--;
	answer_unref(e->answer);
	e->answer = NULL;
	e->next = c->free_entry;
	c->free_entry = number;
}

static void entry_evict(struct cache *c, uint32_t number)
{
	uint32_t *at = &c->buckets[c->entries[number - 1].tag & c->bucket_mask];
	while (*at != number)
		at = &c->entries[*at - 1].next;
	entry_drop(c, at);
	c->n_evictions++;
}

/* CLOCK: the hand takes the first entry that is out of date or was not used since it last came by. Only called while there are entries. */
static void hand_evict(struct cache *c, uint64_t now_ns)
{
	for (;;) {
		uint32_t number = c->hand + 1;
		struct cache_entry *e = &c->entries[c->hand];
		c->hand = number < c->n_touched ? number : 0;
		if (e->answer && (!e->used || e->expires_ns <= now_ns)) {
			entry_evict(c, number);
			return;
		}
		if (e->answer)
			e->used = 0;
	}
}

/* A free entry with room for `cost` bytes, its number; 0: not in this cache. */
static uint32_t entry_make(struct cache *c, size_t cost, uint64_t now_ns)
{
	for (;;) {
		bool fresh = c->free_entry == 0 && c->n_touched < c->n_entries_max;
		size_t need = cost + (fresh ? sizeof *c->entries : 0);
		if ((fresh || c->free_entry) && c->used_bytes + need <= c->limit_bytes)
			break;
		if (c->n_entries == 0)
			return 0;
		hand_evict(c, now_ns);
	}
	uint32_t number = c->free_entry;
	if (number) {
		c->free_entry = c->entries[number - 1].next;
	} else {
		number = ++c->n_touched;
		c->used_bytes += sizeof *c->entries;
	}
	c->used_bytes += cost;
	c->n_entries++;
	return number;
}

static uint64_t ttl_of(const struct cache *c, const struct answer *a)
{
	if (a->status == ANSWER_CANCELLED)
		return 0;
	uint64_t ttl_s = answer_is_definite(a) ? a->ttl_s : c->failure_ttl_s;
	return ttl_s < CACHE_TTL_MAX_S ? ttl_s : CACHE_TTL_MAX_S;
}

const struct answer *cache_find(struct cache *c, const struct question *q, uint64_t now_ns)
{
	uint32_t *place = place_of(c, q);
	if (*place == 0)
		return NULL;
	struct cache_entry *e = &c->entries[*place - 1];
	if (e->expires_ns <= now_ns) {
		entry_drop(c, place);
		return NULL;
	}
	e->used = 1;
	return answer_ref(e->answer);
}

void cache_put(struct cache *c, const struct question *q, const struct answer *a, uint64_t now_ns)
{
	uint64_t ttl_s = ttl_of(c, a);
	size_t cost = cost_of(a);
	if (ttl_s == 0 || cost > c->limit_bytes / 8)
		return;
	uint32_t *old = place_of(c, q);
	if (*old)
		entry_drop(c, old);
	uint32_t number = entry_make(c, cost, now_ns);
	if (number == 0)
		return;
	uint32_t *bucket = &c->buckets[q->hash & c->bucket_mask];
	c->entries[number - 1] = (struct cache_entry){
		.answer = answer_ref(a), .expires_ns = now_ns + ttl_s * CLOCK_NS_PER_S, .next = *bucket, .tag = tag_of(q->hash) & 0x7fffffff };
	*bucket = number;
}
