/* unique.h - events of a log as groups: one for each (address, sender, HELO), with how many there
 * were, the first and the last.
 *
 * The sender is that of pairs.h: usually its domain alone. Memory is bounded: when the table is
 * full, its groups are written and it begins anew, so a group may have several rows, whose counts
 * add up. One thread. */
#ifndef LOGS_UNIQUE_H
#define LOGS_UNIQUE_H

#include "logs/pairs.h"

struct unique;

/* NULL: out of memory. The key is the caller's. */
struct unique *unique_new(
        size_t memory_bytes, enum pairs_sender sender, const struct pairs_key *key);
/* Takes NULL. */
void unique_free(struct unique *u);

/* The header row, without a line end. Lives for ever. */
const char *unique_header(enum pairs_sender sender);
/* Adds an event to its group. False: there is no room; then unique_put() comes first, or, when the
 * table is empty, there is no memory. */
bool unique_add(struct unique *u, const struct mail_event *event);
/* How many groups there are. */
uint64_t unique_count(const struct unique *u);
/* Appends the rows of all groups, in the order in which they began, and forgets them. */
void unique_put(struct unique *u, struct textbuf *out);

#endif
