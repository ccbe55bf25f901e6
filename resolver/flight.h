/* flight.h - (private to resolver/) a flight: one question on its way to the DNS, with all who wait
 * for its answer.
 *
 * The resolver owns it. dispatcher.h tells which list it is on in which state. One thread. */
#ifndef RESOLVER_FLIGHT_H
#define RESOLVER_FLIGHT_H

#include "resolver/chain.h"

struct flight;
struct resolver_waiter;
struct top;

enum flight_state {
	FLIGHT_FOLLOWING, /* waits for its leader's answer, which may be its own (leaders.h) */
	FLIGHT_QUEUED,    /* waits for our own limits */
	FLIGHT_STARTED,   /* with the engine, its deadline is running */
	FLIGHT_HELD,      /* with the engine, which ends it by itself: no deadline */
	FLIGHT_FINISHED,  /* its outcome waits for delivery */
	FLIGHT_DELIVERED, /* its waiters are being told */
};

/* First in, first out; linked through the flights' `next` and `link`. */
struct flight_list {
	struct flight *first, **end;
};

struct flight {
	/* the resolver's */
	struct dname qname; /* lower case */
	enum rrtype type;
	struct chain *chain; /* NULL: its own name is asked */
	struct resolver_waiter *waiters;
	uint64_t hash, name_hash, deadline_ns;
	struct flight *next_in_bucket;
	struct flight *next, **link; /* in the list of its state */
	/* leaders and followers: nxdomain.h, leaders.h */
	bool leads;            /* questions for other types of the name may follow it */
	struct top *top;       /* all names below follow it; NULL: they do not */
	struct flight *leader; /* whom it follows; NULL: nobody */
	struct flight_list followers;
	struct flight *next_leader, **leader_link; /* in the list of leaders */
	uint64_t leads_since_ns;
	/* its outcome */
	const struct answer *answer; /* once FINISHED; NULL: out of memory */
	enum flight_state state;
	unsigned n_asked_again; /* after the thread did not run for a while */
	unsigned n_sleeps;      /* how often that had happened when it was started */
	bool urgent;            /* see resolver_make_urgent() */
	bool stops_clock;       /* HELD: no time counts against those who wait for it */
	/* the engine's */
	void *ticket;
	unsigned n_suspected; /* waits that a rate may have made, or what was sent for it */
};

/* The name to ask for: the question's own, or the target of a CNAME that came without it. */
static inline const struct dname *flight_name(const struct flight *f)
{
	return f->chain ? &f->chain->name : &f->qname;
}

/* What decides when the flight's question is answered: itself, or the one that it follows. */
static inline const struct flight *flight_awaited(const struct flight *f)
{
	return f->state == FLIGHT_FOLLOWING ? f->leader : f;
}

/* Begins the answer to the flight's question. It starts at the name that was asked. */
static inline void flight_begin_answer(const struct flight *f, struct answer_builder *b)
{
	answer_builder_begin(b, &f->qname, f->type);
	b->canonical = *flight_name(f);
}

/* ---- lists ---- */

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
