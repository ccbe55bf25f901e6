/* attempts.h - (private to resolver/forward/) the table of queries that are out: one attempt for
 * each time that a question was sent, found by the channel of its answer and by its id.
 *
 * An attempt whose timeout has passed stays in the table until its question has ended: a late
 * answer is still an answer. Attempts are recycled and freed only at the end. One thread. */
#ifndef RESOLVER_FORWARD_ATTEMPTS_H
#define RESOLVER_FORWARD_ATTEMPTS_H

#include "base/entropy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct query;

/* Where an answer comes in. */
struct channel {
	uint16_t upstream; /* its index */
	uint16_t port;     /* the number of one of its sockets; from CHANNEL_TCP on, a connection */
};
enum { CHANNEL_TCP = 0x8000 };

static inline bool channel_is_tcp(const struct channel *c)
{
	return c->port >= CHANNEL_TCP;
}

struct attempt {
	struct query *query;  /* NULL: a probe */
	struct attempt *next; /* of the query, the latest first */
	struct attempt *next_in_bucket;
	struct attempt *next_put; /* in the route's list, while it waits to be sent */
	uint64_t sent_ns;
	uint64_t case_bits; /* which letters of the name were sent in upper case */
	struct channel channel;
	uint16_t id;
	bool is_first; /* the first transmission of its question */
	bool overdue;  /* its timeout has passed: it does not count as in flight */
	bool plain;    /* without EDNS */
	bool is_put;   /* waits for the route's flush */
	bool given_up; /* ... which must not send it */
};

struct attempts {
	struct attempt **buckets;
	struct attempt *free_list, *blocks;
	unsigned shift;
	size_t count, n_buckets;
	struct entropy entropy;
};

/* Of a zeroed one. False: out of memory. */
bool attempts_init(struct attempts *as);
/* Takes a zeroed one, too. */
void attempts_fini(struct attempts *as);

/* A new one, with a random id that no other of this channel has. NULL: out of memory, or too many
 * are out there. */
struct attempt *attempts_get(struct attempts *as, struct channel channel);
/* NULL: none. */
struct attempt *attempts_find(const struct attempts *as, struct channel channel, uint16_t id);
/* Calls back for each attempt of a channel; none may be added or given back meanwhile. Looks at all
 * there are. */
void attempts_each(const struct attempts *as, struct channel channel,
        void (*visit)(void *arg, struct attempt *a), void *arg);
/* For recycling. */
void attempts_put(struct attempts *as, struct attempt *a);

#endif
