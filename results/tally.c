/* tally.c - the counts of one worker, added up. */
#include "results/tally.h"

#include "checks/checks.h"

#include <string.h>

static void keep_name(struct tally *t, const char *name, size_t size, uint64_t row)
{
	size_t n = size < TALLY_NAME_BYTES - 1 ? size : TALLY_NAME_BYTES - 1;
	if (t->first_no_host_row && t->first_no_host_row < row)
		return;
	memcpy(t->first_no_host, name, n);
	t->first_no_host[n] = 0;
	t->first_no_host_row = row;
}

void tally_checks(struct tally *t, unsigned checks)
{
	_Static_assert(CHECK_ALL < 1 << TALLY_CHECKS, "a count for each check");
	for (; checks; checks &= checks - 1)
		tally_add(&t->ran[__builtin_ctz(checks)], 1);
}

static unsigned checks_of(const struct outcome *o)
{
	return (o->facts.policy.is_checked || o->has_helo_spf || o->policy ? CHECK_SPF : 0u) |
	        (o->facts.address.iprev ? CHECK_IPREV : 0u) |
	        (o->facts.domain.mx_state ? CHECK_MX : 0u) |
	        (o->facts.domain.a_state ? CHECK_A : 0u);
}

struct tally_row tally_of_outcome(const struct outcome *o)
{
	const struct policy_facts *spf = &o->facts.policy;
	bool has_verdict = spf->is_checked && !spf->is_undecided,
	     has_problem = has_verdict || (spf->is_checked && spf->problem);
	return (struct tally_row){
		.problems = o->problems,
		.filled = (uint8_t)o->filled,
		.checks = (uint8_t)checks_of(o),
		.spf = has_verdict ? spf->verdict : TALLY_NONE,
		.spf_problem = has_problem ? spf->problem : TALLY_NONE,
		.helo_spf = o->has_helo_spf ? (uint8_t)o->helo_verdict : TALLY_NONE,
		.iprev = o->facts.address.iprev ? o->facts.address.iprev : TALLY_NONE,
		.mx_state = o->facts.domain.mx_state ? o->facts.domain.mx_state : TALLY_NONE,
		.is_bad = !o->excluded && o->error[0],
		.is_excluded = o->excluded,
		.has_failure = outcome_has_failure(o),
	};
}

void tally_add_row(struct tally *t, const struct tally_row *row)
{
	tally_add(&t->rows, 1);
	tally_add(&t->done_rows, 1);
	for (unsigned set = row->filled; set; set &= set - 1)
		tally_add(&t->filled[__builtin_ctz(set)], 1);
	if (row->is_excluded)
		tally_add(&t->excluded_rows, 1);
	if (row->is_bad)
		tally_add(&t->bad_rows, 1);
	tally_checks(t, row->checks);
	if (row->spf != TALLY_NONE)
		tally_add(&t->spf[row->spf], 1);
	if (row->spf_problem != TALLY_NONE)
		tally_add(&t->spf_problem[row->spf_problem], 1);
	if (row->helo_spf != TALLY_NONE)
		tally_add(&t->helo_spf[row->helo_spf], 1);
	if (row->iprev != TALLY_NONE)
		tally_add(&t->iprev[row->iprev], 1);
	if (row->has_failure)
		tally_add(&t->temperror_rows, 1);
	if (row->mx_state != TALLY_NONE)
		tally_add(&t->mx_state[row->mx_state], 1);
	for (uint64_t set = row->problems; set; set &= set - 1)
		tally_add(&t->problems[__builtin_ctzll(set)], 1);
}

void tally_name(struct tally *t, const struct outcome *o)
{
	if (!o->no_host.size)
		return;
	tally_add(&t->no_host_names, 1);
	keep_name(t, o->no_host.text, o->no_host.size, o->number);
}

void tally_outcome(struct tally *t, const struct outcome *o)
{
	const struct tally_row row = tally_of_outcome(o);
	tally_add_row(t, &row);
	tally_name(t, o);
}

void tally_retried(struct tally *t, enum retried what)
{
	tally_add(&t->retried_rows, 1);
	if (what == RETRIED_CHANGED)
		tally_add(&t->changed_rows, 1);
	else if (what == RETRIED_KEPT)
		tally_add(&t->kept_rows, 1);
}

static void sum_counts(tally_count *sum, const tally_count *from, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		tally_add(&sum[i], tally_read(&from[i]));
}

void tally_sum(struct tally *sum, const struct tally *from)
{
	tally_add(&sum->rows, tally_read(&from->rows));
	tally_add(&sum->bad_rows, tally_read(&from->bad_rows));
	tally_add(&sum->temperror_rows, tally_read(&from->temperror_rows));
	tally_add(&sum->excluded_rows, tally_read(&from->excluded_rows));
	tally_add(&sum->retried_rows, tally_read(&from->retried_rows));
	tally_add(&sum->changed_rows, tally_read(&from->changed_rows));
	tally_add(&sum->kept_rows, tally_read(&from->kept_rows));
	tally_add(&sum->active_rows, tally_read(&from->active_rows));
	tally_add(&sum->no_host_names, tally_read(&from->no_host_names));
	sum_counts(sum->spf, from->spf, SPF_VERDICT_COUNT);
	sum_counts(sum->helo_spf, from->helo_spf, SPF_VERDICT_COUNT);
	sum_counts(sum->iprev, from->iprev, IPREV_VERDICT_COUNT);
	sum_counts(sum->problems, from->problems, PROBLEMS_MAX);
	sum_counts(sum->spf_problem, from->spf_problem, SPF_PROBLEM_COUNT);
	sum_counts(sum->mx_state, from->mx_state, MX_STATE_COUNT);
	sum_counts(sum->ran, from->ran, TALLY_CHECKS);
	tally_add(&sum->done_rows, tally_read(&from->done_rows));
	tally_add(&sum->memo_rows, tally_read(&from->memo_rows));
	sum_counts(sum->filled, from->filled, ROLE_COUNT);
}

void tally_sum_names(struct tally *sum, const struct tally *from)
{
	if (from->first_no_host_row)
		keep_name(sum, from->first_no_host, strlen(from->first_no_host),
		        from->first_no_host_row);
}
