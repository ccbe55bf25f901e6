/* delivery.c - what was answered goes to those who wait.
 *
 * Trap: a waiter's done() may ask, and it may cancel any waiter, also one of the same flight. So a
 * flight leaves the table before its waiters are told, and each waiter leaves the flight's list
 * before it is called. */
#include "resolver/delivery.h"

#include <stdlib.h>

/* How often a question is asked again because the thread did not run while it was open. */
#define ASK_AGAIN_MAX 3

void delivery_leave(struct resolver_waiter *w)
{
	*w->link = w->next;
	if (w->next)
		w->next->link = w->link;
	*w = (struct resolver_waiter){ .done = w->done };
}

void delivery_recycle(struct resolver *r, struct flight *f)
{
	answer_unref(f->answer);
	f->answer = NULL;
	free(f->chain);
	f->chain = NULL;
	flights_put(&r->flights, f);
}

/* The engine's clock ran on while the thread did not, and took that for silence. Our own deadline
 * did not. */
static bool proves_nothing(const struct resolver *r, const struct flight *f)
{
	const struct dispatcher *d = &r->dispatcher;
	if (!d->engine->type->failure_ms || f->n_sleeps == d->n_sleeps ||
	        f->n_asked_again >= ASK_AGAIN_MAX)
		return false;
	return f->answer && !answer_is_definite(f->answer) && f->answer->status != ANSWER_TIMEOUT;
}

static void ask_again(struct resolver *r, struct flight *f)
{
	flight_list_remove(&r->dispatcher.finished, f);
	answer_unref(f->answer);
	f->answer = NULL;
	f->n_asked_again++;
	dispatcher_queue(&r->dispatcher, f);
	/* it counts as sent once, when it is sent the next time */
	counter_subtract(&r->counters.queries_sent, 1);
	dispatcher_pause(&r->dispatcher, r->dispatcher.engine->type->failure_ms);
}

/* CNAMEs came without their target: the flight asks for that. False: the answer is whole, or a
 * failure. */
static bool flight_goes_on(struct resolver *r, struct flight *f)
{
	if (!f->answer || !f->answer->is_half)
		return false;
	enum chain_step step = chain_extend(&f->chain, f->answer, &f->qname);
	answer_unref(f->answer);
	f->answer = step == CHAIN_TOO_LONG ? answer_of_failure(&f->qname, f->type, ANSWER_SERVFAIL,
	                                             "CNAME loop, or too long a chain of CNAMEs")
	                                   : NULL;
	if (step == CHAIN_GOES_ON && exclusions_hold_name(r->exclusions, flight_name(f))) {
		f->answer = state_excluded(r, &f->qname, f->type, "its CNAME leads there");
		return false;
	}
	if (step != CHAIN_GOES_ON)
		return false;
	flight_list_remove(&r->dispatcher.finished, f);
	if (f->waiters) {
		dispatcher_queue(&r->dispatcher, f);
	} else { /* all have given up meanwhile */
		flights_remove(&r->flights, f);
		nxdomain_answered(&r->nxdomain, f);
		delivery_recycle(r, f);
	}
	return true;
}

static void count_outcome(struct resolver *r, const struct answer *answer)
{
	if (answer->is_derived) {
		counter_add(&r->counters.spared_by_nxdomain, 1);
		return;
	}
	if (answer_is_definite(answer)) {
		counter_add(&r->counters.answers, 1);
		return;
	}
	counter_add(&r->counters.failures, 1);
	counter_add(&r->counters.failed_as[answer->status], 1);
	if (answer->status == ANSWER_TIMEOUT)
		counter_add(&r->counters.timeouts, 1);
}

/* What was derived is derived again when it is asked for again. */
static void keep_answer(struct resolver *r, const struct flight *f)
{
	struct question q;
	if (f->answer->is_derived)
		return;
	question_of(&q, &f->qname, f->type);
	cache_put(&r->cache, &q, f->answer, dispatcher_cache_ns(&r->dispatcher));
	memory_budget_note(&r->dispatcher.throttle.memory, f->answer);
}

static void flight_deliver(struct resolver *r, struct flight *f, bool *called)
{
	if (flight_goes_on(r, f))
		return;
	if (proves_nothing(r, f)) {
		ask_again(r, f);
		return;
	}
	flight_list_remove(&r->dispatcher.finished, f);
	flights_remove(&r->flights, f);
	f->state = FLIGHT_DELIVERED;
	if (f->answer) {
		chain_join(f->chain, (struct answer *)f->answer); /* nobody else has it yet */
		keep_answer(r, f);
	} else {
		f->answer = state_out_of_memory(r);
	}
	count_outcome(r, f->answer);
	uint32_t expires_s =
	        cache_good_until_s(&r->cache, f->answer, dispatcher_cache_ns(&r->dispatcher));
	nxdomain_answered(&r->nxdomain, f);
	while (f->waiters) {
		struct resolver_waiter *w = f->waiters;
		delivery_leave(w);
		w->expires_s = expires_s;
		*called = true;
		w->done(w, answer_ref(f->answer));
	}
	delivery_recycle(r, f);
}

bool delivery_turn(struct resolver *r)
{
	bool called = false;
	while (r->dispatcher.finished.first)
		flight_deliver(r, r->dispatcher.finished.first, &called);
	return called;
}
