/* mailhosts.h - a domain's mail hosts as a probe: MX, then the addresses of its hosts (RFC 5321
 * section 5.1, null MX: RFC 7505).
 *
 * Hosts are asked in waves of preference order for addresses of the client's family; only when none
 * of them has one is the other family asked, to tell hosts without any address. A domain without MX
 * but with an address of its own is its own mail host ("implicit"). */
#ifndef CHECKS_MAILHOSTS_H
#define CHECKS_MAILHOSTS_H

#include "dns/probe.h"
#include "checks/match.h"

/* Hosts whose addresses are asked; an MX set may hold thousands. */
#define MAILHOSTS_MAX 100

enum mx_state { MX_UNASKED, MX_OK, MX_IMPLICIT, MX_NULL, MX_ABSENT, MX_TEMPERROR };

struct mailhosts {
	struct probe probe; /* first */
	struct dname domain;
	struct ipaddr ip; /* family NONE: nothing to match */
	/* result */
	enum mx_state state;
	const struct answer *mx; /* a reference; NULL before it is there */
	enum match match;        /* is `ip` an address of a mail host */
	bool no_address; /* MX hosts, and every look-up says that none of them has an address */
	const struct answer *failed; /* the first look-up that failed: a reference */
	/* the machine's */
	enum rrtype type; /* of the wave under way */
	unsigned next_host;
	bool other_family, any_address, any_failed;
};

void mailhosts_begin(struct mailhosts *p, const struct dname *domain, const struct ipaddr *ip,
        struct asker *asker);
void mailhosts_fini(struct mailhosts *p);

/* "", "ok", "implicit", "null", "none", "temperror". */
const char *mx_state_text(enum mx_state state);

#endif
