/* tickets.c - a free list, a list of all that were made, and a queue of those that rest. */
#include "resolver/recursive/tickets.h"

#include <stdlib.h>

void tickets_init(struct tickets *ts)
{
	*ts = (struct tickets){ .resting_end = &ts->resting };
}

void tickets_fini(struct tickets *ts)
{
	while (ts->made) {
		struct ticket *t = ts->made;
		ts->made = t->next_made;
		free(t);
	}
}

struct ticket *tickets_get(struct tickets *ts)
{
	struct ticket *t = ts->free_list;
	if (t) {
		ts->free_list = t->next_free;
	} else {
		t = calloc(1, sizeof *t);
		if (!t)
			return NULL;
		t->next_made = ts->made;
		ts->made = t;
	}
	t->n_rests = 0;
	t->has_failed = t->waits_for_rate = false;
	return t;
}

void tickets_put(struct tickets *ts, struct ticket *t)
{
	t->next_free = ts->free_list;
	ts->free_list = t;
}

void tickets_rest(struct tickets *ts, struct ticket *t, uint64_t until_ns)
{
	t->n_rests++;
	t->rest_until_ns = until_ns;
	t->next_resting = NULL;
	*ts->resting_end = t;
	ts->resting_end = &t->next_resting;
}

struct ticket *tickets_next_rested(struct tickets *ts, uint64_t now_ns)
{
	struct ticket *t = ts->resting;
	if (!t || t->rest_until_ns > now_ns)
		return NULL;
	ts->resting = t->next_resting;
	if (!ts->resting)
		ts->resting_end = &ts->resting;
	return t;
}
