/* chain.c - a loop is found by counting targets; the shortest ones at once. */
#include "resolver/chain.h"

#include <stdlib.h>

enum chain_step chain_extend(
        struct chain **chain, const struct answer *half, const struct dname *qname)
{
	struct dname next;
	answer_canonical(half, &next);
	struct chain *c = *chain;
	if (dname_equal(&next, qname) ||
	        (c && (dname_equal(&next, &c->name) || c->n_targets == CHAIN_TARGETS_MAX)))
		return CHAIN_TOO_LONG;
	if (!c) {
		c = *chain = malloc(sizeof *c);
		if (!c)
			return CHAIN_NO_MEMORY;
		*c = (struct chain){ .ttl_s = UINT32_MAX };
	}
	c->name = next;
	c->ttl_s = half->ttl_s < c->ttl_s ? half->ttl_s : c->ttl_s;
	c->insecure = c->insecure || half->dnssec != ANSWER_SECURE;
	c->n_targets++;
	return CHAIN_GOES_ON;
}

void chain_join(const struct chain *chain, struct answer *last)
{
	if (!chain)
		return;
	if (last->ttl_s > chain->ttl_s)
		last->ttl_s = chain->ttl_s;
	if (chain->insecure && last->dnssec == ANSWER_SECURE)
		last->dnssec = ANSWER_INSECURE;
}
