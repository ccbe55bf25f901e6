/* memo.h - what was found out, as octets by a key of 128 bits, until the first of the answers
 * behind it is out of date: whole rows (scanner/recall.h), and what rows of one address or domain
 * have in common (scanner/findings.h).
 *
 *     memo_fetch(), memo_peek()   for a group of rows: bring the table's lines, and what they lead
 *                                 to, into the processor's cache
 *     memo_find()                 the octets, or NULL
 *     memo_make()                 room for new ones
 *
 * Bounded in bytes, table included; what was not used lately is evicted (CLOCK, as
 * base/linetable.h has it). Time is seconds of resolver_cache_s(). One thread. */
#ifndef SCANNER_MEMO_H
#define SCANNER_MEMO_H

#include "base/slab.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memo;

/* Before the octets of an entry. */
enum { MEMO_HEAD_BYTES = 24 };
/* Larger ones are not kept. */
enum { MEMO_MAX_BYTES = SLAB_BLOCK_MAX_BYTES - MEMO_HEAD_BYTES };

/* NULL: out of memory. */
struct memo *memo_new(size_t limit_bytes);
/* Takes NULL. */
void memo_free(struct memo *m);

/* Brings the line of the hash into the processor's cache. */
void memo_fetch(const struct memo *m, const uint64_t hash[2]);
/* Some time after memo_fetch(): brings the first `n_lines` of 64 octets of the entry. False: there
 * is none. */
bool memo_peek(const struct memo *m, const uint64_t hash[2], unsigned n_lines);
/* What is kept, valid until the next memo_make(), and until when it is good. NULL: not there, or
 * out of date. */
const void *memo_find(struct memo *m, const uint64_t hash[2], uint32_t now_s, uint32_t *expires_s);
/* What was found was of use: that earns room. */
void memo_earn(struct memo *m);

/* Room for `size` octets, to be filled at once, aligned to 8, that are kept until the second
 * `expires_s` in place of older ones. NULL: they are not kept, and older ones may stay: they are
 * too many or out of date, room must be earned first, or memory ran out. */
void *memo_make(
        struct memo *m, const uint64_t hash[2], size_t size, uint32_t expires_s, uint32_t now_s);

size_t memo_used_bytes(const struct memo *m);
uint64_t memo_entries(const struct memo *m);

#endif
