/* load.h - (private to resolver/) how much memory the answers of what is under way may take.
 *
 * A cache is bounded, and so is the number of rows under way; but an answer may have 64 KiB, its
 * names ten times that, and a row may ask for a hundred. So what is alive and not in the cache is
 * counted, and what is still to come is estimated by the average of late. Past the limit nothing
 * begins but what the oldest row needs, which frees its memory in the end. Pure. */
#ifndef RESOLVER_LOAD_H
#define RESOLVER_LOAD_H

#include "dns/answer.h"

/* The weight of an answer in the average is one in so many; and what it is taken for before there
 * was any. */
enum { LOAD_AVERAGE_OVER = 64, LOAD_AVERAGE_FIRST = 16 << 10 };

struct load {
	const struct answer_account *account;
	size_t limit_bytes;   /* 0: none */
	size_t average_bytes; /* of an answer */
};

static inline void load_init(
        struct load *l, const struct answer_account *account, size_t limit_bytes)
{
	*l = (struct load){
		.account = account, .limit_bytes = limit_bytes, .average_bytes = LOAD_AVERAGE_FIRST
	};
}

static inline size_t load_bytes(const struct load *l)
{
	return l->account->alive_bytes - l->account->kept_bytes;
}

static inline bool load_is_full(const struct load *l)
{
	return l->limit_bytes && load_bytes(l) > l->limit_bytes;
}

/* Whether one more question fits beside so many others that are out. */
static inline bool load_has_room(const struct load *l, uint64_t n_out)
{
	return !l->limit_bytes || load_bytes(l) + n_out * l->average_bytes <= l->limit_bytes;
}

static inline void load_note(struct load *l, const struct answer *a)
{
	l->average_bytes += answer_bytes(a) / LOAD_AVERAGE_OVER;
	l->average_bytes -= l->average_bytes / LOAD_AVERAGE_OVER;
}

#endif
