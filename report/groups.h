/* groups.h - counts of rows by a key, with the commonest reason of each, in bounded memory.
 *
 * When the memory is used up, the smaller half of the groups is dropped, and counted. So with too
 * little memory the large groups are right, but for what came before they were large. One thread.
 */
#ifndef REPORT_GROUPS_H
#define REPORT_GROUPS_H

#include "io/csv.h"
#include "report/group_count.h"

#include <stdbool.h>
#include <stdint.h>

struct group {
	uint64_t counts[GROUP_COUNTS];
	uint64_t reason_count;
	struct csv_field key, name, reason; /* valid until the next groups_add() */
};

struct groups;

/* NULL: out of memory. */
struct groups *groups_new(size_t memory_bytes);
/* Takes NULL. */
void groups_free(struct groups *g);

/* Adds counts to the group of the key. `name` stands for it as long as it has none; `reason` may be
 * empty. False: out of memory. */
bool groups_add(struct groups *g, struct csv_field key, struct csv_field name,
        const uint64_t counts[GROUP_COUNTS], struct csv_field reason);

/* Sorts them by messages, then by key; of `top`, unless it is 0, only the largest. Once; afterwards
 * nothing is added. False: out of memory. */
bool groups_sort(struct groups *g, uint32_t top);
/* The group at a place, from 0. False: there are, or were sorted, only `i`. */
bool groups_at(const struct groups *g, uint64_t i, struct group *group);
/* The group of a key, once they are sorted. False: there is none. */
bool groups_find(const struct groups *g, struct csv_field key, struct group *group);
/* How many there are, sorted or not. Of groups that were sorted. */
uint64_t groups_count(const struct groups *g);
/* How many groups were dropped, and how many messages with them. */
uint64_t groups_dropped(const struct groups *g, uint64_t *messages);

#endif
