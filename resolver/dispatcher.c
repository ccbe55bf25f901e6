/* dispatcher.c - the lists of flights, and what engines tell. */
#include "resolver/dispatcher.h"

#include "base/clock.h"

#include <assert.h>
#include <stdio.h>

void dispatcher_init(struct dispatcher *d)
{
	flight_list_init(&d->queue);
	flight_list_init(&d->started);
	flight_list_init(&d->held);
	flight_list_init(&d->finished);
}

/* ---- the queue ---- */

static void queue_push(struct dispatcher *d, struct flight *f)
{
	if (f->urgent)
		flight_list_push_front(&d->queue, f);
	else
		flight_list_push(&d->queue, f);
}

void dispatcher_queue(struct dispatcher *d, struct flight *f)
{
	f->state = FLIGHT_QUEUED;
	queue_push(d, f);
	counter_add(&d->counters->queued, 1);
}

void dispatcher_unqueue(struct dispatcher *d, struct flight *f)
{
	flight_list_remove(&d->queue, f);
	counter_subtract(&d->counters->queued, 1);
}

void dispatcher_make_urgent(struct dispatcher *d, struct flight *f)
{
	if (f->urgent)
		return;
	f->urgent = true;
	if (f->state == FLIGHT_QUEUED) {
		flight_list_remove(&d->queue, f);
		queue_push(d, f);
	}
}

const char *dispatcher_holdup(const struct dispatcher *d)
{
	return throttle_reason(&d->throttle, d->engine, d->n_started,
	        d->queue.first && d->queue.first->urgent, d->now_ns);
}

/* ---- with the engine ---- */

static void started_push(struct dispatcher *d, struct flight *f)
{
	f->state = FLIGHT_STARTED;
	f->deadline_ns = d->now_ns + d->question_ms * CLOCK_NS_PER_MS;
	flight_list_push(&d->started, f);
	d->n_started++;
}

/* Takes it off the engine's lists. */
static void leave(struct dispatcher *d, struct flight *f)
{
	assert(f->state == FLIGHT_STARTED || f->state == FLIGHT_HELD);
	bool is_held = f->state == FLIGHT_HELD;
	flight_list_remove(is_held ? &d->held : &d->started, f);
	d->n_started -= !is_held;
	d->n_stopping -= is_held && f->stops_clock;
}

static void start(struct dispatcher *d, struct flight *f)
{
	rate_spend(&d->throttle.rate, 1);
	busiest_add(&d->busiest, 1, d->now_ns);
	f->n_sleeps = d->n_sleeps;
	started_push(d, f);
	counter_add(&d->counters->queries_sent, 1);
	leaders_sent(&d->leaders, f, d->now_ns);
	d->engine->type->start(d->engine, f, d->now_ns);
}

void dispatcher_start_queued(struct dispatcher *d)
{
	for (struct flight *f; (f = d->queue.first) != NULL && dispatcher_may_start(d);) {
		dispatcher_unqueue(d, f);
		start(d, f);
	}
}

static struct answer *timeout_of(const struct dispatcher *d, const struct flight *f)
{
	char cause[64];
	snprintf(cause, sizeof cause, "no answer within %u ms", d->question_ms);
	return answer_of_failure(&f->qname, f->type, ANSWER_TIMEOUT, cause);
}

/* Nobody else has it yet. */
static void stamp(const struct dispatcher *d, const struct answer *answer)
{
	((struct answer *)answer)->received_s = d->wall_s;
}

void dispatcher_finish_unsent(struct dispatcher *d, struct flight *f, const struct answer *answer)
{
	f->state = FLIGHT_FINISHED;
	f->answer = answer;
	if (answer) {
		stamp(d, answer);
		answer_enter(answer, &d->cache->account);
	}
	flight_list_push(&d->finished, f);
}

static void finish(struct dispatcher *d, struct flight *f, const struct answer *answer)
{
	leave(d, f);
	dispatcher_finish_unsent(d, f, answer);
}

void dispatcher_expire(struct dispatcher *d)
{
	for (struct flight *f; (f = d->started.first) != NULL && f->deadline_ns <= d->now_ns;) {
		d->engine->type->abandon(d->engine, f);
		finish(d, f, timeout_of(d, f));
	}
}

/* ---- for engines ---- */

void dispatcher_finish(struct dispatcher *d, struct flight *f, const struct answer *answer)
{
	if (d->closing)
		answer_unref(answer);
	else
		finish(d, f, answer);
}

void dispatcher_late(struct dispatcher *d, const struct answer *answer)
{
	if (answer && !d->closing && answer_is_definite(answer) && !answer->is_half) {
		struct dname qname;
		struct question q;
		answer_qname(answer, &qname);
		question_of(&q, &qname, (enum rrtype)answer->type);
		counter_add(&d->counters->late_answers, 1);
		stamp(d, answer);
		cache_put(d->cache, &q, answer, dispatcher_cache_ns(d));
	}
	answer_unref(answer);
}

void dispatcher_pause(struct dispatcher *d, unsigned ms)
{
	d->throttle.pause_until_ns = d->now_ns + ms * CLOCK_NS_PER_MS;
}

static void held_push(struct dispatcher *d, struct flight *f, bool stops_clock)
{
	f->state = FLIGHT_HELD;
	f->stops_clock = stops_clock;
	d->n_stopping += stops_clock;
	flight_list_push(&d->held, f);
}

void dispatcher_hold(struct dispatcher *d, struct flight *f)
{
	leave(d, f);
	held_push(d, f, true);
}

void dispatcher_park(struct dispatcher *d, struct flight *f)
{
	leave(d, f);
	held_push(d, f, false);
}

void dispatcher_rest(struct dispatcher *d, struct flight *f)
{
	leaders_failed(&d->leaders, f, d->now_ns);
	dispatcher_park(d, f);
}

void dispatcher_hold_unsent(struct dispatcher *d, struct flight *f)
{
	rate_refund(&d->throttle.rate);
	busiest_take_back(&d->busiest);
	dispatcher_hold(d, f);
}

void dispatcher_queue_again(struct dispatcher *d, struct flight *f)
{
	leave(d, f);
	f->state = FLIGHT_QUEUED;
	flight_list_push_front(&d->queue, f);
	counter_add(&d->counters->queued, 1);
	/* it counts as sent once, when it is sent the next time */
	counter_subtract(&d->counters->queries_sent, 1);
}

void dispatcher_renew(struct dispatcher *d, struct flight *f)
{
	leave(d, f);
	started_push(d, f);
}

void dispatcher_count_retries(struct dispatcher *d, unsigned n)
{
	counter_add(&d->counters->retries, n);
	rate_spend(&d->throttle.rate, n);
	busiest_add(&d->busiest, n, d->now_ns);
}
