/* audit_problems.c - one table row for each word. Only what is certain is a problem: what a failed
 * look-up hides has the word `temperror` alone. */
#include "results/audit_problems.h"

/* Without EDNS a UDP response has no more (RFC 7208 section 3.4). */
enum { PLAIN_UDP_BYTES = 512 };

/* The qualifier of the "all" that ends the policy; SPF_NONE: there is no "all"; -1: that is not
 * known. */
static int last_all(const struct outcome *o)
{
	int node = o->policy->state == POLICY_OK ? policy_last_node(o->policy, NULL) : -1;
	if (node < 0)
		return -1;
	const struct spf_record *r = o->policy->policy->nodes[node].record;
	return r->has_all ? r->directives[r->n_directives - 1].on_match : SPF_NONE;
}

static bool has_host(const struct outcome *o, enum mailserver_fault fault)
{
	return o->servers && o->servers->found.state == MX_OK && o->servers->faults & fault;
}

static bool no_all(const struct outcome *o)
{
	return last_all(o) == SPF_NONE;
}

static bool all_pass(const struct outcome *o)
{
	return last_all(o) == SPF_PASS;
}

static bool all_neutral(const struct outcome *o)
{
	return last_all(o) == SPF_NEUTRAL;
}

static bool multiple_records(const struct outcome *o)
{
	return o->policy->state == POLICY_MULTIPLE;
}

static bool spf_syntax(const struct outcome *o)
{
	return o->policy->state == POLICY_SYNTAX;
}

static bool spf_not_ascii(const struct outcome *o)
{
	return o->policy->state == POLICY_NOT_ASCII;
}

static bool record_long(const struct outcome *o)
{
	return o->policy->n_records && o->policy->response_bytes > PLAIN_UDP_BYTES;
}

static bool include_broken(const struct outcome *o)
{
	return o->policy->uses.include_broken;
}

static bool include_none(const struct outcome *o)
{
	return o->policy->uses.include_none;
}

static bool redirect_none(const struct outcome *o)
{
	return o->policy->uses.redirect_none;
}

static bool bad_target(const struct outcome *o)
{
	return o->policy->uses.bad_target;
}

static bool lookup_limit(const struct outcome *o)
{
	return o->policy->lookups > o->limits->lookup_terms;
}

static bool void_limit(const struct outcome *o)
{
	return o->policy->voids_4 > o->limits->void_lookups;
}

/* Only for IPv6 clients. */
static bool void_limit_v6(const struct outcome *o)
{
	return !void_limit(o) && o->policy->voids_6 > o->limits->void_lookups;
}

static bool mx_limit(const struct outcome *o)
{
	return o->policy->uses.many_mx;
}

static bool loop(const struct outcome *o)
{
	return o->policy->uses.loop;
}

static bool unowned_domain(const struct outcome *o)
{
	return o->policy->uses.unowned;
}

static bool tree_cut(const struct outcome *o)
{
	return o->policy->policy->bounds != 0;
}

static bool behind_all(const struct outcome *o)
{
	return o->policy->uses.behind_all != 0;
}

static bool redirect_ignored(const struct outcome *o)
{
	return o->policy->uses.redirect_ignored;
}

static bool ptr_used(const struct outcome *o)
{
	return o->policy->uses.ptr != 0;
}

static bool macro_p(const struct outcome *o)
{
	return o->policy->uses.macro_letters >> ('p' - 'a') & 1;
}

static bool sender_id(const struct outcome *o)
{
	return o->policy->uses.sender_id;
}

static bool unknown_modifier(const struct outcome *o)
{
	return o->policy->uses.modifiers;
}

static bool broad_network(const struct outcome *o)
{
	return o->policy->uses.broad;
}

static bool private_network(const struct outcome *o)
{
	return o->policy->uses.special;
}

static bool mx_alias(const struct outcome *o)
{
	return has_host(o, MAILSERVER_ALIAS);
}

static bool mx_literal(const struct outcome *o)
{
	return has_host(o, MAILSERVER_LITERAL);
}

static bool mx_without_address(const struct outcome *o)
{
	return has_host(o, MAILSERVER_NO_ADDRESS);
}

static const struct audit_problem problems[] = {
	{ "multiple_records", multiple_records },
	{ "spf_syntax", spf_syntax },
	{ "spf_not_ascii", spf_not_ascii },
	{ "record_long", record_long },
	{ "include_broken", include_broken },
	{ "include_none", include_none },
	{ "redirect_none", redirect_none },
	{ "bad_target", bad_target },
	{ "lookup_limit", lookup_limit },
	{ "void_limit", void_limit },
	{ "void_limit_v6", void_limit_v6 },
	{ "mx_limit", mx_limit },
	{ "loop", loop },
	{ "unowned_domain", unowned_domain },
	{ "tree_cut", tree_cut },
	{ "no_all", no_all },
	{ "all_pass", all_pass },
	{ "all_neutral", all_neutral },
	{ "behind_all", behind_all },
	{ "redirect_ignored", redirect_ignored },
	{ "ptr_used", ptr_used },
	{ "macro_p", macro_p },
	{ "sender_id", sender_id },
	{ "unknown_modifier", unknown_modifier },
	{ "broad_network", broad_network },
	{ "private_network", private_network },
	{ "mx_alias", mx_alias },
	{ "mx_literal", mx_literal },
	{ "mx_without_address", mx_without_address },
};
enum { PROBLEM_COUNT = sizeof problems / sizeof problems[0] };

const struct audit_problem *audit_problem_at(unsigned i)
{
	return i < PROBLEM_COUNT ? &problems[i] : NULL;
}
