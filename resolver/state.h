/* state.h - (private to resolver/) what a resolver is made of, for its questions (resolver.c) and
 * its answers (delivery.c). */
#ifndef RESOLVER_STATE_H
#define RESOLVER_STATE_H

#include "resolver/dispatcher.h"
#include "resolver/exclusions.h"
#include "resolver/nxdomain.h"
#include "resolver/waiter.h"

struct resolver {
	struct slab slab; /* of the cache's answers: freed last */
	struct cache cache;
	struct flights flights;
	struct dispatcher dispatcher;
	struct nxdomain nxdomain;
	struct loop_event *tick;
	const struct exclusions *exclusions; /* NULL: none */
	bool lacked_memory;
	bool has_all;                       /* the engine has all answers at hand */
	const struct answer *out_of_memory; /* allocated while there was memory */
	struct resolver_counters counters;
};

/* As resolver_out_of_memory(). */
static inline const struct answer *state_out_of_memory(struct resolver *r)
{
	r->lacked_memory = true;
	return answer_ref(r->out_of_memory);
}

/* Of a name that must not be asked, counted. A new reference. `cause`: as answer_of_failure(). */
static inline const struct answer *state_excluded(
        struct resolver *r, const struct dname *qname, enum rrtype type, const char *cause)
{
	const struct answer *answer = answer_of_failure(qname, type, ANSWER_EXCLUDED, cause);
	counter_add(&r->counters.excluded, 1);
	return answer ? answer : state_out_of_memory(r);
}

#endif
