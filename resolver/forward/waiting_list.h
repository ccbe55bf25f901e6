/* waiting_list.h - (private to resolver/forward/) a first-in first-out list of queries that may not
 * be sent yet. A query is on one list at most, and may leave it from anywhere. */
#ifndef RESOLVER_FORWARD_WAITING_LIST_H
#define RESOLVER_FORWARD_WAITING_LIST_H

#include <stddef.h>

struct waiting_list {
	struct waiting *first, *last;
	unsigned n;
};

/* Embedded by what waits; zeroed: it does not wait. */
struct waiting {
	struct waiting_list *list; /* NULL: none */
	struct waiting *before, *behind;
};

/* `w` must be on no list. */
void waiting_list_push(struct waiting_list *l, struct waiting *w);
/* Does nothing when it is on no list. */
void waiting_list_leave(struct waiting *w);

#endif
