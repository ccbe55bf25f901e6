/* mailhosts.h - a domain's mail hosts as a probe: MX, then the addresses of the hosts (RFC 5321
 * section 5.1; null MX: RFC 7505).
 *
 * Hosts are asked for by preference, PROBE_FANOUT_MAX at once, until one has the client's address.
 * They are asked for addresses of the client's family (A without a client). When none has any, they
 * are asked for the other family, so that hosts without an address are told. A domain without MX
 * but with an address is its own mail host. All in the thread of the asker. */
#ifndef CHECKS_MAILHOSTS_H
#define CHECKS_MAILHOSTS_H

#include "dns/probe.h"
#include "checks/match.h"

/* The hosts that are asked for, of an MX rrset that may have thousands. */
#define MAILHOSTS_MAX 100

enum mx_state {
	MX_UNASKED,
	MX_OK,        /* there are MX records */
	MX_IMPLICIT,  /* none, but the domain has an address */
	MX_NULL,      /* the null MX: it takes no mail */
	MX_ABSENT,    /* neither MX nor address */
	MX_TEMPERROR, /* a look-up failed that leaves it open */
	MX_STATE_COUNT
};

struct mailhosts {
	struct probe probe; /* first */
	struct dname domain;
	struct ipaddr ip; /* family NONE: nothing to match */
	/* result */
	enum mx_state state;
	const struct answer *mx; /* a reference, or NULL before it came */
	enum match match;        /* whether `ip` is an address of a mail host */
	bool no_address;         /* MX_OK, and no host has an address of either family */
	/* One of the hosts, as far as they were looked up, cannot be reached from outside: it is
	 * "localhost" or an address literal, or has an address that is local. */
	bool not_public;
	/* the probe's own */
	enum rrtype type; /* of the addresses being asked for */
	unsigned next_host;
	bool other_family, any_address, any_failed;
};

/* Begins or, after mailhosts_fini(), re-begins. The asker outlives the probe. */
void mailhosts_begin(struct mailhosts *p, const struct dname *domain, const struct ipaddr *ip,
        struct asker *asker);
/* Gives up the probe's answers, also before it is done. */
void mailhosts_fini(struct mailhosts *p);

/* "implicit"; "none" for MX_ABSENT, "" for MX_UNASKED. Lives for ever. */
const char *mx_state_text(enum mx_state state);

#endif
