/* hostaddr.h - a domain's own addresses as a probe: A and AAAA, asked together. */
#ifndef CHECKS_HOSTADDR_H
#define CHECKS_HOSTADDR_H

#include "dns/probe.h"
#include "checks/match.h"

struct hostaddr {
	struct probe probe; /* first */
	struct dname domain;
	struct ipaddr ip; /* family NONE: nothing to match */
	/* result */
	bool done;
	const struct answer *a, *aaaa; /* references */
	enum match match;              /* is `ip` one of them */
};

void hostaddr_begin(struct hostaddr *p, const struct dname *domain, const struct ipaddr *ip,
        struct asker *asker);
void hostaddr_fini(struct hostaddr *p);

/* True when both look-ups gave a definite answer and there is no address. */
bool hostaddr_is_empty(const struct hostaddr *p);

#endif
