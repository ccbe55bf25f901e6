/* iprev.h - forward-confirmed reverse DNS as a probe (RFC 8601 section 3; results of
 * section 2.7.3).
 *
 * pass: a name of the address has that address. fail: it has names, none of which leads back.
 * permerror: no PTR record is published. temperror: a look-up failed and no other decided. At most
 * 10 names are followed (as for SPF, RFC 7208 section 4.6.4), in the answer's order, all at once.
 */
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
	const struct answer *names;  /* the PTR answer, a reference; NULL before it is there */
	unsigned confirmed;          /* index in `names` of the confirmed one, with pass */
	const struct answer *failed; /* with temperror: a reference */
};

/* Begins or, after iprev_fini(), re-begins. */
void iprev_begin(struct iprev *p, const struct ipaddr *ip, struct asker *asker);
void iprev_fini(struct iprev *p);

/* "", "pass", "fail", "temperror", "permerror". */
const char *iprev_verdict_text(enum iprev_verdict verdict);

#endif
