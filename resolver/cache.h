/* cache.h - (private to resolver/) the answers of one worker, bounded in bytes.
 *
 * A scan with repeated domains does little but find answers here, and its cost is misses of the
 * processor's caches. So the table is one of lines (base/linetable.h): a hit touches a line and the
 * answer, nothing else. What is evicted when a line or the bytes are full stands there, too.
 *
 * An NXDOMAIN is kept under its name alone, since it is for all types (RFC 2308 section 5):
 * cache_find_nxdomain() finds it, cache_find() does not. One about the target of an alias is not:
 * that name exists (RFC 6604 section 3).
 *
 * Room is earned: at first the cache holds 16 MiB, and whenever an answer is found again that was
 * not since the hand came by, 4 KiB more, enough for ten like it, up to the limit. In a list in
 * which nothing repeats, or only what a few names share, it stays small. The table grows with the
 * answers, so that a small cache is one that the processor's caches hold.
 *
 * Bytes counted: the table; the answers with the allocator's header of each; and what probes attach
 * to a TXT answer later (a compiled SPF record). The account of an answer is the cache's, so that
 * growth is known at once; cache_trim() makes room for it. An evicted answer stays in the account
 * until the last reference is given back.
 *
 * The table is our own and not ck_ht, because no other thread uses it. One thread; `now_ns` is the
 * caller's clock. */
#ifndef RESOLVER_CACHE_H
#define RESOLVER_CACHE_H

#include "base/linetable.h"
#include "resolver/question.h"

#include <stdbool.h>

#define CACHE_TTL_MAX_S 86400

struct cache {
	struct linetable table; /* of struct answer */
	unsigned failure_ttl_s, min_ttl_s;
	size_t limit_bytes;
	size_t allowed_bytes; /* now: at most limit_bytes */
	struct answer_account account;
	uint64_t n_evictions;
};

/* False: out of memory. `limit_bytes` 0: nothing is ever kept. A failure is kept for
 * `failure_ttl_s`, everything else for `min_ttl_s` at least. */
bool cache_init(struct cache *c, size_t limit_bytes, unsigned failure_ttl_s, unsigned min_ttl_s);
/* Takes a zeroed cache, too. */
void cache_fini(struct cache *c);

/* Of the table and of the answers in it. */
static inline size_t cache_used_bytes(const struct cache *c)
{
	return linetable_bytes(&c->table) + c->account.kept_bytes;
}

/* A new reference, and at *good_until_s what cache_good_until_s() said when it came. NULL: not
 * there, or expired. */
const struct answer *cache_find(
        struct cache *c, const struct question *q, uint64_t now_ns, uint32_t *good_until_s);

/* For a question that will be asked soon: brings its line into the processor's cache, and some time
 * later the answer in it. Changes nothing. */
void cache_fetch(const struct cache *c, uint64_t hash);
void cache_peek(const struct cache *c, uint64_t hash);

/* The second in which an answer that comes now expires. 0: it has no time at all, or is a failure,
 * of which nothing may be made. */
uint32_t cache_good_until_s(const struct cache *c, const struct answer *a, uint64_t now_ns);

/* For a question that cache_find() does not find: the NXDOMAIN that answers it all the same, to any
 * type of its name, or the root's about its top-level domain. As cache_find(). */
const struct answer *cache_find_nxdomain(
        struct cache *c, const struct question *q, uint64_t now_ns, uint32_t *good_until_s);

/* Evicts until the bytes are within the limit again. */
void cache_trim(struct cache *c, uint64_t now_ns);

/* Keeps a reference of its own, in place of an older answer to the same question. An answer is not
 * kept when its TTL is 0, when it was cancelled, or when it is larger than an eighth of the cache.
 * A TTL counts as CACHE_TTL_MAX_S at most, and as min_ttl_s at least. */
void cache_put(struct cache *c, const struct question *q, const struct answer *a, uint64_t now_ns);

#endif
