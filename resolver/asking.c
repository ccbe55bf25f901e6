/* asking.c - the side of those who ask: questions, waiters, and what holds questions back. */
#include "resolver/inside.h"

static const char pause_text[] = "a pause after failures to end, to ask for ";
static const char memory_text[] = "answers that take too much memory, to ask for ";

static void waiter_join(struct resolver_waiter *w, struct flight *f)
{
	w->flight = f;
	w->next = f->waiters;
	w->link = &f->waiters;
	if (w->next)
		w->next->link = &w->next;
	f->waiters = w;
}

const struct answer *resolver_ask(struct resolver *r, struct resolver_waiter *waiter,
        const struct dname *qname, enum rrtype type)
{
	struct question q;
	question_of(&q, qname, type);
	count(&r->counters.questions, 1);
	const struct answer *answer = cache_find(&r->cache, &q, resolver_cache_ns(r));
	if (answer) {
		count(&r->counters.cache_hits, 1);
		return answer;
	}
	struct flight *f = flights_find(&r->flights, &q);
	if (f) {
		count(&r->counters.joined, 1);
	} else {
		f = flights_get(&r->flights, &q);
		if (!f)
			return resolver_out_of_memory(r);
		flight_queue(r, f);
	}
	waiter_join(waiter, f);
	return NULL;
}

void resolver_cancel(struct resolver *r, struct resolver_waiter *waiter)
{
	struct flight *f = waiter->flight;
	if (!f)
		return;
	waiter_unlink(waiter);
	/* A question that was never sent would now take its place in the rate from others. */
	if (f->state == FLIGHT_QUEUED && !f->waiters) {
		flights_remove(&r->flights, flight_unqueue(r, f));
		flight_end(r, f);
	}
}

const struct answer *resolver_give_up(
        struct resolver *r, struct resolver_waiter *waiter, const char *cause)
{
	const struct flight *f = waiter->flight;
	if (!f)
		return NULL;
	const struct answer *answer =
	        answer_of_failure(&f->qname, f->type, ANSWER_CANCELLED, cause);
	resolver_cancel(r, waiter);
	return answer ? answer : resolver_out_of_memory(r);
}

enum rrtype resolver_question(const struct resolver_waiter *waiter, struct dname *qname)
{
	*qname = waiter->flight->qname;
	return waiter->flight->type;
}

void resolver_make_urgent(struct resolver *r, struct resolver_waiter *waiter)
{
	struct flight *f = waiter->flight;
	if (!f || f->urgent)
		return;
	f->urgent = true;
	if (f->state == FLIGHT_QUEUED) {
		flight_list_remove(&r->queue, f);
		flight_list_push_front(&r->queue, f);
	}
}

bool resolver_is_queued(const struct resolver_waiter *waiter)
{
	return waiter->flight && waiter->flight->state == FLIGHT_QUEUED;
}

/* With libunbound, which keeps time by itself, a question rests after a failure; with our own
 * engine it stands in line. */
static const char *held_up_by(const struct resolver *r, const struct flight *f)
{
	if (r->engine->ops->failure_ms)
		return pause_text;
	return resolver_is_full(r) && !f->urgent ? memory_text
	                                         : "its turn at an upstream, to ask for ";
}

const char *resolver_waits_for(const struct resolver *r, const struct resolver_waiter *waiter)
{
	if (waiter->flight->state == FLIGHT_HELD)
		return held_up_by(r, waiter->flight);
	return resolver_is_queued(waiter) ? resolver_holdup(r) : "";
}

/* ---- what holds questions back ---- */

/* Questions that an engine cannot stop count like open ones once there are as many as we allow
 * open: its memory stays bounded. */
const char *resolver_holdup(const struct resolver *r)
{
	if (r->now_ns < r->hold_until_ns)
		return pause_text;
	if (r->n_started >= r->max_in_flight)
		return "--in-flight to ask for ";
	if (r->n_started + r->engine->n_abandoned >= 2 * (uint64_t)r->max_in_flight)
		return "libunbound to end questions that were given up, to ask for ";
	if (r->engine->ops->has_room && !r->engine->ops->has_room(r->engine))
		return "the upstreams, which are dead or have no room, to ask for ";
	if (!load_has_room(&r->load, r->n_started) && !(r->queue.first && r->queue.first->urgent))
		return memory_text;
	return rate_room(&r->rate, 1) ? "" : "--qps to ask for ";
}

bool resolver_is_throttled(const struct resolver *r)
{
	uint64_t room = rate_room(&r->rate, r->max_in_flight - r->n_started);
	return r->queue.first && (r->counters.queued > room || !resolver_may_start(r));
}

bool resolver_is_full(const struct resolver *r)
{
	return load_is_full(&r->load);
}

size_t resolver_load_bytes(const struct resolver *r)
{
	return load_bytes(&r->load);
}

bool resolver_holds_back(const struct resolver *r)
{
	return r->held.first || resolver_is_full(r) || resolver_is_throttled(r);
}

bool resolver_wants_pump(const struct resolver *r)
{
	return r->landed.first || (r->queue.first && resolver_may_start(r));
}

const struct answer *resolver_out_of_memory(struct resolver *r)
{
	r->lacked_memory = true;
	return answer_ref(r->out_of_memory);
}

bool resolver_lacked_memory(const struct resolver *r)
{
	return r->lacked_memory;
}
