/* resolver.c - questions and their waiters, the turns, set-up and end. */
#include "resolver/resolver.h"

#include "base/clock.h"
#include "resolver/delivery.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* How often the loop is woken for deadlines and for the rate's next tokens. */
#define TICK_MS 10

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

/* The engine has all answers at hand. */
static const struct answer *answer_at_once(
        struct resolver *r, const struct question *q, uint64_t row)
{
	struct engine *e = r->dispatcher.engine;
	const struct answer *answer = e->type->answer(e, q, row);
	if (!answer)
		return resolver_out_of_memory(r);
	bool has = answer->status != ANSWER_NOT_RECORDED;
	counter_add(has ? &r->counters.replayed : &r->counters.not_recorded, 1);
	if (answer_is_definite(answer))
		counter_add(&r->counters.replayed_answers, 1);
	return answer;
}

/* The cache does not have it. Not inlined: those that are cached would pay for its stack. */
static __attribute__((noinline)) const struct answer *ask_unknown(struct resolver *r,
        struct resolver_waiter *waiter, const struct dname *qname, const struct question *q)
{
	struct flight *f = flights_find(&r->flights, q);
	if (f) {
		counter_add(&r->counters.joined, 1);
	} else if (exclusions_hold_name(r->exclusions, qname)) {
		return state_excluded(r, qname, (enum rrtype)q->type, NULL);
	} else {
		const struct answer *answer = nxdomain_find(&r->nxdomain, q, &waiter->expires_s);
		if (answer)
			return answer;
		f = flights_get(&r->flights, q);
		if (!f)
			return resolver_out_of_memory(r);
		nxdomain_admit(&r->nxdomain, f, q);
	}
	waiter_join(waiter, f);
	return NULL;
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
		        ? state_excluded(r, qname, type, NULL)
		        : answer_at_once(r, &q, waiter->row);
	const struct answer *answer =
	        cache_find(&r->cache, &q, dispatcher_cache_ns(&r->dispatcher), &waiter->expires_s);
	if (!answer)
		return ask_unknown(r, waiter, qname, &q);
	counter_add(&r->counters.cache_hits, 1);
	return answer;
}

uint64_t resolver_fetch(const struct resolver *r, const struct dname *qname,
        const enum rrtype *types, unsigned n_types)
{
	struct question q;
	question_of(&q, qname, types[0]);
	for (unsigned i = 0; i < n_types; i++)
		cache_fetch(&r->cache, question_hash_of(q.name_hash, (uint16_t)types[i]));
	return q.name_hash;
}

void resolver_peek(const struct resolver *r, uint64_t hash, const enum rrtype *types, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		cache_peek(&r->cache, question_hash_of(hash, (uint16_t)types[i]));
}

void resolver_cancel(struct resolver *r, struct resolver_waiter *waiter)
{
	struct flight *f = waiter->flight;
	if (!f)
		return;
	delivery_leave(waiter);
	/* a question that was never sent would now take its place in the rate from others */
	bool is_unsent = f->state == FLIGHT_QUEUED || f->state == FLIGHT_FOLLOWING;
	if (is_unsent && !f->waiters && nxdomain_drop(&r->nxdomain, f)) {
		flights_remove(&r->flights, f);
		delivery_recycle(r, f);
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
		nxdomain_make_urgent(&r->nxdomain, waiter->flight);
}

enum rrtype resolver_question(const struct resolver_waiter *waiter, struct dname *qname)
{
	*qname = waiter->flight->qname;
	return waiter->flight->type;
}

bool resolver_is_queued(const struct resolver_waiter *waiter)
{
	return waiter->flight && flight_awaited(waiter->flight)->state == FLIGHT_QUEUED;
}

const char *resolver_waits_for(const struct resolver *r, const struct resolver_waiter *waiter)
{
	const struct flight *f = flight_awaited(waiter->flight);
	const struct engine_type *type = r->dispatcher.engine->type;
	if (f->state != FLIGHT_HELD)
		return f->state == FLIGHT_QUEUED ? dispatcher_holdup(&r->dispatcher) : "";
	if (type->holds_for_memory && resolver_is_full(r) && !f->urgent)
		return throttle_memory_text;
	return f->stops_clock ? type->held_text : "";
}

/* ---- turns ---- */

static void show_sizes(struct resolver *r)
{
	counter_set(&r->counters.in_flight, r->dispatcher.n_started);
	counter_set(&r->counters.busiest_second, busiest_so_far(&r->dispatcher.busiest));
	counter_set(&r->counters.cache_bytes, cache_used_bytes(&r->cache));
	counter_set(&r->counters.cache_entries, r->cache.table.n_items);
	counter_set(&r->counters.cache_evictions, r->cache.n_evictions);
}

bool resolver_pump(struct resolver *r, uint64_t now_ns)
{
	struct dispatcher *d = &r->dispatcher;
	const struct engine_type *type = d->engine->type;
	d->now_ns = now_ns;
	rate_fill(&d->throttle.rate, now_ns, d->queue.first != NULL);
	if (type->turn)
		type->turn(d->engine, now_ns);
	cache_trim(&r->cache, dispatcher_cache_ns(d)); /* probes may have attached to answers */
	dispatcher_start_queued(d);
	dispatcher_expire(d);
	nxdomain_turn(&r->nxdomain);
	bool called = delivery_turn(r);
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
	const struct dispatcher *d = &r->dispatcher;
	return d->n_stopping || resolver_is_full(r) ||
	        (resolver_is_throttled(r) && throttle_stops_clock(dispatcher_holdup(d), d->engine));
}

size_t resolver_memory_bytes(const struct resolver *r)
{
	return memory_budget_used_bytes(&r->dispatcher.throttle.memory);
}

const struct answer *resolver_out_of_memory(struct resolver *r)
{
	return state_out_of_memory(r);
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
	upstream_counters_sum(sum, e->type->upstream_counters(e, index));
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
	leaders_init(&d->leaders, config->leader_wait_ms * CLOCK_NS_PER_MS);
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
	        !nxdomain_init(&r->nxdomain, &r->dispatcher, &r->flights) ||
	        !cache_init(&r->cache, cache_bytes, config->failure_ttl_s, config->min_ttl_s))
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
		forget_all(r, &f->followers);
		while (f->waiters)
			delivery_leave(f->waiters);
		delivery_recycle(r, f);
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
	nxdomain_fini(&r->nxdomain);
	flights_fini(&r->flights);
	cache_fini(&r->cache);
	slab_fini(&r->slab);
	free(r);
}
