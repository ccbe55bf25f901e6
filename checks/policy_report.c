/* policy_report.c - one walk over the tree for its sums; and the walks that find one term. */
#include "checks/policy_report.h"

#include <string.h>
#include <strings.h>

static const struct answer *answer_of(const struct policy *p, uint16_t link)
{
	return link < POLICY_LINK_FIRST ? p->questions[link].answer : NULL;
}

/* ---- terms ---- */

bool policy_term_at(const struct policy *p, unsigned node, unsigned i, struct policy_term *term)
{
	const struct policy_node *n = &p->nodes[node];
	if (!n->links)
		return false;
	const struct spf_record *r = n->record;
	if (i < r->n_directives) {
		const struct spf_directive *d = &r->directives[i];
		*term = (struct policy_term){ .text = d->text,
			.size = d->text_size,
			.directive = d,
			.link = n->links[i],
			.looks_up = n->links[i] != POLICY_LINK_NONE };
		return true;
	}
	if (i > r->n_directives || !r->has_redirect)
		return false;
	*term = (struct policy_term){ .text = r->redirect_text,
		.size = r->redirect_text_size,
		.link = n->links[i],
		.looks_up = true };
	return true;
}

int policy_term_node(const struct policy_term *term)
{
	bool leads = !term->directive || term->directive->mechanism == SPF_INCLUDE;
	return leads && term->link < POLICY_LINK_FIRST ? term->link : -1;
}

bool policy_closes_loop(
        const struct policy_report *r, unsigned node, const struct policy_term *term)
{
	int next = policy_term_node(term);
	return next >= 0 && r->sums[next].enter <= r->sums[node].enter &&
	        r->sums[next].leave >= r->sums[node].leave;
}

static unsigned is_void(const struct answer *answer)
{
	return answer && answer_is_void(answer);
}

bool policy_term_has_many_mx(const struct policy *p, const struct policy_term *term)
{
	const bool is_mx = term->directive && term->directive->mechanism == SPF_MX;
	const struct answer *mx = is_mx ? answer_of(p, term->link) : NULL;
	return mx && mx->n_records > p->mx_names;
}

static unsigned void_hosts(const struct policy *p, const struct answer *mx, enum rrtype type)
{
	unsigned n = 0;
	for (unsigned i = 0; mx->n_records <= p->mx_names && i < mx->n_records; i++) {
		struct dname host;
		answer_target(mx, i, &host);
		n += is_void(policy_find(p, host.wire, host.size, type));
	}
	return n;
}

/* Of a term that leads to no node. */
static void add_voids(
        const struct policy *p, const struct policy_term *term, struct policy_cost *cost)
{
	const struct answer *answer = answer_of(p, term->link);
	if (!answer)
		return;
	cost->voids_4 += is_void(answer);
	if (term->directive->mechanism == SPF_A) {
		const struct policy_question *q = &p->questions[term->link];
		cost->voids_6 += is_void(policy_find(p, q->name, q->size, RRTYPE_AAAA));
		return;
	}
	cost->voids_6 += is_void(answer);
	if (term->directive->mechanism == SPF_MX && answer->n_records) {
		cost->voids_4 += void_hosts(p, answer, RRTYPE_A);
		cost->voids_6 += void_hosts(p, answer, RRTYPE_AAAA);
	}
}

static uint64_t add(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

static void add_node(
        const struct policy_report *r, int next, bool is_loop, struct policy_cost *cost)
{
	const unsigned own = is_void(policy_answer(r->policy, (unsigned)next));
	cost->voids_4 += own;
	cost->voids_6 += own;
	if (is_loop)
		return;
	const struct policy_sum *sum = &r->sums[next];
	cost->lookups = add(cost->lookups, sum->lookups);
	cost->voids_4 = add(cost->voids_4, sum->voids_4);
	cost->voids_6 = add(cost->voids_6, sum->voids_6);
}

struct policy_cost policy_term_cost(
        const struct policy_report *r, unsigned node, const struct policy_term *term)
{
	struct policy_cost cost = { .lookups = term->looks_up };
	int next = policy_term_node(term);
	if (next >= 0)
		add_node(r, next, policy_closes_loop(r, node, term), &cost);
	else if (term->looks_up && term->directive)
		add_voids(r->policy, term, &cost);
	return cost;
}

/* ---- the walk ---- */

static void note_term(struct policy_uses *uses, const struct policy_term *term)
{
	uses->depends += term->link == POLICY_LINK_DEPENDS || term->link == POLICY_LINK_PTR;
	if (!term->directive)
		return;
	uses->ptr += term->directive->mechanism == SPF_PTR;
	uses->exists += term->directive->mechanism == SPF_EXISTS;
}

/* While its includes are walked a node has no `leave`, so that it counts as open. */
static void walk(struct policy_report *r, unsigned node, unsigned *clock)
{
	const struct policy *p = r->policy;
	struct policy_sum *sum = &r->sums[node];
	struct policy_term term;
	r->order[r->n_order++] = (uint16_t)node;
	sum->enter = (uint16_t)++ * clock;
	sum->leave = UINT16_MAX;
	if (p->nodes[node].record) {
		r->uses.behind_all += p->nodes[node].record->n_behind_all;
		r->uses.macro_letters |= p->nodes[node].record->macro_letters;
	}
	for (unsigned i = 0; policy_term_at(p, node, i, &term); i++) {
		int next = policy_term_node(&term);
		note_term(&r->uses, &term);
		if (next >= 0) {
			struct policy_sum *to = &r->sums[next];
			const bool is_open = to->enter && to->leave == UINT16_MAX;
			to->is_included |= term.directive != NULL;
			to->closes_loop |= is_open;
			if (!to->enter) {
				to->from = (uint16_t)node;
				to->from_term = (uint16_t)i;
				walk(r, (unsigned)next, clock);
			}
			const unsigned below = is_open ? 0 : to->depth;
			sum->depth = below + 1 > sum->depth ? (uint16_t)(below + 1) : sum->depth;
		}
		const struct policy_cost cost = policy_term_cost(r, node, &term);
		sum->lookups = add(sum->lookups, cost.lookups);
		sum->voids_4 = add(sum->voids_4, cost.voids_4);
		sum->voids_6 = add(sum->voids_6, cost.voids_6);
	}
	sum->leave = (uint16_t)++ * clock;
}

/* ---- one term ---- */

enum which { LOOKUPS, VOIDS_4, VOIDS_6, MANY_MX };

static uint64_t count_of(const struct policy_cost *cost, enum which which)
{
	return which == LOOKUPS ? cost->lookups : which == VOIDS_4 ? cost->voids_4 : cost->voids_6;
}

static void put_term(struct textbuf *out, const struct policy_term *term)
{
	enum { SHOWN_BYTES = 1000 };
	const bool is_long = term->size > SHOWN_BYTES;
	if (out->size)
		textbuf_put(out, " > ", 3);
	textbuf_put_escaped(out, term->text, is_long ? SHOWN_BYTES : term->size);
	if (is_long)
		textbuf_put(out, "...", 3);
}

/* The term at which the count gets over *left, which counts down. Terms behind it on the way are
 * appended. False: it never does. */
static bool find_over(struct textbuf *out, const struct policy_report *r, unsigned node,
        enum which which, uint64_t *left)
{
	struct policy_term term;
	for (unsigned i = 0; policy_term_at(r->policy, node, i, &term); i++) {
		const struct policy_cost cost = policy_term_cost(r, node, &term);
		const uint64_t whole = count_of(&cost, which);
		if (whole <= *left) {
			*left -= whole;
			continue;
		}
		put_term(out, &term);
		int next = policy_term_node(&term);
		if (next < 0 || policy_closes_loop(r, node, &term))
			return true;
		const uint64_t own =
		        which == LOOKUPS ? 1 : is_void(policy_answer(r->policy, (unsigned)next));
		if (own > *left)
			return true;
		*left -= own;
		return find_over(out, r, (unsigned)next, which, left);
	}
	return false;
}

void policy_put_lookup_limit(struct textbuf *out, const struct policy_report *r, unsigned limit)
{
	uint64_t left = limit;
	if (r->lookups > left)
		find_over(out, r, 0, LOOKUPS, &left);
}

void policy_put_void_limit(struct textbuf *out, const struct policy_report *r, unsigned limit)
{
	uint64_t left = limit;
	if (r->void_lookups > left)
		find_over(out, r, 0, r->sums[0].voids_4 > limit ? VOIDS_4 : VOIDS_6, &left);
}

void policy_put_way(struct textbuf *out, const struct policy_report *r, unsigned node)
{
	struct policy_term term;
	if (!node)
		return;
	policy_put_way(out, r, r->sums[node].from);
	policy_term_at(r->policy, r->sums[node].from, r->sums[node].from_term, &term);
	put_term(out, &term);
}

void policy_put_mx_limit(struct textbuf *out, const struct policy_report *r)
{
	struct policy_term term;
	for (unsigned at = 0; at < r->n_order; at++)
		for (unsigned i = 0; policy_term_at(r->policy, r->order[at], i, &term); i++) {
			if (!policy_term_has_many_mx(r->policy, &term))
				continue;
			policy_put_way(out, r, r->order[at]);
			put_term(out, &term);
			return;
		}
}

int policy_last_node(const struct policy_report *r, struct textbuf *through)
{
	unsigned node = 0;
	for (unsigned steps = 0; r->n_order && steps <= r->n_order; steps++) {
		const struct policy_node *n = &r->policy->nodes[node];
		struct policy_term term;
		if (!n->links)
			return -1;
		if (!n->record->has_redirect)
			return (int)node;
		policy_term_at(r->policy, node, (unsigned)n->record->n_directives, &term);
		if (through)
			put_term(through, &term);
		int next = policy_term_node(&term);
		if (next < 0)
			return -1;
		node = (unsigned)next;
	}
	return -1; /* redirects in a circle */
}

/* ---- the domain's own answer ---- */

static enum policy_state state_of(const struct policy *p)
{
	if (!p->n_nodes)
		return POLICY_BAD_DOMAIN;
	const struct answer *answer = policy_answer(p, 0);
	const struct spf_record *record = p->nodes[0].record;
	if (!answer || !answer_is_definite(answer))
		return POLICY_TEMPERROR;
	if (!record)
		return POLICY_CUT;
	if (record->outcome == SPF_NONE)
		return answer_is_no_such_name(answer) ? POLICY_NXDOMAIN : POLICY_NONE;
	return record->problem == SPF_PROBLEM_MULTIPLE_RECORDS ? POLICY_MULTIPLE
	        : record->problem == SPF_PROBLEM_SYNTAX        ? POLICY_SYNTAX
	        : record->problem == SPF_PROBLEM_NOT_ASCII     ? POLICY_NOT_ASCII
	                                                       : POLICY_OK;
}

static bool is_sender_id(const char *text, size_t size)
{
	static const char version[] = "spf2.0/";
	return size >= sizeof version - 1 && !strncasecmp(text, version, sizeof version - 1);
}

/* The size of the DNS response that has the TXT records: a header, the question, and for each
 * record a compressed name, ten octets, and its character-strings. */
static void look_at_answer(struct policy_report *r, const struct answer *answer)
{
	enum { HEADER = 12, QUESTION = 4, RECORD = 2 + 10 };
	size_t bytes = HEADER + answer_qname_size(answer) + QUESTION;
	for (unsigned i = 0; i < answer->n_records; i++) {
		const char *text = (const char *)answer_rdata(answer, i);
		const size_t size = answer->records[i].rdata_size;
		const unsigned told = answer->records[i].preference,
		               n_strings = told ? told : (unsigned)(size + 254) / 255;
		bytes += RECORD + size + n_strings;
		r->uses.sender_id |= is_sender_id(text, size);
		if (!spf_record_has_version(text, size))
			continue;
		if (!r->n_records++)
			r->n_strings = n_strings;
	}
	r->response_bytes = (unsigned)bytes;
}

static uint32_t min_ttl_of(const struct policy *p)
{
	uint32_t least = UINT32_MAX;
	for (unsigned i = 0; i < p->n_questions; i++) {
		const struct answer *answer = p->questions[i].answer;
		if (answer && answer_is_definite(answer) && p->questions[i].type != RRTYPE_NS &&
		        answer->ttl_s < least)
			least = answer->ttl_s;
	}
	return least;
}

/* ---- all of it ---- */

static void sum_up(struct policy_report *r)
{
	unsigned clock = 0;
	walk(r, 0, &clock);
	const struct policy_sum *sum = &r->sums[0];
	r->lookups = sum->lookups;
	r->void_lookups = sum->voids_4 > sum->voids_6 ? sum->voids_4 : sum->voids_6;
	for (unsigned i = 0; i < r->policy->n_nodes; i++)
		r->n_included += r->sums[i].is_included;
}

void policy_report_make(
        struct policy_report *r, struct policy *policy, const struct spf_limits *limits)
{
	*r = (struct policy_report){ .policy = policy,
		.authority = r->authority,
		.state = state_of(policy),
		.min_ttl_s = min_ttl_of(policy) };
	if (!policy->n_nodes)
		return;
	const struct answer *answer = policy_answer(policy, 0);
	if (answer && answer_is_definite(answer))
		look_at_answer(r, answer);
	r->sums = arena_alloc(&policy->memory, policy->n_nodes * sizeof *r->sums);
	r->order = arena_alloc(&policy->memory, policy->n_nodes * sizeof *r->order);
	r->failed = policy->failed || !r->sums || !r->order;
	if (r->failed)
		return;
	memset(r->sums, 0, policy->n_nodes * sizeof *r->sums);
	sum_up(r);
	authority_make(&r->authority, policy, limits);
	r->failed = r->authority.failed;
}

void policy_report_reset(struct policy_report *r)
{
	authority_reset(&r->authority);
	r->policy = NULL;
	r->n_order = 0;
}

void policy_report_fini(struct policy_report *r)
{
	authority_fini(&r->authority);
	*r = (struct policy_report){ .policy = NULL };
}

const char *policy_state_text(enum policy_state state)
{
	static const char *const texts[POLICY_STATE_COUNT] = { "ok", "none", "nxdomain", "multiple",
		"syntax", "not_ascii", "bad_domain", "temperror", "too_long" };
	return texts[state];
}
