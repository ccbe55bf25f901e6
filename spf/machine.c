/* machine.c - what the observer of a check is told. */
#include "spf/machine.h"

void machine_tell(struct spf_check *c, struct spf_event event)
{
	struct spf_observer *observer = c->request->observer;
	if (!observer)
		return;
	event.depth = c->n_frames - 1;
	event.domain = &machine_top(c)->domain;
	event.lookups = c->result.lookups;
	event.void_lookups += c->result.void_lookups;
	observer->event(observer, &event);
}

void machine_tell_term(struct spf_check *c, enum spf_event_kind kind, const struct dname *target)
{
	if (c->request->observer)
		machine_tell(c,
		        (struct spf_event){ .kind = kind,
		                .text = machine_top(c)->term,
		                .text_size = machine_top(c)->term_size,
		                .target = target });
}
