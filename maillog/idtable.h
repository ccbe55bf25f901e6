/* idtable.h - a table of a fixed number of things by a key of 64 bits; the oldest one makes room.
 *
 * For what a log says on different lines: the queue ids that are open, the sessions, verdicts of a
 * policy server. Keys are hashes (base/hash.h) of what tells the things apart. A thing is a slot,
 * from 0 up, which the caller has an array for. So memory does not grow with the log: it follows
 * what is open at a time. Single thread. */
#ifndef MAILLOG_IDTABLE_H
#define MAILLOG_IDTABLE_H

#include <stdbool.h>
#include <stdint.h>

enum { IDTABLE_NONE = UINT32_MAX };

struct idslot;

struct idtable {
	uint32_t n, capacity; /* slots that were ever used; at most */
	uint32_t *buckets;    /* n_buckets of them, a power of two */
	uint32_t n_buckets;
	struct idslot *slots;
	uint32_t oldest, newest, idle;
};

/* At most `capacity` things. False: out of memory. */
bool idtable_init(struct idtable *t, uint32_t capacity);
/* Takes a zeroed one. */
void idtable_fini(struct idtable *t);

/* The slot of the key; IDTABLE_NONE: there is none. */
uint32_t idtable_find(const struct idtable *t, uint64_t key);
/* A slot for a key that the table does not have. When all are taken it is the oldest one's, and
 * *evicted is true. */
uint32_t idtable_add(struct idtable *t, uint64_t key, bool *evicted);
/* Frees a slot, which is taken. */
void idtable_remove(struct idtable *t, uint32_t slot);

#endif
