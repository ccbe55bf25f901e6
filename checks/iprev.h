/* iprev.h - forward-confirmed reverse DNS as a probe (RFC 8601 sections 3 and 2.7.3).
 *
 *     pass         a name of the address has that address
 *     fail         the address has names, and none has that address
 *     permerror    the address has no PTR record
 *     temperror    a look-up failed, and nothing else decided
 *
 * The failures of the probe have every look-up that failed, also beside a pass.
 *
 * Only the first 10 names count (as for SPF: RFC 7208 section 4.6.4), in the order of the PTR
 * answer. Their addresses are asked for together. All in the thread of the asker. */
#ifndef CHECKS_IPREV_H
#define CHECKS_IPREV_H

#include "dns/probe.h"

#define IPREV_NAMES_MAX 10

enum iprev_verdict {
	IPREV_NONE,
	IPREV_PASS,
	IPREV_FAIL,
	IPREV_TEMPERROR,
	IPREV_PERMERROR,
	IPREV_VERDICT_COUNT
};

struct iprev {
	struct probe probe; /* first */
	struct ipaddr ip;
	/* result */
	enum iprev_verdict verdict;
	const struct answer *names; /* the PTR answer: a reference, or NULL before it came */
	unsigned confirmed; /* with pass: the first record of `names` that has the address */
};

/* Begins or, after iprev_fini(), re-begins. `ip` has a family. The asker outlives the probe. */
void iprev_begin(struct iprev *p, const struct ipaddr *ip, struct asker *asker);
/* Gives up the probe's answers, also before it is done. */
void iprev_fini(struct iprev *p);

/* "pass"; "" for IPREV_NONE. Lives for ever. */
const char *iprev_verdict_text(enum iprev_verdict verdict);

#endif
