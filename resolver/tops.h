/* tops.h - (private to resolver/) what is known of top-level domains beside what the cache holds.
 *
 *     state          means                                          a question about a name below
 *     TOP_UNKNOWN    nothing was asked yet, or it did not exist     leads, if nobody does
 *                    some time ago: the cache knows until when
 *     TOP_OPEN       names below were asked for                     is sent
 *     TOP_EXISTS     the same, and it is known to exist             is sent
 *
 * A table of a fixed size. What is forgotten is unknown again, which costs a short wait. One
 * thread. */
#ifndef RESOLVER_TOPS_H
#define RESOLVER_TOPS_H

#include "resolver/question.h"

struct flight;

enum top_state { TOP_UNKNOWN, TOP_OPEN, TOP_EXISTS };

struct top {
	struct flight *leader; /* all questions about names below follow it; NULL: none */
	uint64_t hash;
	uint8_t state; /* enum top_state */
	uint8_t size;  /* of the name; 0: this place is free */
	uint8_t name[DNAME_MAX_LABEL_BYTES + 2];
};

struct tops {
	struct top *places;
	unsigned n_replaced;
};

/* False: out of memory. */
bool tops_init(struct tops *t);
/* Takes a zeroed table, too. */
void tops_fini(struct tops *t);

/* The place of the top-level domain `q` (question_of_top()). A new one is TOP_UNKNOWN and takes the
 * place of another one that nobody leads. NULL: there was none. The pointer is good until the next
 * call, and as long as there is a leader. */
struct top *tops_get(struct tops *t, const struct question *q);

/* The question, for type A, about the domain itself. */
void tops_question(const struct top *top, struct question *q);

#endif
