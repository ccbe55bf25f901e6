/* clientnames.h - the client's validated names (RFC 7208 section 5.5), for "ptr" and %{p}; private
 * to spf/.
 *
 * A name of the client's PTR rrset is validated when it has the client's address. This module takes
 * the answers and knows which names that leaves; who asks is lookup.h. Zeroed: nothing is known. */
#ifndef SPF_CLIENTNAMES_H
#define SPF_CLIENTNAMES_H

#include "dns/probe.h"

struct clientnames {
	bool known;                          /* every answer was taken */
	bool is_void;                        /* there is no PTR record */
	const struct answer *ptr;            /* a reference; NULL: no names */
	uint8_t validated[PROBE_FANOUT_MAX]; /* records of `ptr`, in its order */
	unsigned n_validated;
};

/* Releases the answer; nothing is known then. */
void clientnames_reset(struct clientnames *names);

/* Takes the PTR answer, whatever its status. Gives the number of its first records, at most `max`,
 * whose addresses are wanted next. */
unsigned clientnames_take_ptr(struct clientnames *names, const struct answer *ptr, unsigned max);
/* Takes the addresses of record `i`. In ascending order of `i`. */
void clientnames_take_addresses(struct clientnames *names, unsigned i,
        const struct answer *addresses, const struct ipaddr *client);

/* True when a validated name is the domain or below it (section 5.5). */
bool clientnames_any_within(const struct clientnames *names, const struct dname *domain);
/* The name for %{p} (section 7.3): <domain> itself, else the first name below it, else the first
 * name. False when there is none. */
bool clientnames_best(
        const struct clientnames *names, const struct dname *domain, struct dname *best);

#endif
