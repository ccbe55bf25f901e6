/* outcome.h - the result of one row, as the output shows it.
 *
 * row_outcome() (scanner/row.h) fills it when the row's last check is done. Columns, problems and
 * tallies read it, and so see nothing of the row's machinery. It owns nothing: its pointers are the
 * row's and valid until the row is recycled. One thread, the worker's. */
#ifndef RESULTS_OUTCOME_H
#define RESULTS_OUTCOME_H

#include "checks/asking.h"
#include "checks/hostaddr.h"
#include "checks/iprev.h"
#include "checks/mailhosts.h"
#include "checks/mailservers.h"
#include "checks/policy_report.h"
#include "input/identity.h"
#include "results/facts.h"
#include "io/csv.h"
#include "spf/check.h"

#include <stdbool.h>
#include <stdint.h>

enum { OUTCOME_FAILURES = 8 };

struct outcome {
	uint64_t number;          /* of the row in the input, from 1 */
	struct csv_record record; /* the input row */
	const char *error;        /* why it is bad input, or "" */
	const char *excluded;     /* --exclude: why nothing was asked; NULL: it was */
	struct csv_field no_host; /* the domain, when no mail host can have that name */
	unsigned filled;          /* what was given: struct identity */
	bool validated;           /* --dnssec */

	/* The checks. NULL: did not run. */
	const struct spf_result *spf;
	const struct iprev *iprev;
	const struct hostaddr *address;
	const struct mailhosts *mailhosts;
	const struct asking *asked; /* --ask */
	const struct policy_report *policy;
	const struct mailservers *servers; /* `mailhosts` is of these, then */
	const struct spf_limits *limits;   /* that the checks kept */

	/* By subject, whether the checks ran for this row or for an earlier one with that subject:
	 * then their pointers above are NULL, and here is the text of their columns, as
	 * columns_put_results() reads it. */
	struct facts facts;
	enum match a_match, mx_match; /* whether the address is one of the domain's */
	const char *known[SUBJECTS];  /* NULL: they ran for this row, or not at all */

	/* What spf was asked for. NULL with spf. */
	const struct dname *spf_domain; /* size 0: malformed */
	enum identity_source spf_source;

	/* SPF of the HELO name: its verdict, and the question behind temperror or NULL. */
	bool has_helo_spf;
	enum spf_verdict helo_verdict;
	const struct answer *helo_failed;

	/* Every look-up that failed, whatever it changed, by check: HELO's SPF, SPF, iprev,
	 * address, mail hosts, --ask, policy, mail servers. NULL: did not run. */
	const struct failures *failures[OUTCOME_FAILURES];

	uint64_t problems; /* a set: problems_of() of all above */

	const char *evaluated_at; /* RFC 3339, UTC */
	uint64_t elapsed_ms;
};

/* Of the look-ups without an answer: those that --exclude left out, or all others. */
static inline bool outcome_lacks_answer(const struct outcome *o, bool excluded)
{
	for (unsigned list = 0; list < OUTCOME_FAILURES; list++)
		for (unsigned i = 0; o->failures[list] && i < o->failures[list]->n; i++)
			if ((o->failures[list]->answers[i]->status == ANSWER_EXCLUDED) == excluded)
				return true;
	return false;
}

/* True when a look-up of any check failed: `retry` may have an answer. */
static inline bool outcome_has_failure(const struct outcome *o)
{
	return (o->spf && o->spf->verdict == SPF_TEMPERROR &&
	               o->spf->problem != SPF_PROBLEM_EXCLUDED) ||
	        outcome_lacks_answer(o, false);
}

#endif
