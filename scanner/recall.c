/* recall.c - which rows the memo keeps, and how they are found. */
#include "scanner/recall.h"

const struct memo_entry *recall_find(
        struct memo *m, const struct row_key *key, const char *text, uint32_t now_s)
{
	struct row_key full = *key;
	if (!key->is_known)
		return NULL;
	const struct memo_entry *known = memo_find(m, key->hash, now_s);
	if (known || !key->has_local || !rowkey_with_local_part(&full, text))
		return known;
	return memo_find(m, full.hash, now_s);
}

static bool may_be_kept(const struct row *row, const struct tally_row *counts)
{
	return row->expires_s && !counts->is_bad && !counts->is_excluded && !counts->has_failure &&
	        !row->identity.no_host.size;
}

void recall_keep(struct memo *m, const struct row_key *key, const struct row *row,
        const struct tally_row *counts, const char *results, size_t size, uint32_t now_s)
{
	struct row_key full = *key;
	if (!key->is_known || !may_be_kept(row, counts))
		return;
	if (row->looks_at_local_part && !rowkey_with_local_part(&full, row->record.text))
		return;
	memo_keep(m, full.hash, counts, results, size, row->expires_s, now_s);
}
