/* audit_columns.c - one table row for each output column of an audit. Lists have ';' between their
 * elements; what is not known, or does not apply, is empty. */
#include "checks/specialnet.h"
#include "results/audit_hosts.h"
#include "results/columns.h"

#include <string.h>

static const struct policy_report *sound(const struct outcome *o)
{
	return o->policy && o->policy->state == POLICY_OK ? o->policy : NULL;
}

/* There is a record, sound or not. */
static const struct policy_report *found(const struct outcome *o)
{
	return o->policy && o->policy->n_records && o->policy->state != POLICY_CUT ? o->policy
	                                                                           : NULL;
}

static const struct spf_record *own_record(const struct outcome *o)
{
	return o->policy->policy->nodes[0].record;
}

/* ---- the record ---- */

static void put_record_state(struct textbuf *out, const struct outcome *o)
{
	if (o->policy)
		textbuf_put_text(out, policy_state_text(o->policy->state));
}

static void put_record_count(struct textbuf *out, const struct outcome *o)
{
	const enum policy_state state = o->policy ? o->policy->state : POLICY_TEMPERROR;
	if (state != POLICY_TEMPERROR && state != POLICY_BAD_DOMAIN)
		textbuf_put_u64(out, o->policy->n_records);
}

static void put_record_bytes(struct textbuf *out, const struct outcome *o)
{
	if (found(o))
		textbuf_put_u64(out, own_record(o)->text_size);
}

static void put_record_strings(struct textbuf *out, const struct outcome *o)
{
	if (found(o))
		textbuf_put_u64(out, o->policy->n_strings);
}

static void put_response_bytes(struct textbuf *out, const struct outcome *o)
{
	if (found(o))
		textbuf_put_u64(out, o->policy->response_bytes);
}

/* 512 octets without EDNS (RFC 1035 section 2.3.4), 1232 with what resolvers ask for. */
static void put_fits_udp(struct textbuf *out, const struct outcome *o)
{
	if (found(o))
		textbuf_put_text(out,
		        o->policy->response_bytes <= 512            ? "yes"
		                : o->policy->response_bytes <= 1232 ? "edns"
		                                                    : "no");
}

/* ---- the first error of syntax ---- */

static int first_error(const struct outcome *o)
{
	for (unsigned i = 0; o->policy && i < o->policy->n_order; i++) {
		const struct spf_record *r = o->policy->policy->nodes[o->policy->order[i]].record;
		if (r && (r->problem == SPF_PROBLEM_SYNTAX || r->problem == SPF_PROBLEM_NOT_ASCII))
			return o->policy->order[i];
	}
	return -1;
}

static void put_node(struct textbuf *out, const struct outcome *o, unsigned node)
{
	struct dname name;
	policy_name(o->policy->policy, node, &name);
	dname_print(out, &name);
}

static void put_error_domain(struct textbuf *out, const struct outcome *o)
{
	int node = first_error(o);
	if (node >= 0)
		put_node(out, o, (unsigned)node);
}

static void put_error_at(struct textbuf *out, const struct outcome *o)
{
	int node = first_error(o);
	if (node >= 0)
		textbuf_put_u64(out, o->policy->policy->nodes[node].record->error_at + 1);
}

/* Between the blanks around the octet. */
static void put_error_term(struct textbuf *out, const struct outcome *o)
{
	enum { SHOWN_BYTES = 1000 };
	int node = first_error(o);
	if (node < 0)
		return;
	const struct spf_record *r = o->policy->policy->nodes[node].record;
	size_t begin = r->error_at, end = r->error_at;
	while (begin > 0 && r->text[begin - 1] != ' ')
		begin--;
	while (end < r->text_size && r->text[end] != ' ')
		end++;
	textbuf_put_escaped(
	        out, r->text + begin, end - begin < SHOWN_BYTES ? end - begin : SHOWN_BYTES);
}

/* ---- the tree ---- */

static void put_lookups(struct textbuf *out, const struct outcome *o)
{
	if (sound(o))
		textbuf_put_u64(out, o->policy->lookups);
}

static void put_void_lookups(struct textbuf *out, const struct outcome *o)
{
	if (sound(o))
		textbuf_put_u64(out, o->policy->voids_4);
}

static void put_void_lookups_v6(struct textbuf *out, const struct outcome *o)
{
	if (sound(o))
		textbuf_put_u64(out, o->policy->voids_6);
}

static void put_lookup_limit_at(struct textbuf *out, const struct outcome *o)
{
	if (sound(o))
		policy_put_lookup_limit(out, o->policy, o->limits->lookup_terms);
}

static void put_void_limit_at(struct textbuf *out, const struct outcome *o)
{
	if (sound(o))
		policy_put_void_limit(out, o->policy, o->limits->void_lookups);
}

static void put_mx_limit_at(struct textbuf *out, const struct outcome *o)
{
	if (sound(o))
		policy_put_mx_limit(out, o->policy);
}

static void put_depth(struct textbuf *out, const struct outcome *o)
{
	if (sound(o))
		textbuf_put_u64(out, o->policy->sums[0].depth);
}

static void put_include_count(struct textbuf *out, const struct outcome *o)
{
	if (sound(o))
		textbuf_put_u64(out, o->policy->n_included);
}

/* The names of the nodes for which it holds, as the walk came to them. */
static void put_nodes(struct textbuf *out, const struct outcome *o,
        bool (*holds)(const struct policy_report *r, unsigned node))
{
	const size_t begin = out->size;
	for (unsigned i = 0; sound(o) && i < o->policy->n_order; i++) {
		if (!holds(o->policy, o->policy->order[i]))
			continue;
		audit_put_separator(out, begin);
		put_node(out, o, o->policy->order[i]);
	}
}

static bool is_included(const struct policy_report *r, unsigned node)
{
	return r->sums[node].is_included;
}

static bool closes_loop(const struct policy_report *r, unsigned node)
{
	return r->sums[node].closes_loop;
}

static bool has_no_record(const struct policy_report *r, unsigned node)
{
	const struct spf_record *record = r->policy->nodes[node].record;
	return (r->sums[node].is_included || r->sums[node].is_redirected) && record &&
	        record->outcome == SPF_NONE;
}

static void put_includes(struct textbuf *out, const struct outcome *o)
{
	put_nodes(out, o, is_included);
}

static void put_loops(struct textbuf *out, const struct outcome *o)
{
	put_nodes(out, o, closes_loop);
}

static void put_without_record(struct textbuf *out, const struct outcome *o)
{
	put_nodes(out, o, has_no_record);
}

/* The name, or as published what the client or the sender decides. */
static void put_redirect(struct textbuf *out, const struct outcome *o)
{
	struct policy_term term;
	if (!sound(o) || !own_record(o)->has_redirect)
		return;
	policy_term_at(o->policy->policy, 0, (unsigned)own_record(o)->n_directives, &term);
	int node = policy_term_node(&term);
	const size_t head = strlen("redirect=");
	if (node >= 0)
		put_node(out, o, (unsigned)node);
	else
		textbuf_put_escaped(out, term.text + head, term.size - head);
}

static void put_unowned(struct textbuf *out, const struct outcome *o)
{
	const size_t begin = out->size;
	struct dname owner;
	unsigned i = 0;
	while (sound(o) && policy_next_unowned(o->policy, &i, &owner)) {
		audit_put_separator(out, begin);
		dname_print(out, &owner);
	}
}

static void put_all(struct textbuf *out, const struct outcome *o)
{
	int node = sound(o) ? policy_last_node(o->policy, NULL) : -1;
	if (node < 0)
		return;
	const struct spf_record *r = o->policy->policy->nodes[node].record;
	if (!r->has_all) {
		textbuf_put_text(out, "default");
		return;
	}
	static const char qualifiers[SPF_VERDICT_COUNT] = {
		[SPF_PASS] = '+', [SPF_FAIL] = '-', [SPF_SOFTFAIL] = '~', [SPF_NEUTRAL] = '?'
	};
	textbuf_put_char(out, qualifiers[r->directives[r->n_directives - 1].on_match]);
	textbuf_put_text(out, "all");
}

static void put_all_through(struct textbuf *out, const struct outcome *o)
{
	if (sound(o))
		policy_last_node(o->policy, out);
}

/* ---- what it authorises ---- */

static void put_pass(struct textbuf *out, const struct outcome *o, bool is_6, int first, int last)
{
	const struct authority *a = &o->policy->authority;
	addrset_number n = 0;
	for (int mechanism = first; mechanism <= last; mechanism++)
		n += authority_count(a, is_6 ? &a->v6 : &a->v4, (unsigned)mechanism);
	addrset_put_number(out, n);
}

#define PASS(name, is_6, first, last)                                                              \
	static void put_##name(struct textbuf *out, const struct outcome *o)                       \
	{                                                                                          \
		if (found(o))                                                                      \
			put_pass(out, o, is_6, first, last);                                       \
	}
PASS(pass_v4, false, AUTHORITY_MECHANISMS, AUTHORITY_MECHANISMS)
PASS(pass_v4_ip, false, SPF_IP4, SPF_IP6)
PASS(pass_v4_a, false, SPF_A, SPF_A)
PASS(pass_v4_mx, false, SPF_MX, SPF_MX)
PASS(pass_v4_include, false, SPF_INCLUDE, SPF_INCLUDE)
PASS(pass_v6, true, AUTHORITY_MECHANISMS, AUTHORITY_MECHANISMS)
PASS(pass_v6_ip, true, SPF_IP6, SPF_IP6)
PASS(pass_v6_a, true, SPF_A, SPF_A)
PASS(pass_v6_mx, true, SPF_MX, SPF_MX)
PASS(pass_v6_include, true, SPF_INCLUDE, SPF_INCLUDE)

/* Of every record of the tree, as often as a term has them. A hostile tree may have many. */
static void put_networks(struct textbuf *out, const struct outcome *o,
        bool (*holds)(const struct ipaddr *ip, unsigned bits))
{
	enum { LISTED_MAX = 100 };
	const size_t begin = out->size;
	unsigned n = 0, bits;
	struct policy_term term;
	struct ipaddr ip;
	for (unsigned at = 0; sound(o) && at < o->policy->n_order; at++) {
		const struct policy *p = o->policy->policy;
		for (unsigned i = 0; policy_term_at(p, o->policy->order[at], i, &term); i++)
			for (unsigned k = 0; policy_term_network(p, &term, k, &ip, &bits); k++) {
				char text[NET_TEXT_BYTES];
				if (!holds(&ip, bits) || n == LISTED_MAX)
					continue;
				n++;
				audit_put_separator(out, begin);
				const struct addrset_range r = addrset_range_of(&ip, bits);
				const struct net net =
				        addrset_net(r.first, bits, ipaddr_width(&ip));
				textbuf_put_text(out, net_text(&net, text));
			}
	}
}

static bool is_broad(const struct ipaddr *ip, unsigned bits)
{
	(void)ip;
	return policy_network_is_broad(bits);
}

static void put_broad_networks(struct textbuf *out, const struct outcome *o)
{
	if (sound(o) && o->policy->uses.broad)
		put_networks(out, o, is_broad);
}

static void put_private_networks(struct textbuf *out, const struct outcome *o)
{
	if (sound(o) && o->policy->uses.special)
		put_networks(out, o, specialnet_holds);
}

/* ---- what it uses ---- */

static void put_ptr_terms(struct textbuf *out, const struct outcome *o)
{
	if (sound(o))
		textbuf_put_u64(out, o->policy->uses.ptr);
}

static void put_exists_terms(struct textbuf *out, const struct outcome *o)
{
	if (sound(o))
		textbuf_put_u64(out, o->policy->uses.exists);
}

static void put_dependent_terms(struct textbuf *out, const struct outcome *o)
{
	if (sound(o))
		textbuf_put_u64(out, o->policy->uses.depends);
}

static void put_macros(struct textbuf *out, const struct outcome *o)
{
	for (char letter = 'a'; sound(o) && letter <= 'z'; letter++)
		if (o->policy->uses.macro_letters >> (letter - 'a') & 1)
			textbuf_put_char(out, letter);
}

/* As published, of the domain's own record: that of an include is not used (section 6.2). */
static void put_exp(struct textbuf *out, const struct outcome *o)
{
	if (!sound(o) || !own_record(o)->has_exp)
		return;
	const struct spf_record *r = own_record(o);
	textbuf_put_escaped(out, r->exp_text, r->exp_text_size);
}

static void put_unknown_modifiers(struct textbuf *out, const struct outcome *o)
{
	const size_t begin = out->size;
	for (unsigned i = 0; sound(o) && i < o->policy->n_order; i++) {
		const struct spf_record *r = o->policy->policy->nodes[o->policy->order[i]].record;
		for (const struct spf_modifier *m = r ? r->modifiers : NULL; m; m = m->next) {
			audit_put_separator(out, begin);
			textbuf_put_escaped(out, m->name, m->name_size);
		}
	}
}

static void put_deprecated(struct textbuf *out, const struct outcome *o)
{
	const size_t begin = out->size;
	if (sound(o) && o->policy->uses.ptr)
		textbuf_put_text(out, "ptr");
	if (sound(o) && o->policy->uses.macro_letters >> ('p' - 'a') & 1) {
		audit_put_separator(out, begin);
		textbuf_put_text(out, "macro_p");
	}
	if (o->policy && o->policy->uses.sender_id) {
		audit_put_separator(out, begin);
		textbuf_put_text(out, "sender_id");
	}
}

static void put_min_ttl(struct textbuf *out, const struct outcome *o)
{
	if (o->policy && o->policy->min_ttl_s != UINT32_MAX)
		textbuf_put_u64(out, o->policy->min_ttl_s);
}

static void put_bounds(struct textbuf *out, const struct outcome *o)
{
	static const char *const words[] = { "questions", "depth", "octets" };
	const size_t begin = out->size;
	for (unsigned i = 0; o->policy && i < sizeof words / sizeof *words; i++) {
		if (!(o->policy->policy->bounds >> i & 1))
			continue;
		audit_put_separator(out, begin);
		textbuf_put_text(out, words[i]);
	}
}

/* ---- the table ---- */

/* The version whose outputs have it. */
enum { SINCE_0_2 = 2 };

static const struct column audit_columns[] = {
	/* clang-format off */
	{ "status" },
	{ "error" },
	{ "spf_domain" },
	{ "record_state", put_record_state, SINCE_0_2, 0 },
	{ "spf_record" },
	{ "record_count", put_record_count, SINCE_0_2, 0, TYPE_INTEGER },
	{ "record_bytes", put_record_bytes, SINCE_0_2, 0, TYPE_INTEGER },
	{ "record_strings", put_record_strings, SINCE_0_2, 0, TYPE_INTEGER },
	{ "response_bytes", put_response_bytes, SINCE_0_2, 0, TYPE_INTEGER },
	{ "fits_udp", put_fits_udp, SINCE_0_2, 0 },
	{ "error_domain", put_error_domain, SINCE_0_2, COLUMN_QUOTED },
	{ "error_at", put_error_at, SINCE_0_2, 0, TYPE_INTEGER },
	{ "error_term", put_error_term, SINCE_0_2, COLUMN_QUOTED },
	{ "lookups", put_lookups, SINCE_0_2, 0, TYPE_INTEGER },
	{ "void_lookups", put_void_lookups, SINCE_0_2, 0, TYPE_INTEGER },
	{ "void_lookups_v6", put_void_lookups_v6, SINCE_0_2, 0, TYPE_INTEGER },
	{ "lookup_limit_at", put_lookup_limit_at, SINCE_0_2, COLUMN_QUOTED },
	{ "void_limit_at", put_void_limit_at, SINCE_0_2, COLUMN_QUOTED },
	{ "mx_limit_at", put_mx_limit_at, SINCE_0_2, COLUMN_QUOTED },
	{ "depth", put_depth, SINCE_0_2, 0, TYPE_INTEGER },
	{ "include_count", put_include_count, SINCE_0_2, 0, TYPE_INTEGER },
	{ "includes", put_includes, SINCE_0_2, COLUMN_QUOTED, TYPE_TEXTS },
	{ "redirect", put_redirect, SINCE_0_2, COLUMN_QUOTED },
	{ "loops", put_loops, SINCE_0_2, COLUMN_QUOTED, TYPE_TEXTS },
	{ "without_record", put_without_record, SINCE_0_2, COLUMN_QUOTED, TYPE_TEXTS },
	{ "unowned", put_unowned, SINCE_0_2, COLUMN_QUOTED, TYPE_TEXTS },
	{ "all", put_all, SINCE_0_2, 0 },
	{ "all_through", put_all_through, SINCE_0_2, COLUMN_QUOTED },
	{ "pass_v4", put_pass_v4, SINCE_0_2, 0, TYPE_INTEGER },
	{ "pass_v4_ip", put_pass_v4_ip, SINCE_0_2, 0, TYPE_INTEGER },
	{ "pass_v4_a", put_pass_v4_a, SINCE_0_2, 0, TYPE_INTEGER },
	{ "pass_v4_mx", put_pass_v4_mx, SINCE_0_2, 0, TYPE_INTEGER },
	{ "pass_v4_include", put_pass_v4_include, SINCE_0_2, 0, TYPE_INTEGER },
	{ "pass_v6", put_pass_v6, SINCE_0_2, 0, TYPE_WIDE },
	{ "pass_v6_ip", put_pass_v6_ip, SINCE_0_2, 0, TYPE_WIDE },
	{ "pass_v6_a", put_pass_v6_a, SINCE_0_2, 0, TYPE_WIDE },
	{ "pass_v6_mx", put_pass_v6_mx, SINCE_0_2, 0, TYPE_WIDE },
	{ "pass_v6_include", put_pass_v6_include, SINCE_0_2, 0, TYPE_WIDE },
	{ "broad_networks", put_broad_networks, SINCE_0_2, 0, TYPE_NETWORKS },
	{ "private_networks", put_private_networks, SINCE_0_2, 0, TYPE_NETWORKS },
	{ "ptr_terms", put_ptr_terms, SINCE_0_2, 0, TYPE_INTEGER },
	{ "exists_terms", put_exists_terms, SINCE_0_2, 0, TYPE_INTEGER },
	{ "dependent_terms", put_dependent_terms, SINCE_0_2, 0, TYPE_INTEGER },
	{ "macros", put_macros, SINCE_0_2, 0 },
	{ "exp", put_exp, SINCE_0_2, COLUMN_QUOTED },
	{ "unknown_modifiers", put_unknown_modifiers, SINCE_0_2, 0, TYPE_TEXTS },
	{ "deprecated", put_deprecated, SINCE_0_2, 0, TYPE_TEXTS },
	{ "min_ttl", put_min_ttl, SINCE_0_2, 0, TYPE_INTEGER },
	{ "bounds", put_bounds, SINCE_0_2, 0, TYPE_TEXTS },
	{ "a" },
	{ "a_state" },
	{ "mx" },
	{ "mx_state" },
	{ "mx_hosts", audit_put_mx_hosts, SINCE_0_2, COLUMN_QUOTED, TYPE_HOSTS },
	{ "mx_alias", audit_put_mx_alias, SINCE_0_2, COLUMN_QUOTED, TYPE_TEXTS },
	{ "mx_literal", audit_put_mx_literal, SINCE_0_2, COLUMN_QUOTED, TYPE_TEXTS },
	{ "mx_private", audit_put_mx_private, SINCE_0_2, COLUMN_QUOTED, TYPE_TEXTS },
	{ "mx_without_address", audit_put_mx_without_address, SINCE_0_2, COLUMN_QUOTED, TYPE_TEXTS },
	{ "mx_ptr", audit_put_mx_ptr, SINCE_0_2, COLUMN_QUOTED, TYPE_REVERSE },
	{ "problems" },
	{ "dns_cause" },
	{ "evaluated_at" },
	{ "elapsed_ms" },
	/* clang-format on */
};
enum { COLUMN_COUNT = sizeof audit_columns / sizeof audit_columns[0] };
_Static_assert((int)COLUMN_COUNT + (int)ASKS_MAX <= (int)COLUMNS_MAX, "a set must hold them all");

const struct column *audit_column_at(unsigned i)
{
	return i < COLUMN_COUNT ? &audit_columns[i] : NULL;
}
