/* treeview.c - one line for each term, below the record that has it. */
#include "cli/treeview.h"

#include "checks/specialnet.h"

#include <string.h>

/* A hostile tree may have thousands of lines. */
enum { LINES_MAX = 1000 };

struct view {
	struct textbuf *out;
	const struct policy_report *r;
	const struct spf_limits *limits;
	unsigned n_lines;
	uint64_t lookups; /* of the terms so far, as the walk goes */
};

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* The path of a term behind `above`; 0: nothing was decided there. */
static uint32_t path_of(const struct authority *a, uint32_t above, const char *term)
{
	for (uint32_t i = 1; i < a->n_paths; i++)
		if (a->paths[i].above == above && a->paths[i].term == term)
			return i;
	return 0;
}

static bool is_within(const struct authority *a, uint32_t path, uint32_t above)
{
	while (path && path != above)
		path = a->paths[path].above;
	return path == above;
}

/* What has pass through a path: addresses of IPv4, networks of 64 bits of IPv6. */
static addrset_number gives(
        const struct authority *a, const struct authority_family *family, uint32_t path)
{
	const unsigned shift = family->width == 32 ? 0 : 64;
	addrset_number n = 0, next = 0;
	for (size_t i = 0; i < family->n; i++) {
		const struct authority_piece *piece = &family->at[i];
		if (piece->verdict != SPF_PASS || !is_within(a, piece->path, path))
			continue;
		addrset_number first = piece->range.first >> shift,
		               last = piece->range.last >> shift;
		first = first < next ? next : first;
		n += first > last ? 0 : last - first + 1;
		next = last + 1;
	}
	return n;
}

/* The families are evaluated one after the other: a term has a path for each. */
static void put_gives(struct view *v, uint32_t above_4, uint32_t above_6, const char *term,
        uint32_t *path_4, uint32_t *path_6)
{
	const struct authority *a = &v->r->authority;
	*path_4 = path_of(a, above_4, term);
	*path_6 = 0;
	for (uint32_t i = *path_4 + 1; i < a->n_paths && above_6 != UINT32_MAX; i++)
		if (a->paths[i].above == above_6 && a->paths[i].term == term)
			*path_6 = i;
	const uint32_t paths[] = { *path_4, *path_6 };
	addrset_number v4 = 0, v6 = 0;
	for (unsigned i = 0; i < 2; i++) {
		if (!paths[i] || (i && paths[1] == paths[0]))
			continue;
		v4 += gives(a, &a->v4, paths[i]);
		v6 += gives(a, &a->v6, paths[i]);
	}
	if (v4) {
		textbuf_put_text(v->out, ", passes ");
		addrset_put_number(v->out, v4);
		textbuf_put_text(v->out, " IPv4");
	}
	if (v6) {
		textbuf_put_text(v->out, v4 ? " and " : ", passes ");
		addrset_put_number(v->out, v6);
		textbuf_put_text(v->out, " IPv6 /64");
	}
}

static void put_fault(struct view *v, const char *fault)
{
	textbuf_put_text(v->out, "  ! ");
	textbuf_put_text(v->out, fault);
}

static void put_faults_of_networks(struct view *v, const struct policy_term *term)
{
	struct ipaddr ip;
	unsigned bits;
	bool broad = false, special = false;
	for (unsigned i = 0; policy_term_network(v->r->policy, term, i, &ip, &bits); i++) {
		broad |= policy_network_is_broad(bits);
		special |= specialnet_holds(&ip, bits);
	}
	if (broad)
		put_fault(v, "broad_network");
	if (special)
		put_fault(v, "private_network");
}

/* What a term is wrong in by itself. */
static void put_faults(struct view *v, unsigned node, const struct policy_term *term)
{
	const struct policy *p = v->r->policy;
	const bool leads = !term->directive || term->directive->mechanism == SPF_INCLUDE;
	if (term->link == POLICY_LINK_DEPENDS)
		textbuf_put_text(v->out, "  (depends on the client or the sender)");
	if (term->link == POLICY_LINK_PTR)
		put_fault(v, "ptr_used");
	if (term->link == POLICY_LINK_BAD && leads)
		put_fault(v, "bad_target");
	if (term->link == POLICY_LINK_CUT)
		put_fault(v, "tree_cut");
	if (policy_closes_loop(v->r, node, term))
		put_fault(v, "loop");
	if (policy_term_has_many_mx(p, term))
		put_fault(v, "mx_limit");
	if (term->directive)
		put_faults_of_networks(v, term);
	if (term->looks_up && v->lookups == v->limits->lookup_terms + 1)
		put_fault(v, "lookup_limit");
}

/* The answer that decides whether the term finds something. */
static void put_answer(struct view *v, const struct policy_term *term)
{
	const struct policy *p = v->r->policy;
	struct dname name, owner;
	if (term->link >= POLICY_LINK_FIRST)
		return;
	int node = policy_term_node(term);
	const struct question *q =
	        &p->questions.at[node >= 0 ? p->nodes[node].question : term->link];
	name.size = q->size;
	memcpy(name.wire, q->name, q->size);
	if (q->answer && !answer_is_definite(q->answer))
		textbuf_printf(v->out, "  ! %s",
		        answer_status_text((enum answer_status)q->answer->status));
	else if (q->answer && answer_is_void(q->answer))
		textbuf_printf(v->out, "  (%s)",
		        answer_status_text((enum answer_status)q->answer->status));
	if (policy_is_unowned(p, &name, &owner)) {
		put_fault(v, "unowned_domain ");
		dname_print(v->out, &owner);
	}
}

static void put_indent(struct view *v, unsigned depth)
{
	textbuf_printf(v->out, "%*s", 2 + 2 * (int)depth, "");
}

static void put_record(struct view *v, unsigned node, unsigned depth)
{
	const struct policy *p = v->r->policy;
	const struct spf_record *r = p->nodes[node].record;
	struct dname name;
	policy_name(p, node, &name);
	put_indent(v, depth);
	textbuf_put_text(v->out, "record of ");
	dname_print(v->out, &name);
	if (!r)
		textbuf_put_text(v->out, ": not known");
	else if (r->outcome == SPF_NONE)
		put_fault(v, depth ? "no record" : "no_spf");
	else if (r->problem == SPF_PROBLEM_MULTIPLE_RECORDS)
		put_fault(v, "multiple_records");
	else if (r->problem)
		textbuf_printf(v->out, "  ! %s at octet %zu", spf_problem_text(r->problem),
		        r->error_at + 1);
	if (r && r->n_behind_all)
		textbuf_printf(v->out, "  ! behind_all: %u term%s", r->n_behind_all,
		        plural(r->n_behind_all));
	if (r && r->redirect_ignored)
		put_fault(v, "redirect_ignored");
	textbuf_put_char(v->out, '\n');
	v->n_lines++;
}

/* Of a term behind `above`, the paths of both families. */
struct paths {
	uint32_t v4, v6;
};

static void put_node(struct view *v, unsigned node, unsigned depth, struct paths above);

static void put_term(struct view *v, unsigned node, const struct policy_term *term, unsigned depth,
        struct paths above)
{
	struct paths paths;
	const struct policy_cost cost = policy_term_cost(v->r, node, term);
	const uint64_t voids = cost.voids_4 > cost.voids_6 ? cost.voids_4 : cost.voids_6;
	v->lookups += term->looks_up;
	put_indent(v, depth + 1);
	textbuf_put_escaped(v->out, term->text, term->size < 200 ? term->size : 200);
	if (cost.lookups)
		textbuf_printf(v->out, "  [%llu term%s", (unsigned long long)cost.lookups,
		        plural(cost.lookups));
	if (cost.lookups && voids)
		textbuf_printf(v->out, ", %llu void", (unsigned long long)voids);
	if (cost.lookups)
		textbuf_put_char(v->out, ']');
	put_gives(v, above.v4, above.v6, term->text, &paths.v4, &paths.v6);
	put_answer(v, term);
	put_faults(v, node, term);
	textbuf_put_char(v->out, '\n');
	v->n_lines++;
	int next = policy_term_node(term);
	if (next >= 0 && !policy_closes_loop(v->r, node, term))
		put_node(v, (unsigned)next, depth + 2,
		        (struct paths){ paths.v4 ? paths.v4 : UINT32_MAX,
		                paths.v6 ? paths.v6 : UINT32_MAX });
}

static void put_node(struct view *v, unsigned node, unsigned depth, struct paths above)
{
	struct policy_term term;
	put_record(v, node, depth);
	for (unsigned i = 0; policy_term_at(v->r->policy, node, i, &term); i++) {
		if (v->n_lines == LINES_MAX) {
			textbuf_put_text(v->out, "  ... and more\n");
			v->n_lines++;
		}
		if (v->n_lines > LINES_MAX)
			return;
		put_term(v, node, &term, depth, above);
	}
}

static void put_sum(struct view *v)
{
	const struct policy_report *r = v->r;
	const struct authority *a = &r->authority;
	struct textbuf at = { 0 };
	textbuf_printf(v->out, "policy: %llu look-up term%s of %u, %llu void look-ups of ",
	        (unsigned long long)r->lookups, plural(r->lookups), v->limits->lookup_terms,
	        (unsigned long long)(r->voids_4 > r->voids_6 ? r->voids_4 : r->voids_6));
	if (v->limits->void_lookups == SPF_NO_LIMIT)
		textbuf_put_text(v->out, "any number");
	else
		textbuf_put_u64(v->out, v->limits->void_lookups);
	textbuf_put_text(v->out, ", passes ");
	addrset_put_number(v->out, authority_count(a, &a->v4, AUTHORITY_MECHANISMS));
	textbuf_put_text(v->out, " IPv4 and ");
	addrset_put_number(v->out, authority_count(a, &a->v6, AUTHORITY_MECHANISMS));
	textbuf_put_text(v->out, " IPv6 /64\n");
	policy_put_lookup_limit(&at, r, v->limits->lookup_terms);
	if (at.size)
		textbuf_printf(v->out, "  the limit of terms breaks at %s\n", textbuf_text(&at));
	textbuf_reset(&at);
	policy_put_void_limit(&at, r, v->limits->void_lookups);
	if (at.size)
		textbuf_printf(
		        v->out, "  the limit of void look-ups breaks at %s\n", textbuf_text(&at));
	textbuf_fini(&at);
}

void treeview_put(
        struct textbuf *out, const struct policy_report *report, const struct spf_limits *limits)
{
	struct view v = { .out = out, .r = report, .limits = limits };
	if (!report->n_order)
		return;
	textbuf_put_text(out, "Policy, for any client\n");
	put_node(&v, 0, 0, (struct paths){ 0, 0 });
	if (report->state == POLICY_OK)
		put_sum(&v);
}
