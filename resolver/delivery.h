/* delivery.h - (private to resolver/) the end of a flight: its answer goes into the cache and to
 * all who wait for it. One thread. */
#ifndef RESOLVER_DELIVERY_H
#define RESOLVER_DELIVERY_H

#include "resolver/state.h"

/* Hands the answers of all finished flights to their waiters. True if there were any. */
bool delivery_turn(struct resolver *r);

/* The waiter of a flight waits no longer. */
void delivery_leave(struct resolver_waiter *w);

/* Frees what the flight holds. It is in no table and on no list, and nobody waits for it. */
void delivery_recycle(struct resolver *r, struct flight *f);

#endif
