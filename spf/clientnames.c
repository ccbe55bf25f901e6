/* clientnames.c - which names of the client's PTR rrset lead back to it. */
#include "spf/clientnames.h"

void clientnames_reset(struct clientnames *names)
{
	answer_unref(names->ptr);
	names->ptr = NULL;
	names->known = names->is_void = false;
	names->n_validated = 0;
}

unsigned clientnames_take_ptr(struct clientnames *names, const struct answer *ptr, unsigned max)
{
	names->is_void = answer_is_void(ptr);
	if (ptr->status != ANSWER_OK || ptr->n_records == 0)
		return 0;
	names->ptr = answer_ref(ptr);
	return ptr->n_records < max ? ptr->n_records : max;
}

void clientnames_take_addresses(struct clientnames *names, unsigned i,
        const struct answer *addresses, const struct ipaddr *client)
{
	if (answer_has_address(addresses, client, ipaddr_width(client)))
		names->validated[names->n_validated++] = (uint8_t)i;
}

bool clientnames_any_within(const struct clientnames *names, const struct dname *domain)
{
	for (unsigned i = 0; i < names->n_validated; i++) {
		struct dname name;
		answer_target(names->ptr, names->validated[i], &name);
		if (dname_is_within(&name, domain))
			return true;
	}
	return false;
}

static unsigned rank(const struct dname *name, const struct dname *domain)
{
	if (dname_equal(name, domain))
		return 3;
	return dname_is_within(name, domain) ? 2 : 1;
}

bool clientnames_best(
        const struct clientnames *names, const struct dname *domain, struct dname *best)
{
	unsigned best_rank = 0;
	for (unsigned i = 0; i < names->n_validated; i++) {
		struct dname name;
		answer_target(names->ptr, names->validated[i], &name);
		if (rank(&name, domain) > best_rank) {
			best_rank = rank(&name, domain);
			*best = name;
		}
	}
	return best_rank > 0;
}
