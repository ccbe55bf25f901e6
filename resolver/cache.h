/* cache.h - (private to resolver/) the answers of one worker, bounded in bytes.
 *
 * A warm scan does little else than find answers here, and what that costs is misses of the
 * processor's caches; so the table is made of lines of 64 bytes, four slots each, and a question
 * has its place in one line or in the line's twin next to it. A hit touches that line and the
 * answer, nothing else. There are no chains and no rehash: when line and twin are full, one of
 * their eight answers goes, and when the bytes are used up, a CLOCK hand that walks the lines
 * evicts what was not used since it last came by. A table of our own and not ck_ht: nobody shares
 * it.
 *
 * Bytes counted: the table, the answers and the allocator's header of each, and what probes attach
 * to a TXT answer later (a compiled SPF record): the answer's account is the cache's, so that its
 * growth is known at once, and cache_trim() makes room for it. Answers that are evicted live on
 * with whoever holds a reference, and stay in the account. One thread; `now_ns` is the caller's
 * clock. */
#ifndef RESOLVER_CACHE_H
#define RESOLVER_CACHE_H

#include "resolver/question.h"

#include <stdbool.h>

#define CACHE_TTL_MAX_S 86400

struct cache_line;

struct cache {
	struct cache_line *lines;
	size_t line_mask, hand;
	unsigned failure_ttl_s;
	size_t limit_bytes, table_bytes;
	struct answer_account account;
	uint64_t n_entries, n_evictions;
};

/* False: no memory. `limit_bytes` 0: nothing is ever kept. */
bool cache_init(struct cache *c, size_t limit_bytes, unsigned failure_ttl_s);
/* Takes a zeroed cache too. */
void cache_fini(struct cache *c);

/* The table, and what it keeps. */
static inline size_t cache_used_bytes(const struct cache *c)
{
	return c->table_bytes + c->account.kept_bytes;
}

/* A reference for the caller, or NULL. */
const struct answer *cache_find(struct cache *c, const struct question *q, uint64_t now_ns);

/* Evicts until the bytes are within the limit again. */
void cache_trim(struct cache *c, uint64_t now_ns);

/* Keeps a reference of its own, in place of an older answer to the same question. Not kept: what
 * has no time to live, was cancelled, or would take over an eighth of the cache. */
void cache_put(struct cache *c, const struct question *q, const struct answer *a, uint64_t now_ns);

#endif
