/* forward.c - the engine that asks the upstreams by itself: UDP by the batch, TCP for what no
 * datagram holds.
 *
 * Only what repeats a question that is out, from the address and port that it was sent to and with
 * its id, counts as an answer; the rest is counted and dropped, and the wait for the right one goes
 * on. */
#include "resolver/forward/forward.h"

#include "base/clock.h"
#include "base/message.h"
#include "resolver/forward/echo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* While all upstreams are dead that answered once, nothing new is asked for so long, and what was
 * asked waits: an upstream that restarts must not cost verdicts. */
#define PAUSE_NS (30 * CLOCK_NS_PER_S)
/* How many questions at once try their luck with upstreams that are all dead. */
enum { FORLORN_MAX = 256 };
/* While so many questions are open, and less than such a part of them was answered in a turn, the
 * worker rests before it looks again: it then finds many answers at once. It rests for a part of
 * the round trip, within bounds. */
enum {
	GATHER_MIN = 64,
	GATHER_PART = 8,
	GATHER_TRIP_PART = 64,
	GATHER_MIN_US = 200,
	GATHER_MAX_US = 2000
};

/* All workers ask an upstream that often, however little it answers: one that loses a part at
 * random must not bring a scan to a standstill. */
enum { PACE_MIN_PER_S = 100 };

/* ---- questions ---- */

static void forward_start(struct engine *engine, struct flight *f, uint64_t now_ns)
{
	struct forward *e = (struct forward *)engine;
	struct query *q = query_get(e, f);
	e->now_ns = now_ns;
	if (q)
		query_begin(e, q);
	else
		resolver_land(engine->resolver, f, NULL);
}

static void forward_abandon(struct engine *engine, struct flight *f)
{
	query_end((struct forward *)engine, f->ticket, false);
}

/* ---- answers ---- */

static void probe_answered(struct forward *e, struct route *r, struct attempt *a)
{
	upstream_lives(&r->health, e->now_ns);
	r->probe = NULL;
	attempts_put(&e->attempts, a);
}

/* Octets from an upstream's address and port. */
static void take(
        struct forward *e, struct route *r, uint16_t port, const uint8_t *packet, size_t size)
{
	if (size < ECHO_HEADER_BYTES) {
		resolver_count(e->engine.resolver, RESOLVER_BAD_PACKET);
		return;
	}
	struct attempt *a = attempts_find(&e->attempts, (struct wicket){ (uint16_t)r->index, port },
	        (uint16_t)(packet[0] << 8 | packet[1]));
	if (!a || a->is_put) {
		resolver_count(e->engine.resolver, RESOLVER_STRAY_PACKET);
		upstream_lives(&r->health, e->now_ns);
		return;
	}
	struct query *q = a->query;
	if (echo_check(packet, size, q ? flight_name(q->flight) : query_probe_name(),
	            q ? q->flight->type : (enum rrtype)QUERY_PROBE_TYPE,
	            a->case_bits) == ECHO_OTHER) {
		resolver_count(e->engine.resolver, RESOLVER_BAD_PACKET);
		return;
	}
	if (!q) {
		probe_answered(e, r, a);
		return;
	}
	query_answered(e, a, packet, size);
}

static void take_datagrams(struct forward *e, struct route *r, unsigned port)
{
	bool more = true;
	while (more) {
		bool unreachable = false;
		more = ports_receive(&r->ports, port, &e->datagrams, &unreachable);
		if (unreachable)
			upstream_unreachable(&r->health, e->now_ns);
		e->n_taken += e->datagrams.n;
		for (unsigned i = 0; i < e->datagrams.n; i++)
			take(e, r, (uint16_t)port, e->datagrams.octets[i], e->datagrams.sizes[i]);
	}
}

/* ---- streams ---- */

static void stream_said(void *arg, const uint8_t *octets, size_t size)
{
	struct route *r = arg;
	take(r->engine, r, WICKET_STREAM, octets, size);
}

static void stream_is_gone(void *arg)
{
	struct route *r = arg;
	bytcp_broken(r->engine, r, r->stream_n_heard > 0);
}

/* ---- time ---- */

static void probe(struct forward *e, struct route *r)
{
	query_probe(e, r);
	upstream_probed(&r->health, e->now_ns);
}

/* Since when no upstream lives; says so once. */
static void note_the_dead(struct forward *e)
{
	bool ever_answered = false;
	e->is_pausing = false;
	for (unsigned i = 0; i < e->n_routes; i++) {
		ever_answered = ever_answered || e->routes[i].health.ever_answered;
		if (!e->routes[i].health.dead) {
			e->all_dead_since_ns = 0;
			return;
		}
	}
	if (!e->all_dead_since_ns)
		e->all_dead_since_ns = e->now_ns;
	e->is_pausing = ever_answered && e->now_ns - e->all_dead_since_ns < PAUSE_NS;
	if (!e->said_dead)
		message(MESSAGE_WARNING,
		        e->n_routes == 1 ? "the upstream does not answer; waiting for it"
		                         : "no upstream answers; waiting for one");
	e->said_dead = true;
}

static void forward_turn(struct engine *engine, uint64_t now_ns)
{
	struct forward *e = (struct forward *)engine;
	e->now_ns = now_ns;
	e->n_taken = 0;
	/* all of them first: what is sent from here on is of the cohorts that are open now */
	for (unsigned i = 0; i < e->n_routes; i++)
		upstream_turn(&e->routes[i].health, now_ns);
	for (unsigned i = 0; i < e->n_routes; i++) {
		struct route *r = &e->routes[i];
		for (unsigned port = 0; port < r->ports.n_sockets; port++)
			if (r->ports.sockets[port].readable)
				take_datagrams(e, r, port);
		stream_turn(r->stream);
		bytcp_turn(e, r);
		query_turn_late(e, r);
		if (upstream_wants_probe(&r->health, now_ns))
			probe(e, r);
	}
	note_the_dead(e);
	for (struct timer *t; (t = timers_next(&e->timers, now_ns)) != NULL; note_the_dead(e))
		query_due(e, (struct query *)t);
}

static unsigned gather_us(const struct forward *e)
{
	uint64_t trip_ns = UINT64_MAX;
	for (unsigned i = 0; i < e->n_routes; i++)
		if (!e->routes[i].health.dead && e->routes[i].health.srtt_ns < trip_ns)
			trip_ns = e->routes[i].health.srtt_ns;
	uint64_t us = trip_ns / 1000 / GATHER_TRIP_PART;
	return us < GATHER_MIN_US || trip_ns == UINT64_MAX ? GATHER_MIN_US
	        : us < GATHER_MAX_US                       ? (unsigned)us
	                                                   : GATHER_MAX_US;
}

static void forward_flush(struct engine *engine)
{
	struct forward *e = (struct forward *)engine;
	for (unsigned i = 0; i < e->n_routes; i++) {
		if (route_is_ripe(&e->routes[i], e->now_ns))
			route_flush(&e->routes[i], &e->attempts, query_encode, e->now_ns);
		stream_turn(e->routes[i].stream);
	}
	if (e->n_open >= GATHER_MIN && e->n_taken * GATHER_PART < e->n_open)
		loop_gather(e->loop, gather_us(e));
}

static bool forward_has_room(const struct engine *engine)
{
	const struct forward *e = (const struct forward *)engine;
	for (unsigned i = 0; i < e->n_routes; i++)
		if (choice_has_room(&e->routes[i]))
			return true;
	if (!e->all_dead_since_ns || e->is_pausing)
		return false;
	return e->n_open < FORLORN_MAX;
}

/* ---- life ---- */

static void forward_free(struct engine *engine)
{
	struct forward *e = (struct forward *)engine;
	for (unsigned i = 0; i < e->n_routes; i++) {
		ports_close(&e->routes[i].ports);
		stream_free(e->routes[i].stream);
	}
	queries_free(e);
	attempts_fini(&e->attempts);
	answer_builder_fini(&e->builder);
	datagrams_fini(&e->datagrams);
	free(e->routes);
	free(e);
}

static const struct engine_ops forward_ops = {
	.name = "forward",
	.start = forward_start,
	.abandon = forward_abandon,
	.turn = forward_turn,
	.flush = forward_flush,
	.has_room = forward_has_room,
	.free = forward_free,
};

/* Beside the one for TCP. */
static unsigned ports_per_upstream(const struct resolver_config *config)
{
	unsigned n =
	        config->max_fds ? config->max_fds / config->n_upstreams : PORTS_PER_UPSTREAM + 1;
	return n < 2 ? 1 : n > PORTS_PER_UPSTREAM ? PORTS_PER_UPSTREAM : n - 1;
}

static enum error route_open(struct forward *e, const struct resolver_config *config,
        struct loop *loop, char *why, size_t why_size)
{
	unsigned index = e->n_routes;
	const struct resolver_upstream *to = &config->upstreams[index];
	struct route *r = &e->routes[index];
	struct upstream_limits limits = { .timeout_ms = config->timeout_ms,
		.max_in_flight = config->max_in_flight,
		.queries_per_s = config->queries_per_s_per_upstream,
		.pace_min_per_s = PACE_MIN_PER_S / (config->n_workers ? config->n_workers : 1) };
	r->engine = e;
	r->index = index;
	r->line_turned_ns = e->now_ns;
	upstream_init(&r->health, &limits, e->now_ns);
	gate_init(&r->gate, r->health.limits.max_in_flight);
	if (!ports_open(&r->ports, ports_per_upstream(config), loop, &to->ip, to->port)) {
		char text[IPADDR_TEXT_BYTES];
		snprintf(why, why_size, "upstream %s: %s", ipaddr_text(&to->ip, text),
		        strerror(errno));
		return ERROR_SYSTEM;
	}
	e->n_routes++;
	r->stream = stream_new(loop, &to->ip, to->port, stream_said, stream_is_gone, r);
	return r->stream ? ERROR_NONE : ERROR_NOMEM;
}

enum error forward_engine_new(struct engine **out, struct resolver *r,
        const struct resolver_config *config, struct loop *loop, char *why, size_t why_size)
{
	enum error err = ERROR_NOMEM;
	struct forward *e = calloc(1, sizeof *e);
	*out = NULL;
	snprintf(why, why_size, "%s", error_text(err));
	if (!e)
		return err;
	e->engine = (struct engine){ .ops = &forward_ops, .resolver = r };
	e->loop = loop;
	e->timeout_ns = config->timeout_ms * CLOCK_NS_PER_MS;
	/* An upstream that answers quickly is asked again long before the timeout, so more tries
	 * fit into the same time. */
	e->tries_max = 1 + 2 * config->retries < UINT8_MAX ? 1 + 2 * config->retries : UINT8_MAX;
	e->mix_case = config->mix_case;
	e->said_dead = config->worker != 0;
	e->builder.slab = resolver_slab(r);
	e->routes = calloc(config->n_upstreams, sizeof *e->routes);
	timers_init(&e->timers, e->now_ns);
	if (e->routes && datagrams_init(&e->datagrams) &&
	        attempts_init(&e->attempts, config->max_in_flight))
		err = ERROR_NONE;
	while (!err && e->n_routes < config->n_upstreams)
		err = route_open(e, config, loop, why, why_size);
	if (err) {
		forward_free(&e->engine);
		return err;
	}
	*out = &e->engine;
	return ERROR_NONE;
}
