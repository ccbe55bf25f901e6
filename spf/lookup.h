/* lookup.h - the look-ups of a check: what they cost, what they say, and how the client's names are
 * found; private to spf/.
 *
 * The only place that charges terms and void look-ups (RFC 7208 section 4.6.4) and that looks at
 * answers. A function that gives false or NULL has given up: the step returns GO. */
#ifndef SPF_LOOKUP_H
#define SPF_LOOKUP_H

#include "spf/machine.h"

/* Charges the term being tried; false when that is one too many, and nothing was given up yet. */
bool lookup_charge_term(struct spf_check *c);

/* The answer in a slot: told to the observer, noted for DNSSEC, charged when it is void. NULL: it
 * was one void look-up too many, or the row's deadline has passed. */
const struct answer *lookup_answer(struct spf_check *c, unsigned slot);
/* The same where any DNS error is temperror; NULL then, too. */
const struct answer *lookup_definite(struct spf_check *c, unsigned slot);

/* The type of address to look up for the client (section 5). */
static inline enum rrtype lookup_address_type(const struct spf_check *c)
{
	return c->request->ip.family == IPFAMILY_6 ? RRTYPE_AAAA : RRTYPE_A;
}

/* Makes the client's names ready for the term being tried, then goes on with `step`. They are
 * looked up once a check; a missing PTR record is charged to every term that uses them. See
 * docs/spf-decisions.md, "Void look-ups of ptr". */
enum turn lookup_names(struct spf_check *c, enum check_step step);
/* STEP_NAMES and STEP_NAMES_ADDRESS. */
enum turn lookup_step_names(struct spf_check *c);
enum turn lookup_step_names_address(struct spf_check *c);

#endif
