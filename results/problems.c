/* problems.c - the words of the `problems` column and when each applies. Only what is certain is a
 * problem; a failed look-up says "temperror" and nothing more. */
#include "results/problems.h"

static bool no_ptr(const struct row *row)
{
	return row->iprev.verdict == IPREV_PERMERROR;
}

static bool ptr_mismatch(const struct row *row)
{
	return row->iprev.verdict == IPREV_FAIL;
}

static bool no_address(const struct row *row)
{
	return hostaddr_is_empty(&row->address);
}

static bool no_mx(const struct row *row)
{
	return row->mailhosts.state == MX_ABSENT;
}

static bool null_mx(const struct row *row)
{
	return row->mailhosts.state == MX_NULL;
}

static bool mx_no_address(const struct row *row)
{
	return row->mailhosts.state == MX_OK && row->mailhosts.no_address;
}

static bool spf_is(const struct row *row, enum spf_verdict verdict)
{
	return row->has_spf && row->spf.result.verdict == verdict;
}

static bool no_spf(const struct row *row)
{
	return spf_is(row, SPF_NONE);
}

static bool spf_fail(const struct row *row)
{
	return spf_is(row, SPF_FAIL);
}

static bool spf_softfail(const struct row *row)
{
	return spf_is(row, SPF_SOFTFAIL);
}

static bool spf_broken(const struct row *row)
{
	return spf_is(row, SPF_PERMERROR);
}

static bool helo_spf_fail(const struct row *row)
{
	return row->has_helo_spf && row->helo_verdict == SPF_FAIL;
}

static const struct {
	const char *word;
	bool (*applies)(const struct row *row);
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
	{ "temperror", row_has_failure },
};
enum { PROBLEM_COUNT = sizeof problems / sizeof problems[0] };

void problems_put(struct textbuf *out, const struct row *row)
{
	bool first = true;
	for (unsigned i = 0; i < PROBLEM_COUNT; i++) {
		if (!problems[i].applies(row))
			continue;
		if (!first)
			textbuf_put_char(out, ';');
		first = false;
		textbuf_put_text(out, problems[i].word);
	}
}
