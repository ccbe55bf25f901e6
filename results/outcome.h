/* outcome.h - the result of one row, as the output shows it.
 *
 * row_outcome() (scanner/row.h) fills it when the row's last check is done. Columns, problems and
 * tallies read it, and so see nothing of the row's machinery. It owns nothing: its pointers are the
 * row's and valid until the row is recycled. One thread, the worker's. */
#ifndef RESULTS_OUTCOME_H
#define RESULTS_OUTCOME_H

#include "checks/hostaddr.h"
#include "checks/iprev.h"
#include "checks/mailhosts.h"
#include "io/csv.h"
#include "spf/check.h"

#include <stdbool.h>
#include <stdint.h>

struct outcome {
	uint64_t number;          /* of the row in the input, from 1 */
	struct csv_record record; /* the input row */
	const char *error;        /* why it is bad input, or "" */
	struct csv_field no_host; /* the domain, when no mail host can have that name */
	bool validated;           /* --dnssec */

	/* The checks. NULL: did not run. */
	const struct spf_result *spf;
	const struct iprev *iprev;
	const struct hostaddr *address;
	const struct mailhosts *mailhosts;

	/* SPF of the HELO name: only its verdict is kept. */
	bool has_helo_spf;
	enum spf_verdict helo_verdict;
	const struct answer *helo_failed; /* NULL: no look-up failed */

	const char *evaluated_at; /* RFC 3339, UTC */
	uint64_t elapsed_ms;
};

/* True when a look-up of any check failed: then columns_put_causes() has something to print. */
static inline bool outcome_has_failure(const struct outcome *o)
{
	if ((o->spf && o->spf->verdict == SPF_TEMPERROR) || o->helo_failed)
		return true;
	if ((o->iprev && o->iprev->failed) || (o->mailhosts && o->mailhosts->failed))
		return true;
	return o->address &&
	        (!answer_is_definite(o->address->a) || !answer_is_definite(o->address->aaaa));
}

#endif
