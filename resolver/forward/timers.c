/* timers.c - slots of doubly linked lists. */
#include "resolver/forward/timers.h"

#include <stddef.h>

static uint64_t tick_of(uint64_t ns)
{
	return (ns + TIMERS_TICK_NS - 1) / TIMERS_TICK_NS;
}

void timers_init(struct timers *ts, uint64_t now_ns)
{
	*ts = (struct timers){ .tick = now_ns / TIMERS_TICK_NS };
}

void timer_unset(struct timer *t)
{
	if (!t->link)
		return;
	*t->link = t->next;
	if (t->next)
		t->next->link = t->link;
	t->next = NULL;
	t->link = NULL;
}

void timer_set(struct timers *ts, struct timer *t, uint64_t due_ns)
{
	timer_unset(t);
	uint64_t tick = tick_of(due_ns);
	if (tick < ts->tick)
		tick = ts->tick;
	struct timer **slot = &ts->slots[tick % TIMERS_SLOTS];
	t->due_ns = due_ns;
	t->next = *slot;
	t->link = slot;
	if (t->next)
		t->next->link = &t->next;
	*slot = t;
}

struct timer *timers_next(struct timers *ts, uint64_t now_ns)
{
	uint64_t last = now_ns / TIMERS_TICK_NS;
	/* after a long time every slot is looked at once, not every tick */
	if (last >= TIMERS_SLOTS && ts->tick < last - (TIMERS_SLOTS - 1))
		ts->tick = last - (TIMERS_SLOTS - 1);
	for (; ts->tick <= last; ts->tick++) {
		for (struct timer *t = ts->slots[ts->tick % TIMERS_SLOTS]; t; t = t->next)
			if (t->due_ns <= now_ns) {
				timer_unset(t);
				return t;
			}
	}
	return NULL;
}
