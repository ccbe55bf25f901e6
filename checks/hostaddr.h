/* hostaddr.h - a domain's own addresses as a probe: A and AAAA, asked together.
 *
 * A failure leaves the match open only when it is of the client's family. All in the thread of the
 * asker. */
#ifndef CHECKS_HOSTADDR_H
#define CHECKS_HOSTADDR_H

#include "dns/probe.h"
#include "checks/match.h"

enum a_state {
	A_UNASKED,
	A_OK,        /* there are addresses, and these are all */
	A_NONE,      /* both look-ups were definite: there is none */
	A_NXDOMAIN,  /* nor is there such a domain */
	A_TEMPERROR, /* a look-up failed: there may be more */
};

struct hostaddr {
	struct probe probe; /* first */
	struct dname domain;
	struct ipaddr ip; /* family NONE: nothing to match */
	/* result */
	bool done;
	const struct answer *a, *aaaa; /* references; NULL until done */
	enum match match;              /* whether `ip` is one of them */
};

/* Begins or, after hostaddr_fini(), re-begins. The asker outlives the probe. */
void hostaddr_begin(struct hostaddr *p, const struct dname *domain, const struct ipaddr *ip,
        struct asker *asker);
/* Gives up the probe's answers, also before it is done. */
void hostaddr_fini(struct hostaddr *p);

/* Of a probe that is done. */
enum a_state hostaddr_state(const struct hostaddr *p);
/* "ok". Lives for ever. */
const char *a_state_text(enum a_state state);

#endif
