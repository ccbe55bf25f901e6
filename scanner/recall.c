/* recall.c - which rows the memo keeps, and how they are found. */
#include "scanner/recall.h"

#include <string.h>

const struct recalled_row *recall_find(
        struct memo *m, const struct row_key *key, const char *text, uint32_t now_s)
{
	struct row_key full = *key;
	uint32_t expires_s;
	if (!key->is_known)
		return NULL;
	const struct recalled_row *known = memo_find(m, key->hash, now_s, &expires_s);
	if (!known && key->has_local && rowkey_with_local_part(&full, text))
		known = memo_find(m, full.hash, now_s, &expires_s);
	if (known)
		memo_earn(m);
	return known;
}

static void keep(struct memo *m, const uint64_t hash[2], const struct tally_row *counts,
        const char *results, size_t size, uint32_t expires_s, uint32_t now_s)
{
	struct recalled_row *kept = memo_make(m, hash, sizeof *kept + size, expires_s, now_s);
	if (!kept)
		return;
	kept->counts = *counts;
	kept->size = (uint32_t)size;
	memcpy(kept->text, results, size);
}

void recall_keep_until(struct memo *m, const struct row_key *key, const struct tally_row *counts,
        const char *results, size_t size, uint32_t expires_s, uint32_t now_s)
{
	if (key->is_known)
		keep(m, key->hash, counts, results, size, expires_s, now_s);
}

static bool may_be_kept(const struct row *row, const struct tally_row *counts)
{
	return !counts->is_bad && !counts->is_excluded && !counts->has_failure &&
	        !row->identity.no_host.size;
}

void recall_keep(struct memo *m, const struct row_key *key, const struct row *row,
        const struct tally_row *counts, const char *results, size_t size, uint32_t now_s)
{
	struct row_key full = *key;
	uint32_t expires_s = row_expires_s(row);
	if (!key->is_known || !expires_s || !may_be_kept(row, counts))
		return;
	if (row->looks_at_local_part && !rowkey_with_local_part(&full, row->record.text))
		return;
	keep(m, full.hash, counts, results, size, expires_s, now_s);
}
