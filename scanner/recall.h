/* recall.h - which rows the memo keeps, under which key, and how a row finds an earlier one.
 *
 *     not kept     rows with a failed look-up, an answer with the TTL 0, the SPF macro t, a field
 *                  that is bad input, a name that must not be asked or that no host can have
 *     kept until   the first of the answers is out of date
 *     kept under   the key without the sender's local-part; with it where SPF looked at it
 *
 * A row looks for the first key, then for the second. That is enough: up to the first look at the
 * local-part the same answers lead two rows the same way. In the worker's thread. */
#ifndef SCANNER_RECALL_H
#define SCANNER_RECALL_H

#include "scanner/memo.h"
#include "scanner/row.h"
#include "scanner/rowkey.h"

/* What a row with this key and text comes to. NULL: it must be judged. */
const struct memo_entry *recall_find(
        struct memo *m, const struct row_key *key, const char *text, uint32_t now_s);

/* A row that is done: keeps its results, `size` octets as columns_put_results() prints them, if
 * they may be kept. `now_s`: resolver_cache_s(). */
void recall_keep(struct memo *m, const struct row_key *key, const struct row *row,
        const struct tally_row *counts, const char *results, size_t size, uint32_t now_s);

#endif
