/* policy.c - questions in the order in which they are found, asked in waves of PROBE_FANOUT_MAX;
 * each answer may add more behind them. */
#include "checks/policy.h"

#include "spf/target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Ordinary trees need no more, and a probe keeps no more for the next. */
enum { ARENA_BYTES = 4096, QUESTIONS_LEAST = 32, QUESTIONS_KEPT = 128, NODES_LEAST = 8 };
static_assert((int)POLICY_QUESTIONS_MAX < (int)POLICY_LINK_FIRST, "a link is one or the other");

/* ---- questions ---- */

static uint32_t key_of(const uint8_t *name, size_t size, enum rrtype type)
{
	uint32_t key = 2166136261u ^ (uint32_t)type;
	for (size_t i = 0; i < size; i++)
		key = (key ^ name[i]) * 16777619u;
	return key;
}

static int find(const struct policy *p, const uint8_t *name, size_t size, enum rrtype type)
{
	uint32_t key = key_of(name, size, type);
	for (unsigned i = 0; i < p->n_questions; i++) {
		const struct policy_question *q = &p->questions[i];
		if (q->key == key && q->type == type && q->size == size &&
		        !memcmp(q->name, name, size))
			return (int)i;
	}
	return -1;
}

static bool grow(void *list, unsigned *capacity, unsigned n, unsigned least, size_t size)
{
	void **at = list;
	if (n < *capacity)
		return true;
	unsigned wanted = *capacity ? *capacity * 2 : least;
	void *bigger = reallocarray(*at, wanted, size);
	if (!bigger)
		return false;
	*at = bigger;
	*capacity = wanted;
	return true;
}

/* The number of the question, which is asked once; -1: a bound, or no memory. `name` is in lower
 * case. */
static int ask(struct policy *p, const struct dname *name, enum rrtype type)
{
	int known = find(p, name->wire, name->size, type);
	if (known >= 0)
		return known;
	if (p->n_questions == POLICY_QUESTIONS_MAX) {
		p->bounds |= POLICY_BOUND_QUESTIONS;
		return -1;
	}
	uint8_t *copy = arena_alloc(&p->memory, name->size);
	if (!copy ||
	        !grow(&p->questions, &p->questions_capacity, p->n_questions, QUESTIONS_LEAST,
	                sizeof *p->questions)) {
		p->failed = true;
		return -1;
	}
	memcpy(copy, name->wire, name->size);
	p->questions[p->n_questions] = (struct policy_question){ .name = copy,
		.size = name->size,
		.type = (uint16_t)type,
		.node = POLICY_NO_NODE,
		.key = key_of(name->wire, name->size, type) };
	return (int)p->n_questions++;
}

/* The number of the node; -1: a bound, or no memory. */
static int node_of(struct policy *p, const struct dname *name, unsigned depth)
{
	int known = find(p, name->wire, name->size, RRTYPE_TXT);
	if (known >= 0)
		return p->questions[known].node;
	if (depth > POLICY_DEPTH_MAX) {
		p->bounds |= POLICY_BOUND_DEPTH;
		return -1;
	}
	int question = ask(p, name, RRTYPE_TXT);
	if (question < 0)
		return -1;
	if (!grow(&p->nodes, &p->nodes_capacity, p->n_nodes, NODES_LEAST, sizeof *p->nodes)) {
		p->failed = true;
		return -1;
	}
	p->nodes[p->n_nodes] =
	        (struct policy_node){ .question = (uint16_t)question, .depth = (uint16_t)depth };
	p->questions[question].node = (uint16_t)p->n_nodes;
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
	for (unsigned i = 0; i < p->n_questions; i++) {
		const struct policy_question *q = &p->questions[i];
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
	const struct answer *ns = policy_find(p, name->wire, name->size, RRTYPE_NS);
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
	uint16_t *links = arena_alloc(&p->memory, (r->n_directives + 1) * sizeof *links);
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

static void take(struct policy *p, unsigned question, const struct answer *answer)
{
	struct policy_question *q = &p->questions[question];
	const uint16_t type = q->type, node = q->node;
	q->answer = answer_ref(answer);
	if (!answer_is_definite(answer))
		return;
	if (node != POLICY_NO_NODE)
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
	for (unsigned i = 0; i < got->count; i++)
		take(p, p->n_taken++, got->by_slot[i]);
	for (unsigned i = 0; i < PROBE_FANOUT_MAX && p->n_taken + i < p->n_questions; i++) {
		const struct policy_question *q = &p->questions[p->n_taken + i];
		struct dname name = { .size = q->size };
		memcpy(name.wire, q->name, q->size);
		probe_ask(probe, &name, (enum rrtype)q->type);
	}
	p->done = p->n_taken == p->n_questions;
	return p->done ? PROBE_DONE : PROBE_ASK;
}

void policy_begin(struct policy *p, const struct dname *domain, const struct spf_limits *limits,
        struct asker *asker)
{
	if (p->memory.chunk_bytes == 0)
		arena_init(&p->memory, ARENA_BYTES, 0);
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
	for (unsigned i = 0; i < p->n_questions; i++)
		answer_unref(p->questions[i].answer);
	for (unsigned i = 0; i < p->n_nodes; i++)
		spf_record_free(p->nodes[i].owned);
	if (p->questions_capacity > QUESTIONS_KEPT) {
		free(p->questions);
		free(p->nodes);
		p->questions = NULL;
		p->nodes = NULL;
		p->questions_capacity = p->nodes_capacity = 0;
	}
	p->n_questions = p->n_nodes = p->n_taken = p->bounds = 0;
	p->n_octets = 0;
	p->done = p->failed = false;
	if (p->memory.chunk_bytes)
		arena_reset(&p->memory);
}

void policy_fini(struct policy *p)
{
	policy_reset(p);
	free(p->questions);
	free(p->nodes);
	arena_fini(&p->memory);
	*p = (struct policy){ .n_nodes = 0 };
}

const struct answer *policy_find(
        const struct policy *p, const uint8_t *name, size_t size, enum rrtype type)
{
	int i = find(p, name, size, type);
	return i < 0 ? NULL : p->questions[i].answer;
}

void policy_name(const struct policy *p, unsigned node, struct dname *name)
{
	const struct policy_question *q = &p->questions[p->nodes[node].question];
	name->size = q->size;
	memcpy(name->wire, q->name, q->size);
}
