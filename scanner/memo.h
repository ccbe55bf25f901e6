/* memo.h - what rows came to, as text, for rows that ask the same again.
 *
 * In a mail log most pairs come back. A row whose key (scanner/rowkey.h) was judged before, by
 * answers that are all still good, would be judged the same: its text is copied, and nothing is
 * asked. What a row of the memo lacks is what is the row's own: its number, the input's columns and
 * the time columns, which the caller prints around it.
 *
 *     memo_fetch(), memo_peek()   for a group of rows: bring the table's lines, and what they lead
 *                                 to, into the processor's cache
 *     memo_find()                 the text, or NULL
 *     memo_keep()                 after a row that was judged
 *
 * Bounded in bytes, table included; what was not used lately is evicted (CLOCK, as
 * base/linetable.h has it). Time is seconds of resolver_cache_s(). One thread. */
#ifndef SCANNER_MEMO_H
#define SCANNER_MEMO_H

#include "results/tally.h"

#include <stddef.h>
#include <stdint.h>

struct memo;

struct memo_entry {
	uint64_t hash[2];
	struct tally_row counts; /* what the row adds to the tally */
	uint32_t size;
	char text[]; /* our columns but those of time, with a comma before each */
};

/* Texts over this are not kept. */
enum { MEMO_TEXT_MAX_BYTES = 1984 };

/* NULL: out of memory. */
struct memo *memo_new(size_t limit_bytes);
/* Takes NULL. */
void memo_free(struct memo *m);

/* Brings the line of the hash into the processor's cache. */
void memo_fetch(const struct memo *m, const uint64_t hash[2]);
/* Some time after memo_fetch(): brings the entry. False: there is none. */
bool memo_peek(const struct memo *m, const uint64_t hash[2]);
/* The entry, valid until the next memo_keep(). NULL: not there, or out of date. */
const struct memo_entry *memo_find(struct memo *m, const uint64_t hash[2], uint32_t now_s);

/* Keeps a copy until the second `expires_s`, in place of an older one. It may be left out: it is
 * too long, or memory ran out. */
void memo_keep(struct memo *m, const uint64_t hash[2], const struct tally_row *counts,
        const char *text, size_t size, uint32_t expires_s, uint32_t now_s);

size_t memo_used_bytes(const struct memo *m);
uint64_t memo_entries(const struct memo *m);

#endif
