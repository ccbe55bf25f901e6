/* waiting.h - what was added to groups and not yet counted. A key that is looked for alone waits
 * for the memory; several are fetched side by side (groups.c). Their texts are copies. One thread.
 */
#ifndef REPORT_WAITING_H
#define REPORT_WAITING_H

#include "base/textbuf.h"
#include "io/csv.h"
#include "report/group_count.h"

enum { WAITING_MAX = 32 };

struct waiting {
	uint64_t counts[GROUP_COUNTS];
	size_t at;
	uint32_t hash, key_size, name_size, reason_size;
};

struct waiting_list {
	struct waiting items[WAITING_MAX];
	unsigned n;
	struct textbuf texts; /* of each item three, one behind the other */
};

/* There are fewer than WAITING_MAX. False: out of memory. */
bool waiting_push(struct waiting_list *list, uint32_t hash, struct csv_field key,
        struct csv_field name, const uint64_t counts[GROUP_COUNTS], struct csv_field reason);
/* Empties it, and keeps its memory. */
void waiting_reset(struct waiting_list *list);
/* Takes a zeroed one. */
void waiting_fini(struct waiting_list *list);

/* The texts of an item: valid until the next waiting_push(). */
struct csv_field waiting_key(const struct waiting_list *list, const struct waiting *w);
struct csv_field waiting_name(const struct waiting_list *list, const struct waiting *w);
struct csv_field waiting_reason(const struct waiting_list *list, const struct waiting *w);

#endif
