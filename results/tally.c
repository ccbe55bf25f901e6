/* tally.c - the counts of one worker, added up. */
#include "results/tally.h"

void tally_outcome(struct tally *t, const struct outcome *o)
{
	tally_add(&t->rows, 1);
	if (o->error[0])
		tally_add(&t->bad_rows, 1);
	if (o->spf)
		tally_add(&t->spf[o->spf->verdict], 1);
	if (o->has_helo_spf)
		tally_add(&t->helo_spf[o->helo_verdict], 1);
	if (o->iprev)
		tally_add(&t->iprev[o->iprev->verdict], 1);
	if (outcome_has_failure(o))
		tally_add(&t->temperror_rows, 1);
}

void tally_retried(struct tally *t, bool changed)
{
	tally_add(&t->retried_rows, 1);
	if (changed)
		tally_add(&t->changed_rows, 1);
}

void tally_sum(struct tally *sum, const struct tally *from)
{
	tally_add(&sum->rows, tally_read(&from->rows));
	tally_add(&sum->bad_rows, tally_read(&from->bad_rows));
	tally_add(&sum->temperror_rows, tally_read(&from->temperror_rows));
	tally_add(&sum->retried_rows, tally_read(&from->retried_rows));
	tally_add(&sum->changed_rows, tally_read(&from->changed_rows));
	tally_add(&sum->active_rows, tally_read(&from->active_rows));
	for (unsigned i = 0; i < SPF_VERDICT_COUNT; i++) {
		tally_add(&sum->spf[i], tally_read(&from->spf[i]));
		tally_add(&sum->helo_spf[i], tally_read(&from->helo_spf[i]));
	}
	for (unsigned i = 0; i < IPREV_VERDICT_COUNT; i++)
		tally_add(&sum->iprev[i], tally_read(&from->iprev[i]));
}
