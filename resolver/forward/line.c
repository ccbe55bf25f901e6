/* line.c - queries in line. */
#include "resolver/forward/line.h"

#include "resolver/forward/forward.h"

#include <assert.h>

void line_push(struct line *l, struct query *q)
{
	assert(!q->line);
	q->line = l;
	q->before = l->last;
	q->behind = NULL;
	*(l->last ? &l->last->behind : &l->first) = q;
	l->last = q;
}

void line_leave(struct query *q)
{
	struct line *l = q->line;
	if (!l)
		return;
	*(q->before ? &q->before->behind : &l->first) = q->behind;
	*(q->behind ? &q->behind->before : &l->last) = q->before;
	q->line = NULL;
	q->before = q->behind = NULL;
}
