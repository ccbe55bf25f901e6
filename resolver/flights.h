/* flights.h - (private to resolver/) the table of flights, found by question. It makes single
 * flight possible: a question that is already under way is not sent again.
 *
 * Flights are recycled and freed only at the end, so the table stays as large as it once was. It is
 * not bounded here: the number of rows in flight bounds it. One thread. */
#ifndef RESOLVER_FLIGHTS_H
#define RESOLVER_FLIGHTS_H

#include "resolver/flight.h"
#include "resolver/question.h"

struct flights {
	struct flight **buckets;
	struct flight *free_list;
	size_t n_buckets, count;
};

/* False: out of memory. */
bool flights_init(struct flights *fs);
/* Frees the recycled flights only: put all back first. Takes a zeroed table, too. */
void flights_fini(struct flights *fs);

/* The table's own flight; NULL: the question is not under way. */
struct flight *flights_find(const struct flights *fs, const struct question *q);
/* The flight of any type of the question's name that leads; NULL: none does. */
struct flight *flights_find_leader(const struct flights *fs, const struct question *q);
/* A new flight in the table, its fields zero but for the question. NULL: out of memory. */
struct flight *flights_get(struct flights *fs, const struct question *q);
/* Takes the flight out of the table: from now on the same question is another flight. */
void flights_remove(struct flights *fs, struct flight *f);
/* Gives a flight back for recycling. It must be out of the table and on no list. */
void flights_put(struct flights *fs, struct flight *f);

#endif
