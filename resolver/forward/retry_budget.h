/* retry_budget.h - (private to resolver/forward/) how much of an upstream's pace retransmissions
 * may take while new questions could be sent: half of it, and while it is behind with them seven
 * eighths. What is left is for new ones in any case: without them nothing would be learnt of the
 * way, and the pace would stay as it is.
 *
 * Silent names are sent again and again, and with a pace they would leave nothing for others. While
 * no new question could be sent, retransmissions need no budget. Pure; one thread. */
#ifndef RESOLVER_FORWARD_RETRY_BUDGET_H
#define RESOLVER_FORWARD_RETRY_BUDGET_H

#include <stdbool.h>

enum { RETRY_BUDGET_MAX = 64, RETRY_BUDGET_USUAL = 1, RETRY_BUDGET_BEHIND = 7 };

/* Zeroed: nothing yet. */
struct retry_budget {
	unsigned credit;
};

/* A question was sent for the first time. */
static inline void retry_budget_earn(struct retry_budget *b, bool is_behind)
{
	b->credit += is_behind ? RETRY_BUDGET_BEHIND : RETRY_BUDGET_USUAL;
	if (b->credit > RETRY_BUDGET_MAX)
		b->credit = RETRY_BUDGET_MAX;
}

static inline bool retry_budget_has(const struct retry_budget *b)
{
	return b->credit > 0;
}

/* A retransmission. */
static inline void retry_budget_spend(struct retry_budget *b)
{
	b->credit -= b->credit > 0;
}

#endif
