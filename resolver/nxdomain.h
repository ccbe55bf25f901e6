/* nxdomain.h - (private to resolver/) questions that are not asked because another one's answer is
 * theirs: NXDOMAIN is for all types of a name (RFC 2308 section 5), and nothing lies beneath a
 * top-level domain that does not exist.
 *
 * Two things make use of it:
 *
 *     what the cache holds      nxdomain_find(): a question whose name, or whose top-level domain,
 *                               is known not to exist gets its answer from that
 *     what is being asked       nxdomain_admit(): of the questions about a name of which nothing is
 *                               asked yet the first one leads, and those of other types follow
 *                               (leaders.h). The same for all names below a top-level domain of
 *                               which nothing is known.
 *
 * That a top-level domain does not exist is believed only when the root says so of its own name. An
 * NXDOMAIN with the SOA of the root to a name further down may come from a server that has names
 * below the domain in a zone "." of its own. So it only makes us ask for the domain itself (for
 * type A), and the questions about names below wait for that answer. Where a name beneath the
 * domain is known, not even that is asked.
 *
 * Nothing is concluded
 *
 *     below other names                 too many servers say NXDOMAIN for a name that has others
 *                                       beneath it
 *     from an alias to such a name      the alias exists (RFC 6604 section 3)
 *     against records in the cache      cache_find() finds those first
 *     from failures
 *
 * Part of a resolver. One thread. */
#ifndef RESOLVER_NXDOMAIN_H
#define RESOLVER_NXDOMAIN_H

#include "resolver/dispatcher.h"
#include "resolver/flights.h"
#include "resolver/tops.h"

struct nxdomain {
	struct dispatcher *dispatcher; /* and its cache, counters, leaders */
	struct flights *flights;
	struct tops tops;
};

/* Both arguments are the resolver's. False: out of memory. */
bool nxdomain_init(struct nxdomain *n, struct dispatcher *dispatcher, struct flights *flights);
/* Takes a zeroed one, too. */
void nxdomain_fini(struct nxdomain *n);

/* For a question that cache_find() does not find: an NXDOMAIN in the cache that is its answer all
 * the same, or a new one that follows from that. A new reference, counted, and *good_until_s as
 * cache_find() sets it. NULL: the question must be asked. */
const struct answer *nxdomain_find(
        struct nxdomain *n, const struct question *q, uint32_t *good_until_s);

/* Queues a new flight, or lets it follow another one. */
void nxdomain_admit(struct nxdomain *n, struct flight *f, const struct question *q);

/* The flight has its answer, which is in the cache, and is no longer in the table; or it is given
 * up (`f->answer` NULL). Its followers go on. */
void nxdomain_answered(struct nxdomain *n, struct flight *f);

/* Nobody waits for the flight, which was not sent. True: it is on no list any more. False: others
 * wait for its answer, so it goes on. */
bool nxdomain_drop(struct nxdomain *n, struct flight *f);

/* As resolver_make_urgent() says. It follows nobody any more. */
void nxdomain_make_urgent(struct nxdomain *n, struct flight *f);

/* Once a pump: lets those go on whose leader takes too long. */
void nxdomain_turn(struct nxdomain *n);

#endif
