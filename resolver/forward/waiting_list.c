/* waiting_list.c - a doubly linked list whose links are in its members. */
#include "resolver/forward/waiting_list.h"

#include <assert.h>

void waiting_list_push(struct waiting_list *l, struct waiting *w)
{
	assert(!w->list);
	w->list = l;
	w->before = l->last;
	w->behind = NULL;
	*(l->last ? &l->last->behind : &l->first) = w;
	l->last = w;
	l->n++;
}

void waiting_list_leave(struct waiting *w)
{
	struct waiting_list *l = w->list;
	if (!l)
		return;
	*(w->before ? &w->before->behind : &l->first) = w->behind;
	*(w->behind ? &w->behind->before : &l->last) = w->before;
	*w = (struct waiting){ 0 };
	l->n--;
}
