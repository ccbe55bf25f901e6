/* memory_budget.h - (private to resolver/) how much memory the answers outside of the cache may
 * take.
 *
 * The cache is bounded, and so is the number of rows in progress. But an answer may have 64 KiB on
 * the wire, its names ten times that in memory, and a row may ask for a hundred of them. So this
 * counts the answers that are alive and not in the cache, and estimates those still to come by the
 * average size of recent answers.
 *
 * Over the limit, only the questions of the oldest row are sent: that row then ends and gives its
 * memory back. Pure; one thread. */
#ifndef RESOLVER_MEMORY_BUDGET_H
#define RESOLVER_MEMORY_BUDGET_H

#include "dns/answer.h"

/* The moving average gives a new answer the weight 1/64. Before the first answer it is 16 KiB. */
enum { MEMORY_BUDGET_AVERAGE_OVER = 64, MEMORY_BUDGET_AVERAGE_FIRST = 16 << 10 };

struct memory_budget {
	const struct answer_account *account; /* the cache's */
	size_t limit_bytes;                   /* 0: no limit */
	size_t average_bytes;                 /* of one answer */
};

/* `account` is the cache's and must live as long as the budget. `limit_bytes` 0: no limit. */
static inline void memory_budget_init(
        struct memory_budget *b, const struct answer_account *account, size_t limit_bytes)
{
	*b = (struct memory_budget){ .account = account,
		.limit_bytes = limit_bytes,
		.average_bytes = MEMORY_BUDGET_AVERAGE_FIRST };
}

/* Of the answers that are alive and not in the cache. */
static inline size_t memory_budget_used_bytes(const struct memory_budget *b)
{
	return b->account->alive_bytes - b->account->kept_bytes;
}

static inline bool memory_budget_is_full(const struct memory_budget *b)
{
	return b->limit_bytes && memory_budget_used_bytes(b) > b->limit_bytes;
}

/* True when one more question may be sent while the answers to `n_in_flight` are still to come. */
static inline bool memory_budget_has_room(const struct memory_budget *b, uint64_t n_in_flight)
{
	return !b->limit_bytes ||
	        memory_budget_used_bytes(b) + n_in_flight * b->average_bytes <= b->limit_bytes;
}

/* Takes an answer into the average. */
static inline void memory_budget_note(struct memory_budget *b, const struct answer *a)
{
	b->average_bytes += answer_bytes(a) / MEMORY_BUDGET_AVERAGE_OVER;
	b->average_bytes -= b->average_bytes / MEMORY_BUDGET_AVERAGE_OVER;
}

#endif
