/* problems.c - the words of the `problems` column, and when each applies. Only what is certain is a
 * problem: a failed look-up adds "temperror" and no other word. */
#include "results/problems.h"

#include "results/audit_problems.h"

static bool no_ptr(const struct outcome *o)
{
	return o->facts.address.iprev == IPREV_PERMERROR;
}

static bool ptr_mismatch(const struct outcome *o)
{
	return o->facts.address.iprev == IPREV_FAIL;
}

/* By the answers of all checks for the domain. Servers that contradict themselves leave it open. */
static bool no_such_domain(const struct outcome *o)
{
	const struct existence *of_domain = &o->facts.domain.name, *of_spf = &o->facts.policy.name;
	struct existence of_tree = { 0 };
	if (o->policy && o->policy->n_order)
		existence_take(&of_tree, policy_answer(o->policy->policy, 0));
	return (of_domain->is_denied || of_spf->is_denied || of_tree.is_denied) &&
	        !of_domain->is_told && !of_spf->is_told && !of_tree.is_told;
}

/* A domain with MX hosts needs none. */
static bool no_address(const struct outcome *o)
{
	return (o->facts.domain.a_state == A_NONE || o->facts.domain.a_state == A_NXDOMAIN) &&
	        o->facts.domain.mx_state != MX_OK && o->facts.domain.mx_state != MX_TEMPERROR;
}

static bool no_mx(const struct outcome *o)
{
	return o->facts.domain.mx_state == MX_ABSENT;
}

static bool null_mx(const struct outcome *o)
{
	return o->facts.domain.mx_state == MX_NULL;
}

static bool mx_no_address(const struct outcome *o)
{
	return o->facts.domain.mx_state == MX_OK && o->facts.domain.mx_no_address;
}

static bool mx_not_public(const struct outcome *o)
{
	return o->facts.domain.mx_not_public;
}

static bool spf_is(const struct outcome *o, enum spf_verdict verdict)
{
	const struct policy_facts *spf = &o->facts.policy;
	return spf->is_checked && !spf->is_undecided && spf->verdict == verdict;
}

static bool no_spf(const struct outcome *o)
{
	return spf_is(o, SPF_NONE) ||
	        (o->policy &&
	                (o->policy->state == POLICY_NONE || o->policy->state == POLICY_NXDOMAIN));
}

static bool spf_fail(const struct outcome *o)
{
	return spf_is(o, SPF_FAIL);
}

static bool spf_softfail(const struct outcome *o)
{
	return spf_is(o, SPF_SOFTFAIL);
}

static bool spf_broken(const struct outcome *o)
{
	return spf_is(o, SPF_PERMERROR);
}

static bool helo_spf_fail(const struct outcome *o)
{
	return o->has_helo_spf && o->helo_verdict == SPF_FAIL;
}

static bool excluded(const struct outcome *o)
{
	return outcome_lacks_answer(o, true);
}

static const struct {
	const char *word;
	bool (*applies)(const struct outcome *o);
} problems[] = {
	{ "no_ptr", no_ptr },
	{ "ptr_mismatch", ptr_mismatch },
	{ "no_such_domain", no_such_domain },
	{ "no_address", no_address },
	{ "no_mx", no_mx },
	{ "null_mx", null_mx },
	{ "mx_no_address", mx_no_address },
	{ "mx_not_public", mx_not_public },
	{ "no_spf", no_spf },
	{ "spf_fail", spf_fail },
	{ "spf_softfail", spf_softfail },
	{ "spf_broken", spf_broken },
	{ "helo_spf_fail", helo_spf_fail },
	{ "temperror", outcome_has_failure },
	{ "excluded", excluded },
};
enum { PROBLEM_COUNT = sizeof problems / sizeof problems[0] };

/* tests/results/test_problems.c: a bit for each word */

const char *problems_word(unsigned i)
{
	if (i < PROBLEM_COUNT)
		return problems[i].word;
	const struct audit_problem *p = audit_problem_at(i - PROBLEM_COUNT);
	return p ? p->word : NULL;
}

uint64_t problems_of(const struct outcome *o)
{
	uint64_t set = 0;
	for (unsigned i = 0; i < PROBLEM_COUNT; i++)
		set |= (uint64_t)problems[i].applies(o) << i;
	const struct audit_problem *p;
	for (unsigned i = 0; o->policy && (p = audit_problem_at(i)) != NULL; i++)
		set |= (uint64_t)p->applies(o) << (PROBLEM_COUNT + i);
	return set;
}

void problems_put(struct textbuf *out, const struct outcome *o)
{
	bool first = true;
	for (uint64_t set = o->problems; set; set &= set - 1) {
		if (!first)
			textbuf_put_char(out, ';');
		first = false;
		textbuf_put_text(out, problems_word((unsigned)__builtin_ctzll(set)));
	}
}
