/* leaders.h - (private to resolver/) flights that wait for the answer of another flight.
 *
 * While nothing is known of a name or of a top-level domain, one question about it *leads* and the
 * others *follow*: they are not sent before its answer has come, because that answer may be theirs
 * (nxdomain.h says who leads whom). A slow answer must not make theirs late, so a flight leads for
 * wait_ns from when it was sent, and no longer. Time in which it waits for our own limits does not
 * count.
 *
 *     leaders_follow()    the follower is on its leader's list, and on no other
 *     leaders_end()       the leader has its answer, or is given up: its followers go on
 *                         leaders_next_expired() names those that led for too long
 *
 * A leader follows nobody. The flights are the resolver's. One thread. */
#ifndef RESOLVER_LEADERS_H
#define RESOLVER_LEADERS_H

#include "resolver/flight.h"

#include <stdint.h>

struct leaders {
	struct flight *first, **end; /* those that were sent, in that order */
	uint64_t wait_ns;            /* 0: nobody leads */
};

void leaders_init(struct leaders *l, uint64_t wait_ns);

/* `f` is on no list. */
void leaders_follow(struct flight *f, struct flight *leader);
/* A follower goes on by itself; it is on no list afterwards. */
void leaders_leave(struct flight *f);

/* The engine gets a flight: when it leads, its time begins. */
void leaders_sent(struct leaders *l, struct flight *f, uint64_t now_ns);

/* What the flight asked for failed, and it is asked again after a pause: when it leads, its time is
 * over. */
void leaders_failed(struct leaders *l, struct flight *f, uint64_t now_ns);

/* The flight leads no longer. Its followers move to the end of `released`, in the order in which
 * they were asked. */
void leaders_end(struct leaders *l, struct flight *f, struct flight_list *released);

/* The next leader whose time is over; NULL: none. It leads on until leaders_end(). */
struct flight *leaders_next_expired(struct leaders *l, uint64_t now_ns);

#endif
