/* machine.c - what the observer of a check is told. */
#include "spf/machine.h"

void machine_tell_observer(struct spf_check *c, struct spf_event *event)
{
	struct spf_observer *observer = c->request->observer;
	event->depth = c->n_frames - 1;
	event->domain = &machine_top(c)->domain;
	event->lookups = c->result.lookups;
	event->void_lookups += c->result.void_lookups;
	observer->event(observer, event);
}
