/* lives.c - a short list: most policies need one set. */
#include "checks/lives.h"

#include <stdlib.h>

static struct live *find(struct lives *l, const struct live *like)
{
	enum { LEAST = 4 };
	for (unsigned i = 0; i < l->n; i++)
		if (l->at[i].lookups == like->lookups && l->at[i].voids == like->voids &&
		        l->at[i].depends == like->depends)
			return &l->at[i];
	if (l->n == l->capacity) {
		unsigned capacity = l->capacity ? l->capacity * 2 : LEAST;
		struct live *at = reallocarray(l->at, capacity, sizeof *at);
		l->failed |= !at;
		if (!at)
			return NULL;
		l->at = at;
		l->capacity = capacity;
	}
	l->at[l->n] = (struct live){ like->lookups, like->voids, like->depends, { 0 } };
	return &l->at[l->n++];
}

void lives_add(struct lives *l, struct live *from)
{
	struct live *to = from->set.n ? find(l, from) : NULL;
	l->failed |= from->set.failed;
	if (!to)
		return;
	addrset_unite(&to->set, &from->set);
	l->failed |= to->set.failed;
}

void lives_remove(struct lives *l, unsigned i)
{
	addrset_fini(&l->at[i].set);
	l->at[i] = l->at[--l->n];
}

void lives_fini(struct lives *l)
{
	while (l->n)
		lives_remove(l, l->n - 1);
	free(l->at);
	*l = (struct lives){ 0 };
}
