/* clientnames.c - the client's validated names (RFC 7208 section 5.5), which "ptr" and %{p} share.
 *
 * They are looked up once a check: PTR, then the addresses of the first ten names in one turn. A
 * DNS error here is never an error of the check: a failed PTR gives no names, a failed address
 * skips its name. Two decisions:
 *   - Neither the PTR question nor %{p} is charged as a term of its own. Section 4.6.4 counts the
 *     PTR look-up "in the overall
 *     limit of 10 mechanisms/modifiers", as it does for MX: by way of the term that causes it.
 *     pyspf and Mail::SPF count so too.
 *   - Void look-ups are charged to every term that uses the names, also when they are known
 *     already: section 4.6.4 limits terms
 *     that find nothing, and a verdict must not depend on what some cache remembers. All names are
 *     validated before any is
 *     compared, so all their voids count. */
#include "spf/machine.h"

enum turn clientnames_find(struct spf_check *c, enum check_step step)
{
	if (c->names_known) {
		c->names_ready = true;
		c->step = step; /* before the charge, which may give up */
		check_charge_voids(c, c->names_voids);
		return GO;
	}
	struct dname reverse;
	dname_of_reverse(&reverse, &c->request->ip);
	probe_ask(&c->probe, &reverse, RRTYPE_PTR);
	c->names_step = step;
	return check_wait(c, STEP_NAMES);
}

static enum turn names_are_known(struct spf_check *c)
{
	c->names_known = c->names_ready = true;
	return check_go(c, c->names_step);
}

enum turn clientnames_ask_addresses(struct spf_check *c)
{
	const struct answer *names = check_look(c, 0);
	if (!names)
		return GO;
	c->names_voids = answer_is_void(names);
	unsigned n = names->status == ANSWER_OK ? names->n_records : 0;
	if (n > c->limits->ptr_names)
		n = c->limits->ptr_names;
	if (n == 0)
		return names_are_known(c);
	c->names = answer_ref(names);
	for (unsigned i = 0; i < n; i++) {
		struct dname name;
		answer_target(names, i, &name);
		probe_ask(&c->probe, &name, check_address_type(c));
	}
	return check_wait(c, STEP_NAMES_ADDRESS);
}

enum turn clientnames_validate(struct spf_check *c)
{
	for (unsigned i = 0; i < c->got->count; i++) {
		const struct answer *addresses = check_look(c, i);
		if (!addresses)
			return GO;
		c->names_voids += answer_is_void(addresses);
		if (check_has_client(c, addresses, c->request->ip.family == IPFAMILY_6 ? 128 : 32))
			c->validated[c->n_validated++] = (uint8_t)i;
	}
	return names_are_known(c);
}

bool clientnames_any_within(const struct spf_check *c, const struct dname *domain)
{
	for (unsigned i = 0; i < c->n_validated; i++) {
		struct dname name;
		answer_target(c->names, c->validated[i], &name);
		if (dname_is_within(&name, domain))
			return true;
	}
	return false;
}

/* How much %{p} likes a name: <domain> itself best, a name below it next, any at all last. */
static unsigned rank(const struct dname *name, const struct dname *domain)
{
	if (dname_equal(name, domain))
		return 3;
	return dname_is_within(name, domain) ? 2 : 1;
}

bool clientnames_best(const struct spf_check *c, const struct dname *domain, struct dname *best)
{
	unsigned best_rank = 0;
	for (unsigned i = 0; i < c->n_validated; i++) {
		struct dname name;
		answer_target(c->names, c->validated[i], &name);
		if (rank(&name, domain) > best_rank) {
			best_rank = rank(&name, domain);
			*best = name;
		}
	}
	return best_rank > 0;
}
