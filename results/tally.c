/* tally.c - the counts of one worker, added up. */
#include "results/tally.h"

#include <string.h>

static void keep_name(struct tally *t, const char *name, size_t size, uint64_t row)
{
	size_t n = size < TALLY_NAME_BYTES - 1 ? size : TALLY_NAME_BYTES - 1;
	memcpy(t->first_no_host, name, n);
	t->first_no_host[n] = 0;
	atomic_store_explicit(&t->first_no_host_row, row, memory_order_release);
}

/* Rows of one worker end in any order: the first that ended is shown. */
static void count_no_host(struct tally *t, const struct outcome *o)
{
	tally_add(&t->no_host_names, 1);
	if (!tally_read(&t->first_no_host_row))
		keep_name(t, o->no_host.text, o->no_host.size, o->number);
}

void tally_outcome(struct tally *t, const struct outcome *o)
{
	tally_add(&t->rows, 1);
	if (o->excluded)
		tally_add(&t->excluded_rows, 1);
	else if (o->error[0])
		tally_add(&t->bad_rows, 1);
	if (o->no_host.size)
		count_no_host(t, o);
	if (o->spf && !o->spf->undecided) {
		tally_add(&t->spf[o->spf->verdict], 1);
		tally_add(&t->spf_problem[o->spf->problem], 1);
	}
	if (o->has_helo_spf)
		tally_add(&t->helo_spf[o->helo_verdict], 1);
	if (o->iprev)
		tally_add(&t->iprev[o->iprev->verdict], 1);
	if (outcome_has_failure(o))
		tally_add(&t->temperror_rows, 1);
	if (o->mailhosts)
		tally_add(&t->mx_state[o->mailhosts->state], 1);
	for (uint32_t set = problems_of(o); set; set &= set - 1)
		tally_add(&t->problems[__builtin_ctz(set)], 1);
}

void tally_retried(struct tally *t, bool changed)
{
	tally_add(&t->retried_rows, 1);
	if (changed)
		tally_add(&t->changed_rows, 1);
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
	tally_add(&sum->active_rows, tally_read(&from->active_rows));
	tally_add(&sum->no_host_names, tally_read(&from->no_host_names));
	uint64_t row = atomic_load_explicit(&from->first_no_host_row, memory_order_acquire);
	uint64_t first = tally_read(&sum->first_no_host_row);
	if (row && (!first || row < first))
		keep_name(sum, from->first_no_host, strlen(from->first_no_host), row);
	sum_counts(sum->spf, from->spf, SPF_VERDICT_COUNT);
	sum_counts(sum->helo_spf, from->helo_spf, SPF_VERDICT_COUNT);
	sum_counts(sum->iprev, from->iprev, IPREV_VERDICT_COUNT);
	sum_counts(sum->problems, from->problems, PROBLEMS_MAX);
	sum_counts(sum->spf_problem, from->spf_problem, SPF_PROBLEM_COUNT);
	sum_counts(sum->mx_state, from->mx_state, MX_STATE_COUNT);
}
