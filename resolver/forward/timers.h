/* timers.h - (private to resolver/forward/) the timeouts of thousands of queries: set, moved and
 * unset in constant time.
 *
 * A hashed timing wheel of 1024 slots of 4 ms. A timer is in the slot of its tick; one that is
 * further away than the wheel is long goes round again. It fires in the first timers_next() at or
 * after its time, never before, and at most one tick late. Pure; one thread. */
#ifndef RESOLVER_FORWARD_TIMERS_H
#define RESOLVER_FORWARD_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

enum { TIMERS_SLOTS = 1024 };
#define TIMERS_TICK_NS 4000000ull

/* Embedded by the caller; zeroed: not set. */
struct timer {
	struct timer *next, **link; /* link NULL: not set */
	uint64_t due_ns;
};

struct timers {
	struct timer *slots[TIMERS_SLOTS];
	uint64_t tick; /* the next one to look at */
};

void timers_init(struct timers *ts, uint64_t now_ns);
/* Sets the timer, or moves it. */
void timer_set(struct timers *ts, struct timer *t, uint64_t due_ns);
/* Does nothing when it is not set. */
void timer_unset(struct timer *t);
/* Unsets one that is due and returns it; NULL: none is. Call until NULL. */
struct timer *timers_next(struct timers *ts, uint64_t now_ns);

#endif
