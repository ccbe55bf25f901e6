/* flights.h - (private to resolver/) the questions that are under way, found by question: what
 * makes single flight.
 *
 * Flights are recycled and never given back before the end, so the table stays as large as the
 * largest crowd was. Whoever puts a flight back has taken it off its list. */
#ifndef RESOLVER_FLIGHTS_H
#define RESOLVER_FLIGHTS_H

#include "resolver/engine.h"
#include "resolver/question.h"

struct flights {
	struct flight **buckets;
	struct flight *free_list;
	size_t n_buckets, count;
};

/* False: no memory. */
bool flights_init(struct flights *fs);
/* Frees the recycled ones only: put all back first. Takes a zeroed table too. */
void flights_fini(struct flights *fs);

/* NULL: not under way. */
struct flight *flights_find(const struct flights *fs, const struct question *q);
/* A fresh flight in the table, its fields zero but for the question. NULL: no memory. */
struct flight *flights_get(struct flights *fs, const struct question *q);
/* Takes the flight out of the table: the same question asked from now on is another flight. */
void flights_remove(struct flights *fs, struct flight *f);
/* For recycling, after flights_remove(). */
void flights_put(struct flights *fs, struct flight *f);

/* A FIFO of flights, linked through their `next` and `link`. */
struct flight_list {
	struct flight *first, **end;
};

static inline void flight_list_init(struct flight_list *list)
{
	list->first = NULL;
	list->end = &list->first;
}

static inline void flight_list_push(struct flight_list *list, struct flight *f)
{
	f->next = NULL;
	f->link = list->end;
	*list->end = f;
	list->end = &f->next;
}

static inline void flight_list_push_front(struct flight_list *list, struct flight *f)
{
	f->next = list->first;
	f->link = &list->first;
	if (f->next)
		f->next->link = &f->next;
	else
		list->end = &f->next;
	list->first = f;
}

static inline void flight_list_remove(struct flight_list *list, struct flight *f)
{
	*f->link = f->next;
	if (f->next)
		f->next->link = f->link;
	else
		list->end = f->link;
	f->next = NULL;
	f->link = NULL;
}

#endif
