/* audit_problems.h - the words of `problems` that only a row of an audit can have, and when each
 * applies. docs/audit.md has each with the paragraph of its RFC and what the owner should do. Words
 * are a contract: they are added at the end, never renamed. Pure. */
#ifndef RESULTS_AUDIT_PROBLEMS_H
#define RESULTS_AUDIT_PROBLEMS_H

#include "results/outcome.h"

struct audit_problem {
	const char *word;
	bool (*applies)(const struct outcome *o); /* of a row with a policy */
};

/* NULL: there are only `i` of them. */
const struct audit_problem *audit_problem_at(unsigned i);

#endif
