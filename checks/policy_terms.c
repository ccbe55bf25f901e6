/* policy_terms.c - the terms of a tree one by one: what each costs and gives, and where a limit
 * breaks. */

#include "checks/policy_report.h"

#include <string.h>

static const struct answer *answer_at(const struct policy *p, uint16_t link)
{
	return link < POLICY_LINK_FIRST ? p->questions.at[link].answer : NULL;
}

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
	const struct answer *mx = is_mx ? answer_at(p, term->link) : NULL;
	return mx && mx->n_records > p->mx_names;
}

static unsigned void_hosts(const struct policy *p, const struct answer *mx, enum rrtype type)
{
	unsigned n = 0;
	for (unsigned i = 0; mx->n_records <= p->mx_names && i < mx->n_records; i++) {
		struct dname host;
		answer_target(mx, i, &host);
		n += is_void(questions_answer(&p->questions, host.wire, host.size, type));
	}
	return n;
}

/* Of a term that leads to no node. */
static void add_voids(
        const struct policy *p, const struct policy_term *term, struct policy_cost *cost)
{
	const struct answer *answer = answer_at(p, term->link);
	if (!answer)
		return;
	cost->voids_4 += is_void(answer);
	if (term->directive->mechanism == SPF_A) {
		const struct question *q = &p->questions.at[term->link];
		cost->voids_6 +=
		        is_void(questions_answer(&p->questions, q->name, q->size, RRTYPE_AAAA));
		return;
	}
	cost->voids_6 += is_void(answer);
	if (term->directive->mechanism == SPF_MX && answer->n_records) {
		cost->voids_4 += void_hosts(p, answer, RRTYPE_A);
		cost->voids_6 += void_hosts(p, answer, RRTYPE_AAAA);
	}
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
	cost->lookups = policy_add(cost->lookups, sum->lookups);
	cost->voids_4 = policy_add(cost->voids_4, sum->voids_4);
	cost->voids_6 = policy_add(cost->voids_6, sum->voids_6);
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

/* ---- networks ---- */

static bool address_at(const struct answer *a, unsigned *i, struct ipaddr *ip)
{
	if (!a || *i >= a->n_records) {
		*i -= a ? a->n_records : 0;
		return false;
	}
	*ip = answer_address(a, *i);
	return true;
}

/* Of a host, of both families. */
static bool host_address_at(
        const struct policy *p, const uint8_t *name, size_t size, unsigned *i, struct ipaddr *ip)
{
	const struct questions *q = &p->questions;
	return address_at(questions_answer(q, name, size, RRTYPE_A), i, ip) ||
	        address_at(questions_answer(q, name, size, RRTYPE_AAAA), i, ip);
}

static bool mx_address_at(
        const struct policy *p, const struct answer *mx, unsigned i, struct ipaddr *ip)
{
	for (unsigned k = 0; mx->n_records <= p->mx_names && k < mx->n_records; k++) {
		struct dname host;
		answer_target(mx, k, &host);
		if (host_address_at(p, host.wire, host.size, &i, ip))
			return true;
	}
	return false;
}

bool policy_term_network(const struct policy *p, const struct policy_term *term, unsigned i,
        struct ipaddr *ip, unsigned *bits)
{
	const struct spf_directive *d = term->directive;
	if (!d || d->on_match != SPF_PASS)
		return false;
	if (d->mechanism == SPF_IP4 || d->mechanism == SPF_IP6) {
		*ip = d->network;
		*bits = d->mechanism == SPF_IP4 ? d->prefix_4 : d->prefix_6;
		return i == 0;
	}
	const struct answer *answer = answer_at(p, term->link);
	if (!answer || (d->mechanism != SPF_A && d->mechanism != SPF_MX))
		return false;
	const struct question *q = &p->questions.at[term->link];
	if (d->mechanism == SPF_A ? !host_address_at(p, q->name, q->size, &i, ip)
	                          : !mx_address_at(p, answer, i, ip))
		return false;
	*bits = ip->family == IPFAMILY_6 ? d->prefix_6 : d->prefix_4;
	return true;
}

/* ---- names that nobody owns ---- */

static bool next_gone(const struct policy_report *r, unsigned *i, struct dname *owner)
{
	const struct questions *q = &r->policy->questions;
	for (; *i < q->n; ++*i) {
		const struct question *at = &q->at[*i];
		struct dname name;
		if (at->type == RRTYPE_NS || !at->answer || !answer_is_no_such_name(at->answer))
			continue;
		name.size = at->size;
		memcpy(name.wire, at->name, at->size);
		if (policy_is_unowned(r->policy, &name, owner))
			return true;
	}
	return false;
}

bool policy_next_unowned(const struct policy_report *r, unsigned *i, struct dname *owner)
{
	for (; next_gone(r, i, owner); ++*i) {
		struct dname before;
		unsigned k = 0;
		while (next_gone(r, &k, &before) && k < *i && !dname_equal(&before, owner))
			k++;
		if (k == *i) {
			++*i;
			return true;
		}
	}
	return false;
}

/* ---- one term ---- */

enum which { LOOKUPS, VOIDS_4, VOIDS_6, MANY_MX };

static uint64_t count_of(const struct policy_cost *cost, enum which which)
{
	return which == LOOKUPS ? cost->lookups : which == VOIDS_4 ? cost->voids_4 : cost->voids_6;
}

void policy_put_term(struct textbuf *out, const struct policy_term *term)
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
		policy_put_term(out, &term);
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
	if (r->voids_4 > left)
		find_over(out, r, 0, VOIDS_4, &left);
	else if (r->voids_6 > left)
		find_over(out, r, 0, VOIDS_6, &left);
}

void policy_put_way(struct textbuf *out, const struct policy_report *r, unsigned node)
{
	struct policy_term term;
	if (!node)
		return;
	policy_put_way(out, r, r->sums[node].from);
	policy_term_at(r->policy, r->sums[node].from, r->sums[node].from_term, &term);
	policy_put_term(out, &term);
}

void policy_put_mx_limit(struct textbuf *out, const struct policy_report *r)
{
	struct policy_term term;
	for (unsigned at = 0; at < r->n_order; at++)
		for (unsigned i = 0; policy_term_at(r->policy, r->order[at], i, &term); i++) {
			if (!policy_term_has_many_mx(r->policy, &term))
				continue;
			policy_put_way(out, r, r->order[at]);
			policy_put_term(out, &term);
			return;
		}
}
