/* attempts.h - (private to resolver/) the queries that are out: one attempt for each time that a
 * question was sent, found by where its answer must come in and by its id.
 *
 * An attempt stays findable when its patience is over, until its question has ended: an answer that
 * comes late is still an answer. Recycled, never given back before the end. */
#ifndef RESOLVER_FORWARD_ATTEMPTS_H
#define RESOLVER_FORWARD_ATTEMPTS_H

#include "base/entropy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct query;

/* Where an answer comes in: a socket of an upstream, or its stream. */
struct wicket {
	uint16_t upstream;
	uint16_t port; /* WICKET_STREAM: the TCP connection */
};
enum { WICKET_STREAM = 0xffff };

struct attempt {
	struct query *query;  /* NULL: a probe */
	struct attempt *next; /* of the query, the latest first */
	struct attempt *next_in_bucket;
	struct attempt *next_put; /* of the route's list, while it waits to be sent */
	uint64_t sent_ns;
	uint64_t case_bits; /* which letters of the name were sent in upper case */
	struct wicket wicket;
	uint16_t id;
	bool overdue;  /* its place in the upstream's window is given up */
	bool plain;    /* without EDNS */
	bool is_put;   /* waits to be sent */
	bool given_up; /* ... and nobody wants it any more */
};

struct attempts {
	struct attempt **buckets;
	struct attempt *free_list, *blocks;
	unsigned shift;
	size_t count, n_buckets;
	struct entropy entropy;
};

/* `expected`: how many will be out at once, about. False: no memory. */
bool attempts_init(struct attempts *as, size_t expected);
/* Takes a zeroed one, too. */
void attempts_fini(struct attempts *as);

/* A new one with an id that no other at this wicket has. NULL: no memory, or too many are out
 * there. */
struct attempt *attempts_get(struct attempts *as, struct wicket wicket);
struct attempt *attempts_find(const struct attempts *as, struct wicket wicket, uint16_t id);
/* Calls back for each attempt at a wicket, which must stay as it is meanwhile. Looks at all there
 * are. */
void attempts_each(const struct attempts *as, struct wicket wicket,
        void (*visit)(void *arg, struct attempt *a), void *arg);
void attempts_put(struct attempts *as, struct attempt *a);

#endif
