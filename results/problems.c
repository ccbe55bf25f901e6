/* problems.c - the words of the `problems` column, and when each applies. Only what is certain is a
 * problem: a failed look-up adds "temperror" and no other word. */
#include "results/problems.h"

static bool no_ptr(const struct outcome *o)
{
	return o->iprev && o->iprev->verdict == IPREV_PERMERROR;
}

static bool ptr_mismatch(const struct outcome *o)
{
	return o->iprev && o->iprev->verdict == IPREV_FAIL;
}

static bool no_address(const struct outcome *o)
{
	return o->address && hostaddr_is_empty(o->address);
}

static bool no_mx(const struct outcome *o)
{
	return o->mailhosts && o->mailhosts->state == MX_ABSENT;
}

static bool null_mx(const struct outcome *o)
{
	return o->mailhosts && o->mailhosts->state == MX_NULL;
}

static bool mx_no_address(const struct outcome *o)
{
	return o->mailhosts && o->mailhosts->state == MX_OK && o->mailhosts->no_address;
}

static bool spf_is(const struct outcome *o, enum spf_verdict verdict)
{
	return o->spf && o->spf->verdict == verdict;
}

static bool no_spf(const struct outcome *o)
{
	return spf_is(o, SPF_NONE);
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

static const struct {
	const char *word;
	bool (*applies)(const struct outcome *o);
} problems[] = {
	{ "no_ptr", no_ptr },
	{ "ptr_mismatch", ptr_mismatch },
	{ "no_address", no_address },
	{ "no_mx", no_mx },
	{ "null_mx", null_mx },
	{ "mx_no_address", mx_no_address },
	{ "no_spf", no_spf },
	{ "spf_fail", spf_fail },
	{ "spf_softfail", spf_softfail },
	{ "spf_broken", spf_broken },
	{ "helo_spf_fail", helo_spf_fail },
	{ "temperror", outcome_has_failure },
};
enum { PROBLEM_COUNT = sizeof problems / sizeof problems[0] };

_Static_assert(PROBLEM_COUNT <= PROBLEMS_MAX, "a bit for each word");

const char *problems_word(unsigned i)
{
	return i < PROBLEM_COUNT ? problems[i].word : NULL;
}

uint32_t problems_of(const struct outcome *o)
{
	uint32_t set = 0;
	for (unsigned i = 0; i < PROBLEM_COUNT; i++)
		set |= (uint32_t)problems[i].applies(o) << i;
	return set;
}

void problems_put(struct textbuf *out, const struct outcome *o)
{
	bool first = true;
	for (unsigned i = 0; i < PROBLEM_COUNT; i++) {
		if (!problems[i].applies(o))
			continue;
		if (!first)
			textbuf_put_char(out, ';');
		first = false;
		textbuf_put_text(out, problems[i].word);
	}
}
