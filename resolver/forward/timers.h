/* timers.h - (private to resolver/) deadlines of thousands of questions: set, moved and taken back
 * in constant time.
 *
 * A hashed wheel: a timer lies in the slot of its tick, and one whose time is further away than the
 * wheel is long goes round again. It fires in the first timers_next() at or after its time, never
 * before, and at most a tick late. Pure. */
#ifndef RESOLVER_FORWARD_TIMERS_H
#define RESOLVER_FORWARD_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

enum { TIMERS_SLOTS = 1024 };
#define TIMERS_TICK_NS 4000000ull

/* Embedded; zeroed is not set. */
struct timer {
	struct timer *next, **link; /* link NULL: not set */
	uint64_t due_ns;
};

struct timers {
	struct timer *slots[TIMERS_SLOTS];
	uint64_t tick; /* the next one to look at */
};

void timers_init(struct timers *ts, uint64_t now_ns);
/* Sets it, or moves it. */
void timer_set(struct timers *ts, struct timer *t, uint64_t due_ns);
void timer_unset(struct timer *t);
/* Takes one that is due; NULL: none is. Call until NULL. */
struct timer *timers_next(struct timers *ts, uint64_t now_ns);

#endif
