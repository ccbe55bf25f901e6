/* rowkey.h - what of an input row decides its result: the key by which the memo finds a row again,
 * and the hash by which rows are shared out to workers.
 *
 * The key are the fields domain, ip, sender and HELO as they stand. The sender's local-part is left
 * out: few records look at it (SPF macros l and s), and in a log it differs from row to row. A row
 * whose result did hang on it is kept under rowkey_with_local_part(). A local-part that could make
 * the row bad input gives no key.
 *
 * Two rows have the same key when their 128 bits of keyed SipHash are equal: that others have them
 * by chance is less likely than an error of the memory. Pure, but for hash_init(); any thread. */
#ifndef SCANNER_ROWKEY_H
#define SCANNER_ROWKEY_H

#include "base/textbuf.h"
#include "input/role.h"
#include "io/csv.h"

#include <stdbool.h>
#include <stdint.h>

struct row_key {
	uint64_t hash[2];
	/* The local-part in the row's text, which may be empty. */
	uint32_t local_at;
	uint16_t local_size;
	bool has_local;     /* the sender has an @ */
	bool has_far_local; /* ... but the local-part stands elsewhere: quotes were doubled */
	bool is_known;      /* false: the row has no key, and nothing else here is valid */
};

/* The fields of a row, in one walk. */
struct row_fields {
	struct csv_field of_role[ROLE_COUNT]; /* size 0: empty, or there is no such column */
	bool are_all; /* as many fields as the layout has columns, in a sound record */
};

/* Texts point into the record or into `scratch`. */
void rowkey_fields(struct row_fields *fields, const struct layout *layout,
        const struct csv_record *record, struct textbuf *scratch);

/* The key of a row. `record` has the fields. */
struct row_key rowkey_of(const struct row_fields *fields, const struct csv_record *record);

/* The key of the row for a result that hangs on the local-part, which stands in `text`, the row's:
 * unchanged where there is no sender. False: there is none, see has_far_local. */
bool rowkey_with_local_part(struct row_key *key, const char *text);

/* Of the field that decides most of a row's questions: the domain, else the sender's, else the
 * address. Letter case does not matter. It chooses a cache and nothing else. */
uint64_t rowkey_domain_hash(const struct row_fields *fields);

#endif
