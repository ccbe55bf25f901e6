/* policy.c - questions in the order in which they are found, asked in waves of PROBE_FANOUT_MAX;
 * each answer may add more behind them. */
#include "checks/policy.h"

#include "spf/target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Ordinary trees need no more, and a probe keeps no more for the next. */
enum { NODES_LEAST = 8, NODES_KEPT = 64 };
static_assert((int)POLICY_QUESTIONS_MAX < (int)POLICY_LINK_FIRST, "a link is one or the other");

/* ---- nodes ---- */

/* The number of the question; -1: a bound, or no memory. `name` is in lower case. */
static int ask(struct policy *p, const struct dname *name, enum rrtype type)
{
	return questions_add(&p->questions, name, type);
}

static bool has_room(struct policy *p)
{
	if (p->n_nodes < p->nodes_capacity)
		return true;
	unsigned capacity = p->nodes_capacity ? p->nodes_capacity * 2 : NODES_LEAST;
	struct policy_node *nodes = reallocarray(p->nodes, capacity, sizeof *nodes);
	p->failed |= !nodes;
	if (!nodes)
		return false;
	p->nodes = nodes;
	p->nodes_capacity = capacity;
	return true;
}

/* The number of the node; -1: a bound, or no memory. */
static int node_of(struct policy *p, const struct dname *name, unsigned depth)
{
	int known = questions_find(&p->questions, name->wire, name->size, RRTYPE_TXT);
	if (known >= 0)
		return p->questions.at[known].tag;
	if (depth > POLICY_DEPTH_MAX) {
		p->bounds |= POLICY_BOUND_DEPTH;
		return -1;
	}
	int question = has_room(p) ? ask(p, name, RRTYPE_TXT) : -1;
	if (question < 0)
		return -1;
	p->nodes[p->n_nodes] =
	        (struct policy_node){ .question = (uint16_t)question, .depth = (uint16_t)depth };
	p->questions.at[question].tag = (uint16_t)p->n_nodes;
	return (int)p->n_nodes++;
}

/* ---- who owns a name ---- */

/* The last `n` labels of a name that has more. */
static struct dname ancestor_of(const struct dname *name, unsigned n)
{
	struct dname above;
	const uint8_t *at = name->wire;
	for (unsigned labels = dname_label_count(name); labels > n; labels--)
		at += 1 + *at;
	above.size = (uint8_t)(name->wire + name->size - at);
	memcpy(above.wire, at, above.size);
	return above;
}

/* A name does not exist: is the name below the top-level domain there? Of the domain's own it is.
 */
static void ask_for_owner(struct policy *p, const struct dname *name)
{
	if (dname_label_count(name) < 2)
		return;
	const struct dname owner = ancestor_of(name, 2), top = ancestor_of(name, 1);
	if (dname_is_within(&p->domain, &owner))
		return;
	if (!dname_equal(name, &owner))
		ask(p, &owner, RRTYPE_NS);
	ask(p, &top, RRTYPE_NS);
}

static bool is_gone(const struct policy *p, const struct dname *name)
{
	bool is_told = false;
	for (unsigned i = 0; i < p->questions.n; i++) {
		const struct question *q = &p->questions.at[i];
		if (q->size != name->size || memcmp(q->name, name->wire, name->size) != 0 ||
		        !q->answer || !answer_is_definite(q->answer))
			continue;
		if (!answer_is_no_such_name(q->answer))
			return false;
		is_told = true;
	}
	return is_told;
}

static bool is_there(const struct policy *p, const struct dname *name)
{
	const struct answer *ns =
	        questions_answer(&p->questions, name->wire, name->size, RRTYPE_NS);
	return ns && answer_is_definite(ns) && !answer_is_no_such_name(ns);
}

bool policy_is_unowned(const struct policy *p, const struct dname *name, struct dname *owner)
{
	if (dname_label_count(name) < 2)
		return false;
	const struct dname top = ancestor_of(name, 1);
	*owner = ancestor_of(name, 2);
	return is_there(p, &top) && is_gone(p, name) && is_gone(p, owner);
}

/* ---- terms ---- */

static uint16_t link_of(int number)
{
	return number < 0 ? POLICY_LINK_CUT : (uint16_t)number;
}

/* An include or a redirect. */
static uint16_t link_node(struct policy *p, const struct dname *target, unsigned depth)
{
	return dname_label_count(target) < 2 ? POLICY_LINK_BAD : link_of(node_of(p, target, depth));
}

static uint16_t link_hosts(struct policy *p, const struct dname *target)
{
	uint16_t link = link_of(ask(p, target, RRTYPE_A));
	ask(p, target, RRTYPE_AAAA);
	return link;
}

/* The link of a term with a target. `d` NULL: the redirect. */
static uint16_t link_target(
        struct policy *p, const struct spf_directive *d, const struct dname *target, unsigned depth)
{
	switch (d ? d->mechanism : SPF_INCLUDE) {
	case SPF_INCLUDE:
		return link_node(p, target, depth + 1);
	case SPF_A:
		return link_hosts(p, target);
	case SPF_MX:
		return link_of(ask(p, target, RRTYPE_MX));
	default:
		return link_of(
		        ask(p, target, RRTYPE_A)); /* exists, for every client: section 5.7 */
	}
}

static uint16_t link_term(struct policy *p, const struct spf_directive *d,
        const struct macro_string *spec, const struct dname *domain, unsigned depth)
{
	struct dname target = *domain;
	if (d && (d->mechanism == SPF_ALL || d->mechanism == SPF_IP4 || d->mechanism == SPF_IP6))
		return POLICY_LINK_NONE;
	if (d && d->mechanism == SPF_PTR)
		return POLICY_LINK_PTR;
	switch (spec ? spf_target_of(&target, spec, domain) : SPF_TARGET_NAME) {
	case SPF_TARGET_DEPENDS:
		return POLICY_LINK_DEPENDS;
	case SPF_TARGET_BAD:
		return POLICY_LINK_BAD;
	case SPF_TARGET_NAME:
		break;
	}
	dname_lower(&target);
	return link_target(p, d, &target, depth);
}

/* The terms of a sound record. Nodes may move: the list grows. */
static void follow(struct policy *p, unsigned node)
{
	const struct spf_record *r = p->nodes[node].record;
	const unsigned depth = p->nodes[node].depth;
	struct dname domain;
	policy_name(p, node, &domain);
	uint16_t *links = arena_alloc(&p->questions.memory, (r->n_directives + 1) * sizeof *links);
	if (!links) {
		p->failed = true;
		return;
	}
	for (size_t i = 0; i < r->n_directives; i++) {
		const struct spf_directive *d = &r->directives[i];
		links[i] = link_term(p, d, d->has_domain ? &d->domain : NULL, &domain, depth);
	}
	links[r->n_directives] = r->has_redirect ? link_term(p, NULL, &r->redirect, &domain, depth)
	                                         : (uint16_t)POLICY_LINK_NONE;
	p->nodes[node].links = links;
}

/* ---- answers ---- */

static void take_record(struct policy *p, unsigned node, const struct answer *answer)
{
	struct policy_node *n = &p->nodes[node];
	n->record = spf_record_whole_of_answer(answer);
	if (!n->record) {
		/* the answer has a record that a check made */
		n->record = spf_record_of_answer(answer);
		if (n->record && n->record->outcome == SPF_NEUTRAL)
			n->record = n->owned =
			        spf_record_compile_whole(n->record->text, n->record->text_size);
	}
	if (!n->record) {
		p->failed = true;
		return;
	}
	p->n_octets += n->record->text_size;
	if (p->n_octets > POLICY_OCTETS_MAX) {
		p->bounds |= POLICY_BOUND_OCTETS;
		n->is_cut = true;
		n->record = NULL;
		return;
	}
	if (n->record->outcome == SPF_NEUTRAL)
		follow(p, node);
}

static void ask_for_hosts(struct policy *p, const struct answer *mx)
{
	for (unsigned i = 0; mx->n_records <= p->mx_names && i < mx->n_records; i++) {
		struct dname host;
		answer_target(mx, i, &host);
		if (dname_label_count(&host))
			link_hosts(p, &host);
	}
}

static void see(void *owner, unsigned number, const struct answer *answer)
{
	struct policy *p = owner;
	const uint16_t type = p->questions.at[number].type, node = p->questions.at[number].tag;
	if (!answer_is_definite(answer))
		return;
	if (node != QUESTIONS_NO_TAG)
		take_record(p, node, answer);
	if (type == RRTYPE_MX)
		ask_for_hosts(p, answer);
	if (type != RRTYPE_NS && answer_is_no_such_name(answer)) {
		struct dname name;
		answer_qname(answer, &name);
		ask_for_owner(p, &name);
	}
}

static enum probe_turn step(struct probe *probe, const struct probe_answers *got)
{
	struct policy *p = (struct policy *)probe;
	if (questions_step(&p->questions, probe, got, see, p))
		return PROBE_ASK;
	p->failed |= p->questions.failed;
	p->bounds |= p->questions.is_full ? POLICY_BOUND_QUESTIONS : 0u;
	p->done = true;
	return PROBE_DONE;
}

void policy_begin(struct policy *p, const struct dname *domain, const struct spf_limits *limits,
        struct asker *asker)
{
	questions_begin(&p->questions, POLICY_QUESTIONS_MAX);
	p->domain = *domain;
	dname_lower(&p->domain);
	p->mx_names = limits->mx_names;
	probe_begin(&p->probe, step, asker);
	if (dname_label_count(domain) > 1)
		node_of(p, &p->domain, 0);
}

void policy_reset(struct policy *p)
{
	probe_fini(&p->probe);
	for (unsigned i = 0; i < p->n_nodes; i++)
		spf_record_free(p->nodes[i].owned);
	questions_reset(&p->questions);
	if (p->nodes_capacity > NODES_KEPT) {
		free(p->nodes);
		p->nodes = NULL;
		p->nodes_capacity = 0;
	}
	p->n_nodes = p->bounds = 0;
	p->n_octets = 0;
	p->done = p->failed = false;
}

void policy_fini(struct policy *p)
{
	policy_reset(p);
	free(p->nodes);
	questions_fini(&p->questions);
	*p = (struct policy){ .n_nodes = 0 };
}

void policy_name(const struct policy *p, unsigned node, struct dname *name)
{
	const struct question *q = &p->questions.at[p->nodes[node].question];
	name->size = q->size;
	memcpy(name->wire, q->name, q->size);
}
