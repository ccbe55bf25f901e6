/* recursive.c - questions on libunbound's event API: one ub_ctx for each worker, on the worker's
 * own event loop.
 *
 * Traps of libunbound, each of which shaped this file:
 *
 * - An answer may call back before ub_resolve_event() returns: from local zones and from its cache.
 *   The packet lies in a buffer that the next question overwrites. So the callback decodes at once,
 *   finishes the flight, and asks nothing.
 * - ub_cancel() stops nothing. libunbound keeps the *ticket* of an abandoned flight. The late
 *   answer may still be cached.
 * - Deleting a context calls every open question back with SERVFAIL: `closing`.
 * - A name that libunbound cannot parse leaks memory in it. We print names from wire form, which it
 *   always can.
 * - A forwarder that leaves many names in a row without an answer counts as dead: every question
 *   fails inside ub_resolve_event(), before anything is sent. That says nothing about the name, but
 *   libunbound remembers it as a failure of the name for 5 s. Such a question *rests* until that is
 *   forgotten. A name may also fail there by its own fault: a cached loop of CNAMEs. That failure
 *   is not remembered, which tells the two apart: the question is asked a second time at once.
 *   (With a user's forward-zone we cannot tell: there the name's own zone may be dead.)
 * - What a zone's rate holds back (--qps-per-zone, `ratelimit` in an unbound.conf) fails at once,
 *   and the callback says so. libunbound counts by the seconds of the wall clock, so the question
 *   is asked again when the next one has begun. But when the rate held back a question of
 * libunbound's own, for a server's address or a key, the callback says nothing of it. So while a
 * rate holds questions back, any failure is suspected of that, and asked again a few times. So is
 * what was held back after something had been sent for it: that may have been its own doing.
 * - Set-up (ubsetup.h) and deletion write process-wide variables of libunbound. A mutex serialises
 *   them, the one mutable variable at file scope. */
#include "resolver/recursive/recursive.h"

#include "base/clock.h"
#include "resolver/dispatcher.h"
#include "resolver/recursive/tickets.h"
#include "resolver/recursive/ubanswer.h"
#include "resolver/recursive/ubsetup.h"
#include "resolver/resolver.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>
#include <unbound-event.h>

#define CLASS_IN 1

/* libunbound answers from its cache of failures for 5 s (NORR_TTL), and its timers do not know of
 * time in which the thread did not run. */
enum { FAILURE_MS = 6000 };

/* libunbound tries a dead forwarder again after "infra-host-ttl", 10 s. A question may rest 5
 * times, 30 s in all. While one begins to rest, no other is started for 100 ms, only to rest as
 * well. */
enum { RESTS_MAX = 5, PAUSE_MS = 100 };

/* Longer than libunbound remembers a failure (NORR_TTL). */
enum { SUSPECTED_MAX = 6 };
#define SUSPICION_NS (30 * CLOCK_NS_PER_S)

/* The wall clock's next second has begun for libunbound, too, which reads the clock once a turn. */
enum { SECOND_MS = 1000, SECOND_SLACK_MS = 20 };

static pthread_mutex_t libunbound_lock = PTHREAD_MUTEX_INITIALIZER;

/* What came of a question inside ub_resolve_event(). */
enum at_once {
	AT_ONCE_NOTHING,    /* it is under way, or has its answer */
	AT_ONCE_FAILED,     /* failed before anything was sent */
	AT_ONCE_REMEMBERED, /* ... and again, from libunbound's memory of failures */
};

struct recursive {
	struct engine engine; /* first */
	struct ub_ctx *ctx;
	struct tickets tickets;
	struct answer_builder builder;
	bool ready, closing;
	uint64_t rate_wait_ns; /* when a zone's rate last held a question back; 0: never */
	/* only when it forwards: */
	bool may_distrust;       /* a failure at once may mean that nothing was sent */
	struct ticket *starting; /* inside ub_resolve_event() */
	enum at_once at_once;
};

/* ---- answers ---- */

static enum at_once at_once_of(const struct ticket *t, const struct ubreply *reply)
{
	if (reply->rcode != 0)
		return AT_ONCE_FAILED;
	return t->has_failed && ubreply_is_servfail(reply) ? AT_ONCE_REMEMBERED : AT_ONCE_NOTHING;
}

/* How a reply says that a zone's rate held the question back. */
enum held_back {
	NOT_HELD_BACK,
	MAYBE_HELD_BACK, /* something was sent for it before, and may have used up the rate */
	UNSENT,          /* nothing was sent for it */
};

/* A dead name's own retransmissions can use up the rate of every second, so what may come from
 * them is asked again only so often. */
static enum held_back held_back(const struct recursive *e, const struct ticket *t,
        const struct ubreply *reply, uint64_t now_ns)
{
	if (reply->was_ratelimited && t == e->starting)
		return UNSENT;
	bool is_suspect = reply->was_ratelimited ||
	        (ubreply_is_failure(reply) && e->rate_wait_ns &&
	                now_ns - e->rate_wait_ns < SUSPICION_NS);
	return is_suspect && t->flight->n_suspected < SUSPECTED_MAX ? MAYBE_HELD_BACK
	                                                            : NOT_HELD_BACK;
}

/* The ticket rests until libunbound counts anew. */
static void wait_for_rate(
        struct ticket *t, const struct ubreply *reply, enum held_back held, uint64_t now_ns)
{
	struct recursive *e = t->engine;
	struct dispatcher *d = e->engine.dispatcher;
	uint64_t ms = SECOND_MS - clock_wall_ms() % SECOND_MS + SECOND_SLACK_MS;
	t->waits_for_rate = true;
	tickets_rest(&e->tickets, t, now_ns + ms * CLOCK_NS_PER_MS);
	if (reply->was_ratelimited) {
		e->rate_wait_ns = now_ns;
		counter_add(&d->counters->rate_waits, 1);
	}
	if (held == UNSENT) {
		dispatcher_hold_unsent(d, t->flight);
	} else {
		t->flight->n_suspected++;
		dispatcher_hold(d, t->flight);
	}
}

static void ticket_end(struct ticket *t, const struct ubreply *reply)
{
	struct recursive *e = t->engine;
	struct flight *f = t->flight;
	const struct answer *answer = ubanswer_make(&e->builder, f ? &f->qname : &t->qname,
	        f ? flight_name(f) : &t->qname, t->type, reply);
	tickets_put(&e->tickets, t);
	if (f) {
		f->ticket = NULL;
		dispatcher_finish(e->engine.dispatcher, f, answer);
	} else {
		e->engine.n_abandoned--;
		dispatcher_late(e->engine.dispatcher, answer);
	}
}

static void answered(void *arg, int rcode, void *packet, int size, int security, char *why_bogus,
        int was_ratelimited)
{
	struct ticket *t = arg;
	struct recursive *e = t->engine;
	const struct ubreply reply = { .rcode = rcode,
		.packet = packet,
		.size = packet && size > 0 ? (size_t)size : 0,
		.security = security,
		.why_bogus = why_bogus,
		.was_ratelimited = was_ratelimited };
	if (e->closing)
		return;
	if (t == e->starting && e->may_distrust) {
		e->at_once = at_once_of(t, &reply);
		if (e->at_once != AT_ONCE_NOTHING)
			return;
	}
	uint64_t now_ns = e->engine.dispatcher->now_ns;
	enum held_back held = t->flight ? held_back(e, t, &reply, now_ns) : NOT_HELD_BACK;
	if (held != NOT_HELD_BACK) {
		wait_for_rate(t, &reply, held, now_ns);
		return;
	}
	if (ubreply_is_local(&reply))
		counter_add(&e->engine.dispatcher->counters->local_answers, 1);
	ticket_end(t, &reply);
}

/* ---- questions ---- */

/* The absolute name in presentation form, as libunbound takes it; it understands \DDD. */
static void name_print(char text[DNAME_TEXT_BYTES + 1], const struct dname *name)
{
	dname_text(name, text);
	size_t size = strlen(text);
	if (name->size > 1) {
		text[size] = '.';
		text[size + 1] = '\0';
	}
}

/* Returns libunbound's error when it does not take the question. Otherwise, unless the question
 * failed at once (`at_once`), libunbound has the ticket, or has given it back with the answer. */
static int ask(struct recursive *e, struct ticket *t)
{
	char name[DNAME_TEXT_BYTES + 1];
	name_print(name, flight_name(t->flight));
	e->starting = t;
	e->at_once = AT_ONCE_NOTHING;
	int error = ub_resolve_event(e->ctx, name, (int)t->type, CLASS_IN, t, answered, NULL);
	e->starting = NULL;
	return error;
}

static void rest(struct recursive *e, struct ticket *t, uint64_t now_ns)
{
	tickets_rest(&e->tickets, t, now_ns + FAILURE_MS * CLOCK_NS_PER_MS);
	dispatcher_hold(e->engine.dispatcher, t->flight);
	dispatcher_pause(e->engine.dispatcher, PAUSE_MS);
}

static void try(struct recursive *e, struct ticket *t, uint64_t now_ns)
{
	struct flight *f = t->flight;
	int error = ask(e, t);
	if (!error && e->at_once == AT_ONCE_FAILED) {
		t->has_failed = true;
		error = ask(e, t);
	}
	if (!error && e->at_once == AT_ONCE_NOTHING)
		return;
	if (!error && e->at_once == AT_ONCE_REMEMBERED && t->n_rests < RESTS_MAX) {
		rest(e, t, now_ns);
		return;
	}
	tickets_put(&e->tickets, t);
	f->ticket = NULL;
	dispatcher_finish(e->engine.dispatcher, f,
	        answer_of_failure(&f->qname, f->type, ANSWER_UNRESOLVED,
	                error ? ub_strerror(error) : ubanswer_cause_unknown));
}

static void recursive_start(struct engine *engine, struct flight *f, uint64_t now_ns)
{
	struct recursive *e = (struct recursive *)engine;
	struct ticket *t = tickets_get(&e->tickets);
	if (!t) {
		dispatcher_finish(engine->dispatcher, f, NULL);
		return;
	}
	t->engine = e;
	t->flight = f;
	t->type = f->type;
	f->ticket = t;
	try(e, t, now_ns);
}

static void end_wait(struct ticket *t)
{
	struct flight *f = t->flight;
	struct recursive *e = t->engine;
	f->ticket = NULL;
	tickets_put(&e->tickets, t);
	dispatcher_queue_again(e->engine.dispatcher, f);
}

static void recursive_turn(struct engine *engine, uint64_t now_ns)
{
	struct recursive *e = (struct recursive *)engine;
	for (struct ticket *t; (t = tickets_next_rested(&e->tickets, now_ns)) != NULL;) {
		if (t->waits_for_rate) {
			end_wait(t);
			continue;
		}
		dispatcher_renew(engine->dispatcher, t->flight);
		try(e, t, now_ns);
	}
}

static void recursive_abandon(struct engine *engine, struct flight *f)
{
	struct ticket *t = f->ticket;
	t->qname = *flight_name(f);
	t->flight = NULL;
	f->ticket = NULL;
	engine->n_abandoned++;
}

static void recursive_free(struct engine *engine)
{
	struct recursive *e = (struct recursive *)engine;
	e->closing = true;
	pthread_mutex_lock(&libunbound_lock);
	if (e->ctx)
		ub_ctx_delete(e->ctx);
	pthread_mutex_unlock(&libunbound_lock);
	tickets_fini(&e->tickets);
	answer_builder_fini(&e->builder);
	free(e);
}

static enum error recursive_new(struct engine **out, const struct resolver_config *config,
        struct dispatcher *dispatcher, struct loop *loop, char *why, size_t why_size)
{
	*out = NULL;
	struct recursive *e = calloc(1, sizeof *e);
	if (!e) {
		snprintf(why, why_size, "%s", error_text(ERROR_NOMEM));
		return ERROR_NOMEM;
	}
	e->engine = (struct engine){ .type = config->engine, .dispatcher = dispatcher };
	e->builder.slab = dispatcher->slab;
	e->may_distrust = config->engine->needs & ENGINE_UPSTREAMS;
	tickets_init(&e->tickets);
	pthread_mutex_lock(&libunbound_lock);
	enum error err = ubsetup(&e->ctx, &e->ready, config, loop, why, why_size);
	pthread_mutex_unlock(&libunbound_lock);
	if (err)
		recursive_free(&e->engine);
	else
		*out = &e->engine;
	return err;
}

/* Without 14 descriptors libunbound cannot work. When they are few, fewer workers keep all their
 * ports: for recursion many ports are a defence against forged answers (RFC 5452). The memory was
 * found by running with less and less (tests/blackbox/test_limits.py); libunbound holds some 11 KiB
 * for each question, so fewer are in flight than with our own engine. */
#define OF_LIBUNBOUND                                                                              \
	.library = "libunbound", .library_version = ub_version, .can = ENGINE_DNSSEC,              \
	.reads_unbound_config = true, .needs_loop = true, .fds_usual = { .fixed = 64 },            \
	.fds_least = { .fixed = 14 }, .worker_mib = 24, .flight_kib = 48,                          \
	.in_flight_preset = 1000,                                                                  \
	.abandoned_text = "libunbound to end questions that were given up, to ask for ",           \
	.failure_ms = FAILURE_MS, .new = recursive_new, .free = recursive_free,                    \
	.start = recursive_start, .abandon = recursive_abandon, .turn = recursive_turn

/* libunbound sends to a silent server for some 17 s before it gives up: it needs its time to try
 * several of them, and they must not hold a question for ever. */
const struct engine_type recursive_engine = {
	.name = "recursive",
	.question_ms_min = 20000,
	.obeys_zone_rate = true,
	.held_text = "--qps-per-zone to ask for ",
	OF_LIBUNBOUND,
};

/* The extra try: a forwarder asks many servers behind it, so the last try gets twice its time. */
const struct engine_type recursive_forward_engine = {
	.name = "forward",
	.needs = ENGINE_UPSTREAMS,
	.n_extra_tries = 1,
	.held_text = throttle_pause_text,
	OF_LIBUNBOUND,
};
