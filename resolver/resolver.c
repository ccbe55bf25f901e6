/* resolver.c - what stands above every engine: the cache, single flight, the throttle, the deadlines, and who is told what.
 *
 * A flight is always on one list: `queue` (waits for the throttle), `started` (with the engine; all have the same deadline length,
 * so the order of starting is the order of deadlines), `held` (with the engine, which lets it wait) or `landed` (its outcome waits for the next delivery). Engines only ever move
 * flights from `started` to `landed`, so nothing below changes under a loop's feet, and only resolver_pump() calls anybody back.
 *
 * Trap: a waiter's done() may ask, and cancel any waiter, also one of the same flight. So a flight leaves the table before its
 * waiters are told, and each waiter leaves the flight's list before it is called. */
#include "resolver/resolver.h"

#include "base/clock.h"
#include "resolver/cache.h"
#include "resolver/counters.h"
#include "resolver/flights.h"
#include "resolver/load.h"
#include "resolver/rate.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* How often the loop is woken for deadlines and for the rate's next tokens. */
#define TICK_MS 10

/* How long nothing is started after the engine put a flight back. */
#define HOLD_MS 100

struct resolver {
	struct engine *engine;
	struct slab slab; /* of the cache's answers: given up last */
	struct cache cache;
	struct flights flights;
	struct flight_list queue, started, held, landed;
	struct loop_event *tick;
	uint64_t now_ns;
	uint64_t question_deadline_ns;
	uint64_t n_started;
	unsigned max_in_flight;
	unsigned question_deadline_ms;
	uint64_t hold_until_ns; /* the engine asked for a pause */
	struct rate rate;
	struct load load;
	bool closing;
	struct resolver_counters counters;
};

/* ---- the throttle ---- */

/* Questions that an engine cannot stop count like open ones once there are as many as we allow open: its memory stays bounded. */
static bool may_start(const struct resolver *r)
{
	if (r->now_ns < r->hold_until_ns)
		return false;
	if (r->n_started >= r->max_in_flight || r->n_started + r->engine->n_abandoned >= 2 * (uint64_t)r->max_in_flight)
		return false;
	if (r->engine->ops->has_room && !r->engine->ops->has_room(r->engine))
		return false;
	if (!load_has_room(&r->load, r->n_started) && !(r->queue.first && r->queue.first->urgent))
		return false;
	return rate_room(&r->rate) > 0;
}

/* ---- flights ---- */

static void flight_end(struct resolver *r, struct flight *f)
{
	answer_unref(f->answer);
	f->answer = NULL;
	free(f->chain);
	f->chain = NULL;
	flights_put(&r->flights, f);
}

static void flight_start(struct resolver *r, struct flight *f)
{
	rate_spend(&r->rate, 1);
	f->state = FLIGHT_STARTED;
	f->deadline_ns = r->now_ns + r->question_deadline_ns;
	flight_list_push(&r->started, f);
	r->n_started++;
	count(&r->counters.queries_sent, 1);
	r->engine->ops->start(r->engine, f, r->now_ns);
}

static struct flight *queue_pop(struct resolver *r, struct flight *f)
{
	flight_list_remove(&r->queue, f);
	count(&r->counters.queued, (uint64_t)-1);
	return f;
}

static void queue_start(struct resolver *r)
{
	while (r->queue.first && may_start(r))
		flight_start(r, queue_pop(r, r->queue.first));
}

/* Takes it from the engine's lists. */
static void flight_leave(struct resolver *r, struct flight *f)
{
	assert(f->state == FLIGHT_STARTED || f->state == FLIGHT_HELD);
	bool is_held = f->state == FLIGHT_HELD;
	flight_list_remove(is_held ? &r->held : &r->started, f);
	r->n_started -= !is_held;
}

static void flight_land(struct resolver *r, struct flight *f, const struct answer *answer)
{
	flight_leave(r, f);
	f->state = FLIGHT_LANDED;
	f->answer = answer;
	if (answer)
		answer_enter(answer, &r->cache.account);
	flight_list_push(&r->landed, f);
}

void resolver_land(struct resolver *r, struct flight *f, const struct answer *answer)
{
	if (r->closing)
		answer_unref(answer);
	else
		flight_land(r, f, answer);
}

void resolver_hold(struct resolver *r, struct flight *f)
{
	flight_leave(r, f);
	f->state = FLIGHT_HELD;
	flight_list_push(&r->held, f);
}

void resolver_renew(struct resolver *r, struct flight *f)
{
	flight_leave(r, f);
	f->state = FLIGHT_STARTED;
	f->deadline_ns = r->now_ns + r->question_deadline_ns;
	flight_list_push(&r->started, f);
	r->n_started++;
}

void resolver_put_back(struct resolver *r, struct flight *f)
{
	assert(f->state == FLIGHT_STARTED);
	flight_list_remove(&r->started, f);
	r->n_started--;
	f->state = FLIGHT_QUEUED;
	f->n_put_back++;
	(f->urgent ? flight_list_push_front : flight_list_push)(&r->queue, f);
	count(&r->counters.queued, 1);
	count(&r->counters.queries_sent, (uint64_t)-1);
	rate_give_back(&r->rate);
	r->hold_until_ns = r->now_ns + HOLD_MS * CLOCK_NS_PER_MS;
}

static struct answer *timeout_of(const struct resolver *r, const struct flight *f)
{
	char cause[64];
	snprintf(cause, sizeof cause, "no answer within %u ms", r->question_deadline_ms);
	return answer_of_failure(&f->qname, f->type, ANSWER_TIMEOUT, cause);
}

static void started_expire(struct resolver *r)
{
	while (r->started.first && r->started.first->deadline_ns <= r->now_ns) {
		struct flight *f = r->started.first;
		r->engine->ops->abandon(r->engine, f);
		flight_land(r, f, timeout_of(r, f));
	}
}

static void outcome_count(struct resolver *r, const struct answer *answer)
{
	if (answer_is_definite(answer)) {
		count(&r->counters.answers, 1);
		return;
	}
	count(&r->counters.failures, 1);
	if (answer->status == ANSWER_TIMEOUT)
		count(&r->counters.timeouts, 1);
}

static void waiter_unlink(struct resolver_waiter *w)
{
	*w->link = w->next;
	if (w->next)
		w->next->link = w->link;
	*w = (struct resolver_waiter){ .done = w->done };
}

/* Half an answer sends its flight on its way again, to the name that it leads to. False: the answer is whole, or a failure. */
static bool flight_goes_on(struct resolver *r, struct flight *f)
{
	if (!f->answer || !f->answer->is_half)
		return false;
	enum chain_step step = chain_extend(&f->chain, f->answer, &f->qname);
	answer_unref(f->answer);
	f->answer = step == CHAIN_TOO_LONG ? answer_of_failure(&f->qname, f->type, ANSWER_SERVFAIL, "CNAME loop, or too long a chain of CNAMEs") : NULL;
	if (step != CHAIN_GOES_ON)
		return false;
	flight_list_remove(&r->landed, f);
	if (!f->waiters) { /* all have given up meanwhile */
		flights_remove(&r->flights, f);
		flight_end(r, f);
		return true;
	}
	f->state = FLIGHT_QUEUED;
	f->n_put_back = 0;
	(f->urgent ? flight_list_push_front : flight_list_push)(&r->queue, f);
	count(&r->counters.queued, 1);
	return true;
}

/* False: there is no memory even to say that there was none; the flight waits for some. */
static bool flight_tell(struct resolver *r, struct flight *f, bool *called)
{
	if (flight_goes_on(r, f))
		return true;
	if (!f->answer)
		f->answer = answer_of_failure(&f->qname, f->type, ANSWER_UNRESOLVED, "out of memory");
	if (!f->answer)
		return false;
	flight_list_remove(&r->landed, f);
	flights_remove(&r->flights, f);
	f->state = FLIGHT_TOLD;
	chain_join(f->chain, (struct answer *)f->answer); /* nobody else has it yet */
	outcome_count(r, f->answer);
	struct question q;
	question_of(&q, &f->qname, f->type);
	cache_put(&r->cache, &q, f->answer, r->now_ns);
	load_note(&r->load, f->answer);
	while (f->waiters) {
		struct resolver_waiter *w = f->waiters;
		waiter_unlink(w);
		*called = true;
		w->done(w, answer_ref(f->answer));
	}
	flight_end(r, f);
	return true;
}

static void counters_show(struct resolver *r)
{
	show(&r->counters.in_flight, r->n_started);
	show(&r->counters.cache_bytes, cache_used_bytes(&r->cache));
	show(&r->counters.cache_entries, r->cache.n_entries);
	show(&r->counters.cache_evictions, r->cache.n_evictions);
}

bool resolver_pump(struct resolver *r, uint64_t now_ns)
{
	bool called = false;
	r->now_ns = now_ns;
	rate_fill(&r->rate, now_ns, r->queue.first);
	if (r->engine->ops->turn)
		r->engine->ops->turn(r->engine, now_ns);
	cache_trim(&r->cache, now_ns); /* what was attached since */
	queue_start(r);
	started_expire(r);
	while (r->landed.first && flight_tell(r, r->landed.first, &called))
		;
	queue_start(r); /* what was just asked, into the places that just became free */
	if (r->engine->ops->flush)
		r->engine->ops->flush(r->engine);
	counters_show(r);
	return called;
}

bool resolver_wants_pump(const struct resolver *r)
{
	return r->landed.first || (r->queue.first && may_start(r));
}

/* ---- asking ---- */

static void waiter_join(struct resolver_waiter *w, struct flight *f)
{
	w->flight = f;
	w->next = f->waiters;
	w->link = &f->waiters;
	if (w->next)
		w->next->link = &w->next;
	f->waiters = w;
}

const struct answer *resolver_ask(struct resolver *r, struct resolver_waiter *waiter, const struct dname *qname, enum rrtype type)
{
	struct question q;
	question_of(&q, qname, type);
	count(&r->counters.questions, 1);
	const struct answer *answer = cache_find(&r->cache, &q, r->now_ns);
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
			return answer_of_failure(qname, type, ANSWER_UNRESOLVED, "out of memory");
		f->state = FLIGHT_QUEUED;
		flight_list_push(&r->queue, f);
		count(&r->counters.queued, 1);
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
		flights_remove(&r->flights, queue_pop(r, f));
		flight_end(r, f);
	}
}

const struct answer *resolver_give_up(struct resolver *r, struct resolver_waiter *waiter, const char *cause)
{
	const struct flight *f = waiter->flight;
	if (!f)
		return NULL;
	const struct answer *answer = answer_of_failure(&f->qname, f->type, ANSWER_CANCELLED, cause);
	resolver_cancel(r, waiter);
	return answer;
}

bool resolver_is_throttled(const struct resolver *r)
{
	uint64_t room = r->max_in_flight - r->n_started;
	if (rate_room(&r->rate) < room)
		room = rate_room(&r->rate);
	return r->queue.first && (r->counters.queued > room || !may_start(r));
}

bool resolver_is_full(const struct resolver *r)
{
	return load_is_full(&r->load);
}

size_t resolver_load_bytes(const struct resolver *r)
{
	return load_bytes(&r->load);
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

bool resolver_holds_back(const struct resolver *r)
{
	return r->held.first || resolver_is_full(r) || resolver_is_throttled(r);
}

bool resolver_is_queued(const struct resolver_waiter *waiter)
{
	return waiter->flight && waiter->flight->state == FLIGHT_QUEUED;
}

/* ---- for engines ---- */
void resolver_late(struct resolver *r, const struct answer *answer)
{
	if (answer && !r->closing && answer_is_definite(answer) && !answer->is_half) {
		struct dname qname;
		struct question q;
		answer_qname(answer, &qname);
		question_of(&q, &qname, (enum rrtype)answer->type);
		cache_put(&r->cache, &q, answer, r->now_ns);
	}
	answer_unref(answer);
}

struct slab *resolver_slab(struct resolver *r)
{
	return &r->slab;
}

/* A repeated question is a question to the network as well: it uses up its share of the rate, though it does not wait for it. */
void resolver_count_retries(struct resolver *r, unsigned n)
{
	count(&r->counters.retries, n);
	rate_spend(&r->rate, n);
}

void resolver_count(struct resolver *r, enum resolver_event event)
{
	uint64_t *const counters[] = {
		[RESOLVER_ASKED_BY_TCP] = &r->counters.tcp_queries,
		[RESOLVER_STRAY_PACKET] = &r->counters.stray_packets,
		[RESOLVER_BAD_PACKET] = &r->counters.bad_packets,
		[RESOLVER_LOCAL_ANSWER] = &r->counters.local_answers,
	};
	count(counters[event], 1);
}

void resolver_counters(const struct resolver *r, struct resolver_counters *out)
{
	counters_copy(out, &r->counters);
}

/* ---- life ---- */

/* The tick only ends a waiting turn of the loop; the pump after it does the work. */
static void tick(void *arg)
{
	(void)arg;
}

static enum error engine_new(struct resolver *r, const struct resolver_config *config, struct loop *loop, char *why,
	size_t why_size)
{
	if (config->kind == RESOLVER_SCRIPTED)
		return scripted_engine_new(&r->engine, r, config, why, why_size);
	/* Validation is libunbound's: it forwards by itself then. */
	if (config->kind == RESOLVER_FORWARD && !config->dnssec)
		return forward_engine_new(&r->engine, r, config, loop, why, why_size);
	return recursive_engine_new(&r->engine, r, config, loop, why, why_size);
}

enum error resolver_new(struct resolver **out, const struct resolver_config *config, struct loop *loop, char *why, size_t why_size)
{
	assert(loop || config->kind == RESOLVER_SCRIPTED);
	enum error err = ERROR_NOMEM;
	struct resolver *r = calloc(1, sizeof *r);
	*out = NULL;
	snprintf(why, why_size, "%s", error_text(err));
	if (!r)
		return err;
	flight_list_init(&r->queue);
	flight_list_init(&r->started);
	flight_list_init(&r->held);
	flight_list_init(&r->landed);
	r->max_in_flight = config->max_in_flight ? config->max_in_flight : 1;
	r->question_deadline_ms = config->question_deadline_ms;
	r->question_deadline_ns = config->question_deadline_ms * CLOCK_NS_PER_MS;
	rate_init(&r->rate, config->queries_per_s);
	load_init(&r->load, &r->cache.account, config->load_bytes);
	if (!flights_init(&r->flights) || !cache_init(&r->cache, config->cache_bytes, config->failure_ttl_s))
		goto out;
	if (loop && !(r->tick = loop_every(loop, TICK_MS, tick, NULL)))
		goto out;
	err = engine_new(r, config, loop, why, why_size);
out:
	if (err) {
		resolver_free(r);
		return err;
	}
	counters_show(r);
	*out = r;
	return ERROR_NONE;
}

static void list_forget(struct resolver *r, struct flight_list *list)
{
	while (list->first) {
		struct flight *f = list->first;
		flight_list_remove(list, f);
		while (f->waiters)
			waiter_unlink(f->waiters);
		flight_end(r, f);
	}
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	r->closing = true;
	if (r->engine)
		r->engine->ops->free(r->engine);
	loop_event_free(r->tick);
	list_forget(r, &r->queue);
	list_forget(r, &r->started);
	list_forget(r, &r->held);
	list_forget(r, &r->landed);
	flights_fini(&r->flights);
	cache_fini(&r->cache);
	slab_fini(&r->slab);
	free(r);
}
