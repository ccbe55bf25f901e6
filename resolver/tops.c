/* tops.c - sets of four places; a name belongs into one set. */
#include "resolver/tops.h"

#include <stdlib.h>

/* The root zone has some 1 500 delegations. */
enum { SETS = 1024, PLACES = 4 };

bool tops_init(struct tops *t)
{
	*t = (struct tops){ .places = calloc(SETS * PLACES, sizeof *t->places) };
	return t->places != NULL;
}

void tops_fini(struct tops *t)
{
	free(t->places);
	*t = (struct tops){ 0 };
}

static bool is_of(const struct top *top, const struct question *q)
{
	return top->hash == q->name_hash && top->size == q->size &&
	        memcmp(top->name, q->bytes, q->size) == 0;
}

/* A free place, else one without a leader, in turn. */
static struct top *place_for(struct tops *t, struct top *set)
{
	for (unsigned i = 0; i < PLACES; i++)
		if (!set[i].size)
			return &set[i];
	for (unsigned i = 0; i < PLACES; i++) {
		struct top *top = &set[t->n_replaced++ % PLACES];
		if (!top->leader)
			return top;
	}
	return NULL;
}

struct top *tops_get(struct tops *t, const struct question *q)
{
	struct top *set = &t->places[q->name_hash % SETS * PLACES];
	for (unsigned i = 0; i < PLACES; i++)
		if (is_of(&set[i], q))
			return &set[i];
	struct top *top = place_for(t, set);
	if (!top)
		return NULL;
	*top = (struct top){ .hash = q->name_hash, .size = (uint8_t)q->size };
	memcpy(top->name, q->bytes, q->size);
	return top;
}

void tops_question(const struct top *top, struct question *q)
{
	struct dname name;
	name.size = top->size;
	memcpy(name.wire, top->name, top->size);
	question_of(q, &name, RRTYPE_A);
}
