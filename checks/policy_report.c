/* policy_report.c - one walk over the tree for its sums; and the walks that find one term. */
#include "checks/policy_report.h"

#include "checks/specialnet.h"

#include <string.h>
#include <strings.h>

/* ---- the walk ---- */

static void note_record(struct policy_uses *uses, const struct spf_record *record)
{
	uses->behind_all += record->n_behind_all;
	uses->macro_letters |= record->macro_letters;
	uses->modifiers |= record->modifiers != NULL;
	uses->redirect_ignored |= record->redirect_ignored;
}

static void note_networks(
        struct policy_uses *uses, const struct policy *p, const struct policy_term *term)
{
	struct ipaddr ip;
	unsigned bits;
	for (unsigned i = 0; policy_term_network(p, term, i, &ip, &bits); i++) {
		uses->broad |= policy_network_is_broad(bits);
		uses->special |= specialnet_holds(&ip, bits);
	}
}

static void note_term(
        struct policy_uses *uses, const struct policy *p, const struct policy_term *term)
{
	const bool is_directive = term->directive != NULL;
	const unsigned mechanism = is_directive ? term->directive->mechanism : SPF_INCLUDE;
	uses->depends += term->link == POLICY_LINK_DEPENDS || term->link == POLICY_LINK_PTR;
	uses->bad_target |= mechanism == SPF_INCLUDE && term->link == POLICY_LINK_BAD;
	uses->ptr += mechanism == SPF_PTR;
	uses->exists += mechanism == SPF_EXISTS;
	uses->many_mx |= policy_term_has_many_mx(p, term);
	if (is_directive)
		note_networks(uses, p, term);
}

/* The record that an include or a redirect leads to. */
static void note_target(
        struct policy_uses *uses, const struct policy_node *n, const struct policy_sum *sum)
{
	const bool has_none = n->record && n->record->outcome == SPF_NONE;
	uses->include_none |= has_none && sum->is_included;
	uses->redirect_none |= has_none && sum->is_redirected;
	uses->include_broken |= n->record && n->record->outcome == SPF_PERMERROR;
	uses->loop |= sum->closes_loop;
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
	if (p->nodes[node].record)
		note_record(&r->uses, p->nodes[node].record);
	for (unsigned i = 0; policy_term_at(p, node, i, &term); i++) {
		int next = policy_term_node(&term);
		note_term(&r->uses, p, &term);
		if (next >= 0) {
			struct policy_sum *to = &r->sums[next];
			const bool is_open = to->enter && to->leave == UINT16_MAX;
			to->is_included |= term.directive != NULL;
			to->is_redirected |= !term.directive;
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
		sum->lookups = policy_add(sum->lookups, cost.lookups);
		sum->voids_4 = policy_add(sum->voids_4, cost.voids_4);
		sum->voids_6 = policy_add(sum->voids_6, cost.voids_6);
	}
	sum->leave = (uint16_t)++ * clock;
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
			policy_put_term(through, &term);
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
	for (unsigned i = 0; i < p->questions.n; i++) {
		const struct answer *answer = p->questions.at[i].answer;
		if (answer && answer_is_definite(answer) && p->questions.at[i].type != RRTYPE_NS &&
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
	r->voids_4 = sum->voids_4;
	r->voids_6 = sum->voids_6;
	for (unsigned i = 0; i < r->policy->n_nodes; i++) {
		r->n_included += r->sums[i].is_included;
		if (r->sums[i].is_included || r->sums[i].is_redirected)
			note_target(&r->uses, &r->policy->nodes[i], &r->sums[i]);
	}
	unsigned question = 0;
	struct dname owner;
	r->uses.unowned = policy_next_unowned(r, &question, &owner);
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
	r->sums = arena_alloc(&policy->questions.memory, policy->n_nodes * sizeof *r->sums);
	r->order = arena_alloc(&policy->questions.memory, policy->n_nodes * sizeof *r->order);
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
