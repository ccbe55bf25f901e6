/* resolver.c - questions, waiters, and who is told what.
 *
 * Trap: a waiter's done() may ask, and it may cancel any waiter, also one of the same flight. So a
 * flight leaves the table before its waiters are told, and each waiter leaves the flight's list
 * before it is called. */
#include "resolver/resolver.h"

#include "base/clock.h"
#include "resolver/dispatcher.h"
#include "resolver/exclusions.h"
#include "resolver/flights.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* How often the loop is woken for deadlines and for the rate's next tokens. */
#define TICK_MS 10

/* How often a question is asked again because the thread did not run while it was open. */
#define ASK_AGAIN_MAX 3

struct resolver {
	struct slab slab; /* of the cache's answers: freed last */
	struct cache cache;
	struct flights flights;
	struct dispatcher dispatcher;
	struct loop_event *tick;
	const struct exclusions *exclusions; /* NULL: none */
	bool lacked_memory;
	bool has_all;                       /* the engine has all answers at hand */
	const struct answer *out_of_memory; /* allocated while there was memory */
	struct resolver_counters counters;
};

/* ---- waiters ---- */

static void waiter_join(struct resolver_waiter *w, struct flight *f)
{
	w->flight = f;
	w->next = f->waiters;
	w->link = &f->waiters;
	if (w->next)
		w->next->link = &w->next;
	f->waiters = w;
}

static void waiter_leave(struct resolver_waiter *w)
{
	*w->link = w->next;
	if (w->next)
		w->next->link = w->link;
	*w = (struct resolver_waiter){ .done = w->done };
}

/* It is in no table and on no list, and nobody waits for it. */
static void flight_recycle(struct resolver *r, struct flight *f)
{
	answer_unref(f->answer);
	f->answer = NULL;
	free(f->chain);
	f->chain = NULL;
	flights_put(&r->flights, f);
}

/* Of a name that must not be asked. A new reference. */
static const struct answer *excluded_answer(
        struct resolver *r, const struct dname *qname, enum rrtype type, const char *cause)
{
	const struct answer *answer = answer_of_failure(qname, type, ANSWER_EXCLUDED, cause);
	counter_add(&r->counters.excluded, 1);
	return answer ? answer : resolver_out_of_memory(r);
}

/* The engine has all answers at hand. */
static const struct answer *answer_at_once(
        struct resolver *r, const struct question *q, uint64_t row)
{
	struct engine *e = r->dispatcher.engine;
	const struct answer *answer = e->type->answer(e, q, row);
	if (!answer)
		return resolver_out_of_memory(r);
	if (answer->status == ANSWER_NOT_RECORDED)
		counter_add(&r->counters.not_recorded, 1);
	else
		counter_add(&r->counters.replayed, 1);
	if (answer_is_definite(answer))
		counter_add(&r->counters.replayed_answers, 1);
	return answer;
}

const struct answer *resolver_ask(struct resolver *r, struct resolver_waiter *waiter,
        const struct dname *qname, enum rrtype type)
{
	struct question q;
	question_of(&q, qname, type);
	waiter->expires_s = 0;
	counter_add(&r->counters.questions, 1);
	if (r->has_all)
		return exclusions_hold_name(r->exclusions, qname)
		        ? excluded_answer(r, qname, type, NULL)
		        : answer_at_once(r, &q, waiter->row);
	const struct answer *answer =
	        cache_find(&r->cache, &q, dispatcher_cache_ns(&r->dispatcher), &waiter->expires_s);
	if (answer) {
		counter_add(&r->counters.cache_hits, 1);
		return answer;
	}
	struct flight *f = flights_find(&r->flights, &q);
	if (f) {
		counter_add(&r->counters.joined, 1);
	} else if (exclusions_hold_name(r->exclusions, qname)) {
		return excluded_answer(r, qname, type, NULL);
	} else {
		f = flights_get(&r->flights, &q);
		if (!f)
			return resolver_out_of_memory(r);
		dispatcher_queue(&r->dispatcher, f);
	}
	waiter_join(waiter, f);
	return NULL;
}

uint64_t resolver_fetch(const struct resolver *r, const struct dname *qname,
        const enum rrtype *types, unsigned n_types)
{
	struct question q;
	question_name(&q, qname);
	for (unsigned i = 0; i < n_types; i++)
		cache_fetch(&r->cache, question_hash(q.name_hash, (uint16_t)types[i]));
	return q.name_hash;
}

void resolver_peek(const struct resolver *r, uint64_t hash, const enum rrtype *types, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		cache_peek(&r->cache, question_hash(hash, (uint16_t)types[i]));
}

void resolver_cancel(struct resolver *r, struct resolver_waiter *waiter)
{
	struct flight *f = waiter->flight;
	if (!f)
		return;
	waiter_leave(waiter);
	/* a question that was never sent would now take its place in the rate from others */
	if (f->state == FLIGHT_QUEUED && !f->waiters) {
		dispatcher_unqueue(&r->dispatcher, f);
		flights_remove(&r->flights, f);
		flight_recycle(r, f);
	}
}

const struct answer *resolver_give_up(
        struct resolver *r, struct resolver_waiter *waiter, const char *cause)
{
	const struct flight *f = waiter->flight;
	if (!f)
		return NULL;
	struct answer *answer = answer_of_failure(&f->qname, f->type, ANSWER_CANCELLED, cause);
	if (answer)
		answer->received_s = r->dispatcher.wall_s;
	resolver_cancel(r, waiter);
	return answer ? answer : resolver_out_of_memory(r);
}

void resolver_make_urgent(struct resolver *r, struct resolver_waiter *waiter)
{
	if (waiter->flight)
		dispatcher_make_urgent(&r->dispatcher, waiter->flight);
}

enum rrtype resolver_question(const struct resolver_waiter *waiter, struct dname *qname)
{
	*qname = waiter->flight->qname;
	return waiter->flight->type;
}

bool resolver_is_queued(const struct resolver_waiter *waiter)
{
	return waiter->flight && waiter->flight->state == FLIGHT_QUEUED;
}

const char *resolver_waits_for(const struct resolver *r, const struct resolver_waiter *waiter)
{
	const struct flight *f = waiter->flight;
	const struct engine_type *type = r->dispatcher.engine->type;
	if (f->state == FLIGHT_QUEUED)
		return dispatcher_holdup(&r->dispatcher);
	if (f->state != FLIGHT_HELD)
		return "";
	return type->holds_for_memory && resolver_is_full(r) && !f->urgent ? throttle_memory_text
	                                                                   : type->held_text;
}

/* ---- delivery ---- */

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
		f->answer = excluded_answer(r, &f->qname, f->type, "its CNAME leads there");
		return false;
	}
	if (step != CHAIN_GOES_ON)
		return false;
	flight_list_remove(&r->dispatcher.finished, f);
	if (f->waiters) {
		dispatcher_queue(&r->dispatcher, f);
	} else { /* all have given up meanwhile */
		flights_remove(&r->flights, f);
		flight_recycle(r, f);
	}
	return true;
}

static void count_outcome(struct resolver *r, const struct answer *answer)
{
	if (answer_is_definite(answer)) {
		counter_add(&r->counters.answers, 1);
		return;
	}
	counter_add(&r->counters.failures, 1);
	counter_add(&r->counters.failed_as[answer->status], 1);
	if (answer->status == ANSWER_TIMEOUT)
		counter_add(&r->counters.timeouts, 1);
}

static void keep_answer(struct resolver *r, const struct flight *f)
{
	struct question q;
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
		f->answer = resolver_out_of_memory(r);
	}
	count_outcome(r, f->answer);
	uint32_t expires_s =
	        cache_good_until_s(&r->cache, f->answer, dispatcher_cache_ns(&r->dispatcher));
	while (f->waiters) {
		struct resolver_waiter *w = f->waiters;
		waiter_leave(w);
		w->expires_s = expires_s;
		*called = true;
		w->done(w, answer_ref(f->answer));
	}
	flight_recycle(r, f);
}

/* ---- turns ---- */

static void show_sizes(struct resolver *r)
{
	counter_set(&r->counters.in_flight, r->dispatcher.n_started);
	counter_set(&r->counters.busiest_second, busiest_so_far(&r->dispatcher.busiest));
	counter_set(&r->counters.cache_bytes, cache_used_bytes(&r->cache));
	counter_set(&r->counters.cache_entries, r->cache.n_entries);
	counter_set(&r->counters.cache_evictions, r->cache.n_evictions);
}

bool resolver_pump(struct resolver *r, uint64_t now_ns)
{
	struct dispatcher *d = &r->dispatcher;
	const struct engine_type *type = d->engine->type;
	bool called = false;
	d->now_ns = now_ns;
	rate_fill(&d->throttle.rate, now_ns, d->queue.first != NULL);
	if (type->turn)
		type->turn(d->engine, now_ns);
	cache_trim(&r->cache, dispatcher_cache_ns(d)); /* probes may have attached to answers */
	dispatcher_start_queued(d);
	dispatcher_expire(d);
	while (d->finished.first)
		flight_deliver(r, d->finished.first, &called);
	dispatcher_start_queued(d); /* what was just asked, into the places that just became free */
	if (type->flush)
		type->flush(d->engine);
	show_sizes(r);
	return called;
}

bool resolver_wants_pump(const struct resolver *r)
{
	const struct dispatcher *d = &r->dispatcher;
	return d->finished.first || (d->queue.first && dispatcher_may_start(d));
}

void resolver_set_wall(struct resolver *r, uint64_t wall_s)
{
	r->dispatcher.wall_s = (uint32_t)wall_s;
}

uint32_t resolver_cache_s(const struct resolver *r)
{
	return (uint32_t)(dispatcher_cache_ns(&r->dispatcher) / CLOCK_NS_PER_S);
}

void resolver_slept(struct resolver *r, uint64_t ns)
{
	r->dispatcher.slept_ns += ns;
	r->dispatcher.n_sleeps++;
}

/* ---- our own limits ---- */

bool resolver_is_throttled(const struct resolver *r)
{
	const struct dispatcher *d = &r->dispatcher;
	uint64_t room = rate_room(&d->throttle.rate, d->throttle.max_in_flight - d->n_started);
	return d->queue.first && (r->counters.queued > room || !dispatcher_may_start(d));
}

bool resolver_is_full(const struct resolver *r)
{
	return dispatcher_is_full(&r->dispatcher);
}

bool resolver_holds_back(const struct resolver *r)
{
	return r->dispatcher.held.first || resolver_is_full(r) || resolver_is_throttled(r);
}

size_t resolver_memory_bytes(const struct resolver *r)
{
	return memory_budget_used_bytes(&r->dispatcher.throttle.memory);
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

void resolver_counters(const struct resolver *r, struct resolver_counters *out)
{
	counters_copy(out, &r->counters);
}

bool resolver_add_upstream(const struct resolver *r, unsigned index, struct upstream_counters *sum)
{
	const struct engine *e = r->dispatcher.engine;
	if (!e->type->upstream_counters)
		return false;
	const uint64_t *from = (const uint64_t *)e->type->upstream_counters(e, index);
	uint64_t *to = (uint64_t *)sum;
	for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
		to[i] += __atomic_load_n(&from[i], __ATOMIC_RELAXED);
	return true;
}

/* ---- set-up and end ---- */

/* The tick only ends a waiting turn of the loop; the pump after it does the work. */
static void tick(void *arg)
{
	(void)arg;
}

static void set_up_dispatcher(struct resolver *r, const struct resolver_config *config)
{
	struct dispatcher *d = &r->dispatcher;
	d->cache = &r->cache;
	d->slab = &r->slab;
	d->counters = &r->counters;
	d->question_ms = config->question_deadline_ms;
	d->throttle.max_in_flight = config->max_in_flight ? config->max_in_flight : 1;
	rate_init(&d->throttle.rate, config->queries_per_s);
	memory_budget_init(&d->throttle.memory, &r->cache.account, config->memory_bytes);
	dispatcher_init(d);
}

/* False: out of memory. */
static bool set_up(struct resolver *r, const struct resolver_config *config, struct loop *loop)
{
	static const struct dname root = { .size = 1 };
	set_up_dispatcher(r, config);
	r->exclusions = config->exclusions;
	/* an engine that has all answers at hand keeps them itself */
	r->has_all = config->engine->answer != NULL;
	size_t cache_bytes = r->has_all ? 0 : config->cache_bytes;
	if (!flights_init(&r->flights) ||
	        !cache_init(&r->cache, cache_bytes, config->failure_ttl_s))
		return false;
	r->out_of_memory = answer_of_failure(&root, RRTYPE_A, ANSWER_UNRESOLVED, "out of memory");
	if (!r->out_of_memory)
		return false;
	return !loop || (r->tick = loop_every(loop, TICK_MS, tick, NULL)) != NULL;
}

enum error resolver_new(struct resolver **out, const struct resolver_config *config,
        struct loop *loop, char *why, size_t why_size)
{
	const struct engine_type *type = config->engine;
	assert(loop || !type->needs_loop);
	enum error err = ERROR_NOMEM;
	struct resolver *r = calloc(1, sizeof *r);
	*out = NULL;
	snprintf(why, why_size, "%s", error_text(err));
	if (!r)
		return err;
	if ((type->needs & ENGINE_UPSTREAMS) && !config->n_upstreams) {
		snprintf(why, why_size, "no upstream to ask");
		free(r);
		return ERROR_EMPTY;
	}
	if (set_up(r, config, loop))
		err = type->new (
		        &r->dispatcher.engine, config, &r->dispatcher, loop, why, why_size);
	if (err) {
		resolver_free(r);
		return err;
	}
	show_sizes(r);
	*out = r;
	return ERROR_NONE;
}

static void forget_all(struct resolver *r, struct flight_list *list)
{
	while (list->first) {
		struct flight *f = list->first;
		flight_list_remove(list, f);
		while (f->waiters)
			waiter_leave(f->waiters);
		flight_recycle(r, f);
	}
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	struct dispatcher *d = &r->dispatcher;
	d->closing = true;
	if (d->engine)
		d->engine->type->free(d->engine);
	loop_event_free(r->tick);
	forget_all(r, &d->queue);
	forget_all(r, &d->started);
	forget_all(r, &d->held);
	forget_all(r, &d->finished);
	answer_unref(r->out_of_memory);
	flights_fini(&r->flights);
	cache_fini(&r->cache);
	slab_fini(&r->slab);
	free(r);
}
