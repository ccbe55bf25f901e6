/* mailservers.h - a domain's mail hosts as a probe that wants all of them: every host's addresses
 * of both families and, if wanted, the reverse name of each address and whether it leads back.
 *
 * mailhosts.h is for one client and stops where that is decided. Hosts are asked for by preference,
 * MAILSERVERS_HOSTS_MAX at most; in all MAILSERVERS_QUESTIONS_MAX questions. A domain without MX
 * but with an address is its own mail host. All in the thread of the asker. */
#ifndef CHECKS_MAILSERVERS_H
#define CHECKS_MAILSERVERS_H

#include "checks/iprev.h"
#include "checks/mailhosts.h"
#include "checks/questions.h"

enum { MAILSERVERS_HOSTS_MAX = 100, MAILSERVERS_QUESTIONS_MAX = 1000 };

/* What is wrong with a host: a set. */
enum mailserver_fault {
	MAILSERVER_ALIAS = 1,   /* an alias, which no host of an MX may be (RFC 5321 section 5.1) */
	MAILSERVER_LITERAL = 2, /* an address where a name belongs */
	MAILSERVER_PRIVATE = 4, /* an address of no host on the Internet, or "localhost" */
	MAILSERVER_NO_ADDRESS = 8, /* both look-ups were definite: it has none */
};

/* A host, of a probe that is done. */
struct mailserver {
	const struct answer *a, *aaaa; /* NULL: it was not asked */
	unsigned faults;               /* a set of enum mailserver_fault */
};

struct mailservers {
	struct probe probe; /* first */
	bool with_ptr;
	struct mailserver *hosts; /* by preference; in the memory of `questions` */
	unsigned n_hosts;
	unsigned faults; /* of any host */
	/* result: state, MX answer and flags, as mailhosts.h has them; its probe does not run */
	struct mailhosts found;
	struct questions questions;
};

/* Begins, or begins anew after mailservers_reset(). Zero it before the first time. */
void mailservers_begin(
        struct mailservers *p, const struct dname *domain, bool with_ptr, struct asker *asker);
/* Gives the answers back, also before it is done. */
void mailservers_reset(struct mailservers *p);
/* Gives all memory back. Takes a zeroed one. */
void mailservers_fini(struct mailservers *p);

/* ---- of a probe that is done ---- */

/* The name of host `i`, by preference; the domain itself when it is its own. False: there are only
 * `i` that were asked for: n_hosts. */
bool mailservers_host(const struct mailservers *p, unsigned i, struct dname *host);
/* With with_ptr: forward-confirmed reverse DNS of an address of a host. *name is the first name
 * that leads back, else the first name; size 0: none. */
enum iprev_verdict mailservers_iprev(
        const struct mailservers *p, const struct ipaddr *ip, struct dname *name);

#endif
