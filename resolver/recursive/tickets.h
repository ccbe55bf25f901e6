/* tickets.h - (private to resolver/recursive/) what libunbound holds for us while it works on a
 * question: one ticket for each.
 *
 * libunbound cannot be made to let go of a question, so a ticket lives on when its flight is
 * abandoned. Tickets are recycled and freed only at the end. A ticket whose question rests is on a
 * list, in the order in which the rests end. One thread. */
#ifndef RESOLVER_RECURSIVE_TICKETS_H
#define RESOLVER_RECURSIVE_TICKETS_H

#include "dns/dname.h"
#include "dns/rrtype.h"

#include <stdbool.h>
#include <stdint.h>

struct flight;
struct recursive;

struct ticket {
	struct recursive *engine;
	struct flight *flight; /* NULL: abandoned; then the question is here */
	struct dname qname;
	enum rrtype type;
	unsigned n_rests;
	bool has_failed;     /* at once: a failure that libunbound remembers may be this one */
	bool waits_for_rate; /* it rests until its zone's rate has room again */
	/* private */
	struct ticket *next_free, *next_made, *next_resting;
	uint64_t rest_until_ns;
};

struct tickets {
	struct ticket *free_list, *made;
	struct ticket *resting, **resting_end;
};

void tickets_init(struct tickets *ts);
/* Frees all, also those that libunbound holds: delete its context first. */
void tickets_fini(struct tickets *ts);

/* One with zero n_rests, has_failed and waits_for_rate; the other fields are the caller's to set.
 * NULL: out of memory. */
struct ticket *tickets_get(struct tickets *ts);
/* Gives it back for recycling. It must not rest. */
void tickets_put(struct tickets *ts, struct ticket *t);

/* The ticket rests until then. The rests of one engine are equally long, or end with a second, so
 * the list is sorted. */
void tickets_rest(struct tickets *ts, struct ticket *t, uint64_t until_ns);
/* Takes one whose rest is over off the list. NULL: there is none. */
struct ticket *tickets_next_rested(struct tickets *ts, uint64_t now_ns);

#endif
