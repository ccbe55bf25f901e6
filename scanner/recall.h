/* recall.h - which rows the memo keeps, under which key, and how a row finds an earlier one.
 *
 * In a mail log most pairs come back. A row whose key (scanner/rowkey.h) was judged before, by
 * answers that are all still good, would be judged the same: its text is copied, and nothing is
 * asked. What the kept text lacks is the row's own: its number, the input's columns and the time
 * columns, which the caller prints around it.
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
#include "results/tally.h"

struct recalled_row {
	struct tally_row counts; /* what the row adds to the tally */
	uint32_t size;
	char text[]; /* our columns but those of time, with a comma before each */
};

/* What a row with this key and text comes to, as memo_find() gives it. NULL: it must be judged. */
const struct recalled_row *recall_find(
        struct memo *m, const struct row_key *key, const char *text, uint32_t now_s);

/* Keeps the results of a row that is known to be good until then, and that does not hang on the
 * local-part: `size` octets as columns_put_results() prints them. */
void recall_keep_until(struct memo *m, const struct row_key *key, const struct tally_row *counts,
        const char *results, size_t size, uint32_t expires_s, uint32_t now_s);

/* A row that is done: keeps its results, `size` octets as columns_put_results() prints them, if
 * they may be kept. `now_s`: resolver_cache_s(). */
void recall_keep(struct memo *m, const struct row_key *key, const struct row *row,
        const struct tally_row *counts, const char *results, size_t size, uint32_t now_s);

#endif
