/* cache.h - (private to resolver/) the answers of one worker, bounded in bytes.
 *
 * A chained hash table whose entries lie in one array, sized at the start for small answers, so that it never grows and no turn of the loop pays for a rehash; its untouched part costs no
 * memory. A table of our own and not ck_ht: nobody shares it, and a key is found inside its answer. When the bytes are used up, CLOCK evicts: one reference bit an entry and a hand that walks the array, for a hit must not
 * write to its neighbours as LRU does.
 *
 * Bytes counted: the answers, the allocator's header of each, the entries touched so far and the buckets. What probes attach to a TXT answer later (a compiled
 * SPF record) is charged at CACHE_ATTACHMENT_BYTES from the beginning, since it comes after the insertion. Answers that are evicted live on with whoever holds a reference.
 * One thread; `now_ns` is the caller's clock. */
#ifndef RESOLVER_CACHE_H
#define RESOLVER_CACHE_H

#include "resolver/question.h"

#include <stdbool.h>

#define CACHE_TTL_MAX_S 86400
#define CACHE_ATTACHMENT_BYTES 1024

struct cache_entry;

struct cache {
	struct cache_entry *entries;
	uint32_t *buckets; /* entry indices */
	uint32_t bucket_mask, n_entries_max, n_touched, hand, free_entry;
	unsigned failure_ttl_s;
	size_t limit_bytes, used_bytes;
	uint64_t n_entries, n_evictions;
};

/* False: no memory. `limit_bytes` 0: nothing is ever kept. */
bool cache_init(struct cache *c, size_t limit_bytes, unsigned failure_ttl_s);
/* Takes a zeroed cache too. */
void cache_fini(struct cache *c);

/* A reference for the caller, or NULL. */
const struct answer *cache_find(struct cache *c, const struct question *q, uint64_t now_ns);

/* Keeps a reference of its own, in place of an older answer to the same question. Not kept: what has no time to live, was cancelled, or would take over an eighth of the cache. */
void cache_put(struct cache *c, const struct question *q, const struct answer *a, uint64_t now_ns);

#endif
