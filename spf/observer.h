/* observer.h - watches a check as it runs, for people: `spfsweep check` prints its events.
 *
 * The machine calls event() in its own thread. Everything that an event points to lives as long as
 * the call. An observer changes nothing. */
#ifndef SPF_OBSERVER_H
#define SPF_OBSERVER_H

#include "dns/answer.h"
#include "spf/verdict.h"

enum spf_event_kind {
	SPF_EVENT_RECORD,   /* a record was selected: `text`; of size 0: there is none */
	SPF_EVENT_TERM,     /* a directive or redirect is tried: `text`, `target` */
	SPF_EVENT_LOOKUP,   /* an answer was looked at: `answer` */
	SPF_EVENT_MATCH,    /* the directive of `text` matched */
	SPF_EVENT_NO_MATCH, /* it did not */
	SPF_EVENT_RETURN,   /* the check_host() of an include returned `verdict` */
};

struct spf_event {
	enum spf_event_kind kind;
	unsigned depth; /* open includes and redirects; 0: the domain asked for */
	/* <domain> of this check_host(); of size 0 in the RETURN of an include whose target-name is
	 * no domain name. */
	const struct dname *domain;
	const struct dname *target; /* NULL: the term has no target-name, or a malformed one */
	const char *text;           /* as published */
	size_t text_size;
	const struct answer *answer;
	enum spf_verdict verdict;
	unsigned lookups, void_lookups; /* charged so far */
};

struct spf_observer {
	void (*event)(struct spf_observer *observer, const struct spf_event *event);
};

#endif
