/* policy.h - the whole policy of a domain as a probe: the tree of its SPF record, its includes and
 * redirects, and all that its terms look up.
 *
 * check_host() follows a record for one client until a term matches (spf/check.h). This probe has
 * no client: it asks for everything that a check may ask for some client, of both families, and
 * keeps the answers. What they say together is computed afterwards: policy_report.h and
 * authority.h.
 *
 *     node       a name whose SPF record the tree needs, once, however often it is included
 *     question   a name and type, asked once
 *     link       what a term that looks something up leads to: a node or a question
 *
 * A term whose target-name depends on the client or the sender (spf/target.h) and "ptr" are asked
 * nothing. Nor are the terms behind "all".
 *
 * Trees come from strangers, so they are bounded: POLICY_QUESTIONS_MAX, POLICY_DEPTH_MAX,
 * POLICY_OCTETS_MAX. What is cut off is told in `bounds`. Time is bounded by whoever runs the
 * probe; what was cancelled is a failed look-up. Out of memory: `failed`. All in the thread of the
 * asker. */
#ifndef CHECKS_POLICY_H
#define CHECKS_POLICY_H

#include "checks/questions.h"
#include "spf/check.h"
#include "spf/record.h"

enum {
	POLICY_QUESTIONS_MAX = 1000,
	POLICY_DEPTH_MAX = 100,       /* includes and redirects inside each other */
	POLICY_OCTETS_MAX = 256 << 10 /* of all records */
};

/* Why a tree was cut. */
enum policy_bound { POLICY_BOUND_QUESTIONS = 1, POLICY_BOUND_DEPTH = 2, POLICY_BOUND_OCTETS = 4 };

/* Other links than the number of a node or a question. */
enum policy_link {
	POLICY_LINK_FIRST = 0xfff0,
	POLICY_LINK_NONE = POLICY_LINK_FIRST, /* looks nothing up */
	POLICY_LINK_PTR,                      /* the client's names */
	POLICY_LINK_DEPENDS,                  /* on the client or the sender */
	POLICY_LINK_BAD, /* the target-name is no domain name; of a node: of two labels */
	POLICY_LINK_CUT, /* a bound */
};

struct policy_node {
	uint16_t question;
	uint16_t depth;                  /* of the shortest way to it; 0: the domain itself */
	bool is_cut;                     /* its record was too much */
	const struct spf_record *record; /* whole; NULL: no definite answer, or cut */
	struct spf_record *owned;        /* when the answer has another one */
	uint16_t *links; /* one for each directive and one for the redirect; NULL: not sound */
};

struct policy {
	struct probe probe; /* first */
	struct dname domain;
	unsigned mx_names; /* the hosts of an "mx" that are asked for; more break a limit */
	/* result */
	bool done, failed;
	unsigned bounds;            /* a set of enum policy_bound */
	struct questions questions; /* the tag is the node whose record it is */
	struct policy_node
	        *nodes; /* the first is the domain's; none: a single label is not asked */
	unsigned n_nodes;
	/* the probe's own */
	unsigned nodes_capacity;
	size_t n_octets;
};

/* Begins, or begins anew after policy_reset(). Zero *p before the first time. The asker outlives
 * the probe. */
void policy_begin(struct policy *p, const struct dname *domain, const struct spf_limits *limits,
        struct asker *asker);
/* Gives the answers back, also before it is done; keeps the memory of an ordinary tree. */
void policy_reset(struct policy *p);
/* Gives all memory back. Takes a zeroed one. */
void policy_fini(struct policy *p);

/* ---- of a probe that is done ---- */

/* The name of a node. */
void policy_name(const struct policy *p, unsigned node, struct dname *name);
/* The answer to its TXT question. */
static inline const struct answer *policy_answer(const struct policy *p, unsigned node)
{
	return p->questions.at[p->nodes[node].question].answer;
}
/* True when the name does not exist, and the topmost name above it that does not is directly under
 * a top-level domain: whoever registers that owns it. *owner is that name. */
bool policy_is_unowned(const struct policy *p, const struct dname *name, struct dname *owner);

#endif
