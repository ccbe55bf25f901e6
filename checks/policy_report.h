/* policy_report.h - what a policy's tree comes to: costs, limits, faults, and what it authorises.
 *
 * Costs are those of a client that no term matches, without limits and as if no error ended the
 * check: 37 terms are 37. The tree is walked from the domain on, terms in their order and the
 * redirect last. A name that is included twice costs twice, but is looked at once. A term that
 * leads back to a name that is open above it closes a loop: it is charged and not followed.
 *
 * It points into the policy, which outlives it. Pure. Single thread. */
#ifndef CHECKS_POLICY_REPORT_H
#define CHECKS_POLICY_REPORT_H

#include "checks/authority.h"
#include "checks/policy.h"

/* What was found at the domain. */
enum policy_state {
	POLICY_OK,
	POLICY_NONE,     /* the name exists and has no SPF record */
	POLICY_NXDOMAIN, /* nor is there such a name */
	POLICY_MULTIPLE, /* several records */
	POLICY_SYNTAX,
	POLICY_NOT_ASCII,
	POLICY_BAD_DOMAIN, /* a single label, which is not asked for */
	POLICY_TEMPERROR,
	POLICY_CUT, /* a bound: the record is too long */
	POLICY_STATE_COUNT
};

/* Of check_host() of one node, with all below it. */
struct policy_sum {
	uint64_t lookups, voids_4, voids_6; /* without the look-up of its own record */
	uint16_t enter, leave;              /* when the walk came and went; 0: never */
	uint16_t depth;                     /* below it */
	uint16_t from, from_term;           /* the term by which the walk came to it */
	bool is_included, is_redirected, closes_loop;
};

/* Over all records of the tree, each once. */
struct policy_uses {
	unsigned ptr, exists, depends; /* terms; `depends`: on the client or the sender, ptr too */
	unsigned behind_all;           /* directives behind an "all" */
	uint32_t macro_letters;        /* bit 0 for 'a' */
	bool modifiers;                /* that nobody knows */
	bool redirect_ignored;         /* beside an "all" */
	bool sender_id;                /* the domain itself has a record of RFC 4406 */
	bool broad, special; /* networks with pass: policy_network_is_broad(), specialnet.h */
	bool bad_target, include_none, redirect_none, include_broken, many_mx, loop, unowned;
};

struct policy_report {
	const struct policy *policy;
	enum policy_state state;
	struct policy_sum *sums; /* one for each node */
	uint16_t *order;         /* nodes, as the walk came to them */
	unsigned n_order;
	uint64_t lookups, voids_4, voids_6;            /* void look-ups of IPv4 and IPv6 clients */
	unsigned n_included;                           /* names that some include leads to */
	unsigned n_records, n_strings, response_bytes; /* of the domain's own answer */
	uint32_t min_ttl_s; /* of all answers of the tree; UINT32_MAX: none */
	struct policy_uses uses;
	struct authority authority;
	bool failed; /* out of memory */
};

/* Of a policy that is done. *r is zeroed or was made before. */
void policy_report_make(
        struct policy_report *r, struct policy *policy, const struct spf_limits *limits);
/* Gives memory over that of an ordinary policy back. */
void policy_report_reset(struct policy_report *r);
/* Takes a zeroed one. */
void policy_report_fini(struct policy_report *r);

/* The word of a state: "ok". Lives for ever. */
const char *policy_state_text(enum policy_state state);

/* One term of a record: a directive, or behind those the redirect. */
struct policy_term {
	const char *text;
	size_t size;
	const struct spf_directive *directive; /* NULL: the redirect */
	uint16_t link;
	bool looks_up;
};
/* Term `i` of a node whose record is sound. False: there are only `i` of them. */
bool policy_term_at(const struct policy *p, unsigned node, unsigned i, struct policy_term *term);
/* The node that an include or a redirect leads to; -1: to none, or it is no such term. */
int policy_term_node(const struct policy_term *term);
/* What the term costs, with all behind it. */
struct policy_cost {
	uint64_t lookups, voids_4, voids_6;
};
struct policy_cost policy_term_cost(
        const struct policy_report *r, unsigned node, const struct policy_term *term);
/* True when the term leads back to a name that is open above it. */
bool policy_closes_loop(
        const struct policy_report *r, unsigned node, const struct policy_term *term);
/* Network `i` that a term lets pass: its own, or those around the addresses of its hosts. False:
 * there are only `i`, or it is no term with pass and networks. */
bool policy_term_network(const struct policy *p, const struct policy_term *term, unsigned i,
        struct ipaddr *ip, unsigned *bits);
/* So many addresses that no owner has them: /0 to /8. */
static inline bool policy_network_is_broad(unsigned bits)
{
	return bits <= 8;
}
/* Names that do not exist and that nobody owns (policy_is_unowned()), each once: `i` counts
 * questions, from 0, and moves on. False: there is no other. */
bool policy_next_unowned(const struct policy_report *r, unsigned *i, struct dname *owner);
/* The hosts behind an "mx" are more than may be looked up (section 4.6.4). */
bool policy_term_has_many_mx(const struct policy *p, const struct policy_term *term);

/* Appends the term as published, cut as in `spf_matched`, behind " > " when something stands
 * there. */
void policy_put_term(struct textbuf *out, const struct policy_term *term);
/* A tree in which each record includes the next one twice costs more than 64 bits hold. */
static inline uint64_t policy_add(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

/* Appends the term, behind its includes, at which a limit breaks: the first that is one too many.
 * Nothing is appended where none is. Void look-ups: of an IPv4 client, else of an IPv6 one. */
void policy_put_lookup_limit(struct textbuf *out, const struct policy_report *r, unsigned limit);
void policy_put_void_limit(struct textbuf *out, const struct policy_report *r, unsigned limit);
void policy_put_mx_limit(struct textbuf *out, const struct policy_report *r);

/* Appends the terms that lead to a node. */
void policy_put_way(struct textbuf *out, const struct policy_report *r, unsigned node);

/* The node in which the walk of redirects from the domain ends: its "all", or none, ends the
 * policy. -1: that is not known. The redirects on the way are appended to `through`, unless that is
 * NULL. */
int policy_last_node(const struct policy_report *r, struct textbuf *through);

#endif
