/* resolver.c - what stands above every engine: the cache, single flight, the throttle, the
 * deadlines, and who is told what.
 *
 * A flight is always on one list: `queue` (waits for the throttle), `started` (with the engine; all
 * have the same deadline length, so the order of starting is the order of deadlines), `held` (with
 * the engine, which lets it wait) or `landed` (its outcome waits for the next delivery). Engines
 * only ever move flights from `started` to `landed`, so nothing below changes under a loop's feet,
 * and only resolver_pump() calls anybody back.
 *
 * Trap: a waiter's done() may ask, and cancel any waiter, also one of the same flight. So a flight
 * leaves the table before its waiters are told, and each waiter leaves the flight's list before it
 * is called. */
#include "resolver/resolver.h"

#include "base/clock.h"
#include "resolver/inside.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* How often the loop is woken for deadlines and for the rate's next tokens. */
#define TICK_MS 10

/* A question whose failures all fell into times in which the thread did not run is asked so often
 * again. */
#define ASK_AGAIN_MAX 3

/* ---- flights ---- */

static void flight_start(struct resolver *r, struct flight *f)
{
	rate_spend(&r->rate, 1);
	f->state = FLIGHT_STARTED;
	f->n_sleeps = r->n_sleeps;
	f->deadline_ns = r->now_ns + r->question_deadline_ns;
	flight_list_push(&r->started, f);
	r->n_started++;
	count(&r->counters.queries_sent, 1);
	r->engine->ops->start(r->engine, f, r->now_ns);
}

static void queue_start(struct resolver *r)
{
	while (r->queue.first && resolver_may_start(r))
		flight_start(r, flight_unqueue(r, r->queue.first));
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

void resolver_pause(struct resolver *r, unsigned ms)
{
	r->hold_until_ns = r->now_ns + ms * CLOCK_NS_PER_MS;
}

/* The engine's clock went on while the thread did not run, and took that for silence. Our own
 * deadline did not. */
static bool proves_nothing(const struct resolver *r, const struct flight *f)
{
	if (!r->engine->ops->failure_ms || f->n_sleeps == r->n_sleeps ||
	        f->n_asked_again >= ASK_AGAIN_MAX)
		return false;
	return f->answer && !answer_is_definite(f->answer) && f->answer->status != ANSWER_TIMEOUT;
}

static void ask_again(struct resolver *r, struct flight *f)
{
	flight_list_remove(&r->landed, f);
	answer_unref(f->answer);
	f->answer = NULL;
	f->n_asked_again++;
	flight_queue(r, f);
	count(&r->counters.queries_sent,
	        (uint64_t)-1); /* it was sent, and that counts for nothing */
	resolver_pause(r, r->engine->ops->failure_ms);
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

/* Half an answer sends its flight on its way again, to the name that it leads to. False: the answer
 * is whole, or a failure. */
static bool flight_goes_on(struct resolver *r, struct flight *f)
{
	if (!f->answer || !f->answer->is_half)
		return false;
	enum chain_step step = chain_extend(&f->chain, f->answer, &f->qname);
	answer_unref(f->answer);
	f->answer = step == CHAIN_TOO_LONG ? answer_of_failure(&f->qname, f->type, ANSWER_SERVFAIL,
	                                             "CNAME loop, or too long a chain of CNAMEs")
	                                   : NULL;
	if (step != CHAIN_GOES_ON)
		return false;
	flight_list_remove(&r->landed, f);
	if (!f->waiters) { /* all have given up meanwhile */
		flights_remove(&r->flights, f);
		flight_end(r, f);
		return true;
	}
	flight_queue(r, f);
	return true;
}

static void flight_tell(struct resolver *r, struct flight *f, bool *called)
{
	if (flight_goes_on(r, f))
		return;
	if (proves_nothing(r, f)) {
		ask_again(r, f);
		return;
	}
	bool has_answer = f->answer != NULL;
	if (!has_answer)
		f->answer = resolver_out_of_memory(r);
	flight_list_remove(&r->landed, f);
	flights_remove(&r->flights, f);
	f->state = FLIGHT_TOLD;
	if (has_answer)
		chain_join(f->chain, (struct answer *)f->answer); /* nobody else has it yet */
	outcome_count(r, f->answer);
	struct question q;
	question_of(&q, &f->qname, f->type);
	if (has_answer) {
		cache_put(&r->cache, &q, f->answer, resolver_cache_ns(r));
		load_note(&r->load, f->answer);
	}
	while (f->waiters) {
		struct resolver_waiter *w = f->waiters;
		waiter_unlink(w);
		*called = true;
		w->done(w, answer_ref(f->answer));
	}
	flight_end(r, f);
}

static void counters_show(struct resolver *r)
{
	show(&r->counters.in_flight, r->n_started);
	show(&r->counters.cache_bytes, cache_used_bytes(&r->cache));
	show(&r->counters.cache_entries, r->cache.n_entries);
	show(&r->counters.cache_evictions, r->cache.n_evictions);
}

void resolver_slept(struct resolver *r, uint64_t ns)
{
	r->slept_ns += ns;
	r->n_sleeps++;
}

bool resolver_pump(struct resolver *r, uint64_t now_ns)
{
	bool called = false;
	r->now_ns = now_ns;
	rate_fill(&r->rate, now_ns, r->queue.first != NULL);
	if (r->engine->ops->turn)
		r->engine->ops->turn(r->engine, now_ns);
	cache_trim(&r->cache, resolver_cache_ns(r)); /* what was attached since */
	queue_start(r);
	started_expire(r);
	while (r->landed.first)
		flight_tell(r, r->landed.first, &called);
	queue_start(r); /* what was just asked, into the places that just became free */
	if (r->engine->ops->flush)
		r->engine->ops->flush(r->engine);
	counters_show(r);
	return called;
}

/* ---- for engines ---- */
void resolver_late(struct resolver *r, const struct answer *answer)
{
	if (answer && !r->closing && answer_is_definite(answer) && !answer->is_half) {
		struct dname qname;
		struct question q;
		answer_qname(answer, &qname);
		question_of(&q, &qname, (enum rrtype)answer->type);
		cache_put(&r->cache, &q, answer, resolver_cache_ns(r));
	}
	answer_unref(answer);
}

struct slab *resolver_slab(struct resolver *r)
{
	return &r->slab;
}

/* A repeated question is a question to the network as well: it uses up its share of the rate,
 * though it does not wait for it. */
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

static enum error engine_new(struct resolver *r, const struct resolver_config *config,
        struct loop *loop, char *why, size_t why_size)
{
	if (config->kind == RESOLVER_SCRIPTED)
		return scripted_engine_new(&r->engine, r, config, why, why_size);
	/* Validation is libunbound's: it forwards by itself then. */
	if (config->kind == RESOLVER_FORWARD && !config->dnssec)
		return forward_engine_new(&r->engine, r, config, loop, why, why_size);
	return recursive_engine_new(&r->engine, r, config, loop, why, why_size);
}

enum error resolver_new(struct resolver **out, const struct resolver_config *config,
        struct loop *loop, char *why, size_t why_size)
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
	if (!flights_init(&r->flights) ||
	        !cache_init(&r->cache, config->cache_bytes, config->failure_ttl_s))
		goto out;
	static const struct dname root = { .size = 1 };
	r->out_of_memory = answer_of_failure(&root, RRTYPE_A, ANSWER_UNRESOLVED, "out of memory");
	if (!r->out_of_memory)
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
	answer_unref(r->out_of_memory);
	flights_fini(&r->flights);
	cache_fini(&r->cache);
	slab_fini(&r->slab);
	free(r);
}
