/* forward.c - the engine's turn: receive, let the transactions go on, send.
 *
 * Only a packet that repeats the question of a query that is out counts as an answer, with its id,
 * from the address and port that it was sent to (RFC 5452 section 9.1). Everything else is counted
 * and dropped, and the right answer is still waited for. */
#include "resolver/forward/forward.h"

#include "base/clock.h"
#include "base/message.h"
#include "resolver/forward/affinity.h"
#include "resolver/forward/choice.h"
#include "resolver/forward/transaction.h"
#include "resolver/forward/question_match.h"
#include "resolver/forward/tcp.h"
#include "resolver/resolver.h"
#include "resolver/upstreams.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All upstreams are dead that answered before: for so long nothing new is asked, and open questions
 * wait. An upstream that restarts must not cost verdicts. */
#define PAUSE_NS (30 * CLOCK_NS_PER_S)
/* How many questions at once are sent to upstreams that are all dead. */
enum { HOPELESS_MAX = 256 };
/* So many questions are open, or as many as are answered in a second and two round trips: what is
 * begun must end within its patience, also when a recursor has to look up everything. Idle ones
 * are not among them: forwarder.n_idle. */
enum { OPEN_ALWAYS = 2048, OPEN_TRIPS = 2 };
/* While at least 64 questions are open, and less than an eighth of them was answered in a turn, the
 * worker sleeps before it looks again, and then finds many answers at once: for a 64th of the round
 * trip, 0.2 to 2 ms. */
enum {
	GATHER_MIN = 64,
	GATHER_PART = 8,
	GATHER_TRIP_PART = 64,
	GATHER_MIN_US = 200,
	GATHER_MAX_US = 2000
};

/* All workers together ask an upstream that often, however little it answers: one that loses a part
 * at random must not bring a scan to a standstill. The first window of each has
 * WINDOW_FIRST_MIN at least. */
enum { PACE_MIN_PER_S = 100, WINDOW_FIRST_MIN = 32 };

/* As long as nothing came from an upstream, it is probed that often, the first time soon. So a name
 * that nobody answers for is no dead upstream. */
#define FIRST_PROBE_NS (250 * CLOCK_NS_PER_MS)
#define FIRST_PROBE_AGAIN_NS CLOCK_NS_PER_S

/* What one turn counts at most. The loop sleeps 10 ms at most. */
#define TURN_MAX_NS (20 * CLOCK_NS_PER_MS)

/* ---- questions ---- */

static void forward_start(struct engine *engine, struct flight *f, uint64_t now_ns)
{
	struct forwarder *e = (struct forwarder *)engine;
	struct query *q = query_get(e, f);
	(void)now_ns;
	if (q)
		transaction_begin(e, q);
	else
		dispatcher_finish(engine->dispatcher, f, NULL);
}

static void forward_abandon(struct engine *engine, struct flight *f)
{
	query_end((struct forwarder *)engine, f->ticket, false);
}

/* ---- answers ---- */

static void probe_answered(struct forwarder *e, struct route *r, struct attempt *a)
{
	upstream_lives(&r->health, e->now_ns);
	r->probe = NULL;
	attempts_put(&e->attempts, a);
}

/* A packet from an upstream's address and port. */
static void take(
        struct forwarder *e, struct route *r, uint16_t port, const uint8_t *packet, size_t size)
{
	struct resolver_counters *counters = e->engine.dispatcher->counters;
	if (size < QUESTION_MATCH_HEADER_BYTES) {
		counter_add(&counters->bad_packets, 1);
		return;
	}
	struct attempt *a =
	        attempts_find(&e->attempts, (struct channel){ (uint16_t)r->index, port },
	                (uint16_t)(packet[0] << 8 | packet[1]));
	if (!a || a->is_put) {
		counter_add(&counters->stray_packets, 1);
		upstream_lives(&r->health, e->now_ns);
		return;
	}
	if (question_match(packet, size, query_attempt_name(a), query_attempt_type(a),
	            a->case_bits) == QUESTION_MATCH_NONE) {
		counter_add(&counters->bad_packets, 1);
		return;
	}
	counter_add(&r->counts.received, 1);
	if (a->query)
		transaction_answered(e, a, packet, size);
	else
		probe_answered(e, r, a);
}

static void take_datagrams(struct forwarder *e, struct route *r, unsigned port)
{
	bool more = true;
	while (more) {
		bool unreachable = false;
		more = ports_receive(&r->ports, port, &e->datagrams, &unreachable);
		if (unreachable)
			upstream_unreachable(&r->health, e->now_ns);
		e->n_datagrams += e->datagrams.n;
		for (unsigned i = 0; i < e->datagrams.n; i++)
			take(e, r, (uint16_t)port, e->datagrams.octets[i], e->datagrams.sizes[i]);
	}
}

/* ---- streams ---- */

static void stream_said(void *arg, const uint8_t *octets, size_t size)
{
	const struct tcp_connection *c = arg;
	take(c->route->engine, c->route, c->port, octets, size);
}

static void stream_is_gone(void *arg)
{
	struct tcp_connection *c = arg;
	tcp_broken(c->route->engine, c);
}

/* ---- time ---- */

static void probe(struct forwarder *e, struct route *r)
{
	query_put_probe(e, r);
	liveness_probed(&r->health.liveness, e->now_ns);
}

/* It was asked, and nothing ever came from it. */
static bool wants_first_probe(const struct forwarder *e, struct route *r)
{
	if (r->counts.received || !r->counts.sent || upstream_is_dead(&r->health))
		return false;
	uint64_t soon_ns = e->timeout_ns / 2 < FIRST_PROBE_NS ? e->timeout_ns / 2 : FIRST_PROBE_NS;
	bool is_due = r->first_probe_ns && e->now_ns >= r->first_probe_ns;
	if (is_due || !r->first_probe_ns)
		r->first_probe_ns = e->now_ns + (is_due ? FIRST_PROBE_AGAIN_NS : soon_ns);
	return is_due;
}

static void tell_the_dead(const struct forwarder *e)
{
	struct textbuf name = { 0 };
	upstream_print(&name, &e->upstreams[0]);
	if (e->n_routes == 1)
		message(MESSAGE_WARNING, "upstream %s does not answer; waiting for it",
		        textbuf_text(&name));
	else
		message(MESSAGE_WARNING, "none of the %u upstreams answers; waiting for one",
		        e->n_routes);
	textbuf_fini(&name);
}

/* Notes since when no upstream is alive, and tells the user once. */
static void note_the_dead(struct forwarder *e)
{
	bool ever_answered = false;
	e->is_pausing = false;
	for (unsigned i = 0; i < e->n_routes; i++) {
		ever_answered = ever_answered || e->routes[i].health.liveness.ever_answered;
		if (!upstream_is_dead(&e->routes[i].health)) {
			e->all_dead_since_ns = 0;
			return;
		}
	}
	if (!e->all_dead_since_ns)
		e->all_dead_since_ns = e->now_ns;
	e->is_pausing = ever_answered && e->now_ns - e->all_dead_since_ns < PAUSE_NS;
	if (!e->said_dead)
		tell_the_dead(e);
	e->said_dead = true;
}

static unsigned open_max(const struct forwarder *e)
{
	uint64_t n = 0;
	for (unsigned i = 0; i < e->n_routes; i++) {
		const struct upstream *u = &e->routes[i].health;
		uint64_t time_ns = CLOCK_NS_PER_S + OPEN_TRIPS * u->rtt.srtt_ns;
		n += u->congestion.answers.per_s * time_ns / CLOCK_NS_PER_S;
	}
	return n < OPEN_ALWAYS ? OPEN_ALWAYS : n < UINT32_MAX ? (unsigned)n : UINT32_MAX;
}

static void forward_turn(struct engine *engine, uint64_t now_ns)
{
	struct forwarder *e = (struct forwarder *)engine;
	uint64_t elapsed_ns = e->turned_ns ? now_ns - e->turned_ns : 0;
	e->turned_ns = now_ns;
	e->now_ns += elapsed_ns < TURN_MAX_NS ? elapsed_ns : TURN_MAX_NS;
	e->n_datagrams = 0;
	e->open_max = open_max(e);
	/* all of them first: what is sent from here on belongs to the cohorts of this turn */
	for (unsigned i = 0; i < e->n_routes; i++) {
		struct route *r = &e->routes[i];
		r->health.congestion.common_ns = now_ns;
		upstream_turn(&r->health, e->now_ns);
		upstream_note_waiting(&r->health, r->waiting.n);
	}
	for (unsigned i = 0; i < e->n_routes; i++) {
		struct route *r = &e->routes[i];
		for (unsigned port = 0; port < r->ports.n_sockets; port++)
			if (r->ports.sockets[port].readable)
				take_datagrams(e, r, port);
		tcp_turn(r);
		transaction_turn(e, r);
		if (liveness_wants_probe(&r->health.liveness, e->now_ns))
			probe(e, r);
		else if (wants_first_probe(e, r))
			query_put_probe(e, r);
	}
	note_the_dead(e);
	for (struct timer *t; (t = timers_next(&e->timers, e->now_ns)) != NULL; note_the_dead(e))
		transaction_timeout(e, (struct query *)t);
}

static unsigned gather_us(const struct forwarder *e)
{
	uint64_t trip_ns = UINT64_MAX;
	for (unsigned i = 0; i < e->n_routes; i++)
		if (!upstream_is_dead(&e->routes[i].health) &&
		        e->routes[i].health.rtt.srtt_ns < trip_ns)
			trip_ns = e->routes[i].health.rtt.srtt_ns;
	uint64_t us = trip_ns / 1000 / GATHER_TRIP_PART;
	return us < GATHER_MIN_US || trip_ns == UINT64_MAX ? GATHER_MIN_US
	        : us < GATHER_MAX_US                       ? (unsigned)us
	                                                   : GATHER_MAX_US;
}

static void forward_flush(struct engine *engine)
{
	struct forwarder *e = (struct forwarder *)engine;
	for (unsigned i = 0; i < e->n_routes; i++) {
		if (route_is_ripe(&e->routes[i], e->now_ns))
			route_flush(&e->routes[i], &e->attempts, query_encode, e->now_ns);
		tcp_turn(&e->routes[i]);
	}
	if (e->n_open >= GATHER_MIN && e->n_datagrams * GATHER_PART < e->n_open)
		loop_gather(e->loop, gather_us(e));
}

static bool forward_has_room(const struct engine *engine)
{
	const struct forwarder *e = (const struct forwarder *)engine;
	if (forwarder_is_full(e))
		return false;
	for (unsigned i = 0; i < e->n_routes; i++)
		if (choice_has_room(&e->routes[i]))
			return true;
	if (!e->all_dead_since_ns || e->is_pausing)
		return false;
	return e->n_open < HOPELESS_MAX;
}

static bool forward_stands_still(const struct engine *engine)
{
	const struct forwarder *e = (const struct forwarder *)engine;
	bool holds = false;
	for (unsigned i = 0; i < e->n_routes; i++) {
		if (choice_has_room(&e->routes[i]))
			return false;
		holds = holds || upstream_rate_holds(&e->routes[i].health);
	}
	return holds || e->is_pausing;
}

static const struct upstream_counters *forward_upstream_counters(
        const struct engine *engine, unsigned index)
{
	return &((const struct forwarder *)engine)->routes[index].counts;
}

/* ---- life ---- */

static void forward_free(struct engine *engine)
{
	struct forwarder *e = (struct forwarder *)engine;
	for (unsigned i = 0; i < e->n_routes; i++) {
		ports_close(&e->routes[i].ports);
		tcp_fini(&e->routes[i]);
	}
	queries_free(e);
	attempts_fini(&e->attempts);
	answer_builder_fini(&e->builder);
	datagrams_fini(&e->datagrams);
	free(e->routes);
	free(e);
}

/* Of one upstream: its ports, the shared connection, those for a single query. */
enum { FDS_USUAL = PORTS_PER_UPSTREAM + 1 + TCP_ALONE_MAX };

/* So many UDP sockets, beside the one for TCP. */
static unsigned ports_per_upstream(const struct resolver_config *config)
{
	unsigned n =
	        config->max_fds ? config->max_fds / config->n_upstreams : PORTS_PER_UPSTREAM + 1;
	return n < 2 ? 1 : n > PORTS_PER_UPSTREAM ? PORTS_PER_UPSTREAM : n - 1;
}

/* What is left of the descriptors. */
static unsigned connections_alone(const struct resolver_config *config)
{
	unsigned n = config->max_fds ? config->max_fds / config->n_upstreams : FDS_USUAL;
	return n >= FDS_USUAL                ? TCP_ALONE_MAX
	        : n > PORTS_PER_UPSTREAM + 1 ? n - (PORTS_PER_UPSTREAM + 1)
	                                     : 0;
}

static struct congestion_limits congestion_limits(const struct resolver_config *config)
{
	unsigned n_workers = config->n_workers ? config->n_workers : 1;
	unsigned first = CONGESTION_WINDOW_FIRST / n_workers;
	return (struct congestion_limits){ .window_max = config->max_in_flight,
		.window_first = first > WINDOW_FIRST_MIN ? first : WINDOW_FIRST_MIN,
		.pace_min_per_s = PACE_MIN_PER_S / n_workers };
}

static enum error route_open(struct forwarder *e, const struct resolver_config *config,
        struct loop *loop, char *why, size_t why_size)
{
	unsigned index = e->n_routes;
	const struct resolver_upstream *to = &config->upstreams[index];
	struct route *r = &e->routes[index];
	struct upstream_limits limits = { .timeout_ms = config->timeout_ms,
		.queries_per_s = config->queries_per_s_per_upstream,
		.congestion = congestion_limits(config) };
	r->engine = e;
	r->index = index;
	r->affinity = affinity_of_upstream(&to->ip, to->port);
	r->tcp.turned_ns = e->now_ns;
	upstream_init(&r->health, &limits, e->now_ns);
	tcp_window_init(&r->tcp.window, config->max_in_flight);
	if (!ports_open(&r->ports, ports_per_upstream(config), loop, &to->ip, to->port)) {
		char text[IPADDR_TEXT_BYTES];
		snprintf(why, why_size, "upstream %s: %s", ipaddr_text(&to->ip, text),
		        strerror(errno));
		return ERROR_SYSTEM;
	}
	e->n_routes++;
	bool made = tcp_init(
	        r, connections_alone(config), loop, &to->ip, to->port, stream_said, stream_is_gone);
	return made ? ERROR_NONE : ERROR_NOMEM;
}

static enum error forward_new(struct engine **out, const struct resolver_config *config,
        struct dispatcher *dispatcher, struct loop *loop, char *why, size_t why_size)
{
	enum error err = ERROR_NOMEM;
	struct forwarder *e = calloc(1, sizeof *e);
	*out = NULL;
	snprintf(why, why_size, "%s", error_text(err));
	if (!e)
		return err;
	e->engine = (struct engine){ .type = &forward_engine, .dispatcher = dispatcher };
	e->loop = loop;
	e->timeout_ns = config->timeout_ms * CLOCK_NS_PER_MS;
	/* a query to an upstream that answers quickly is retransmitted long before the timeout, so
	 * more transmissions fit into the same time */
	e->limits = (struct patience_limits){
		.n_transmissions = 1 + 3 * config->retries,
		.time_ns = config->question_deadline_ms * CLOCK_NS_PER_MS,
		.n_retries = config->retries,
	};
	e->now_ns = CLOCK_NS_PER_S;
	e->mix_case = config->mix_case;
	e->upstreams = config->upstreams;
	e->said_dead = config->worker != 0;
	e->builder.slab = dispatcher->slab;
	e->routes = calloc(config->n_upstreams, sizeof *e->routes);
	timers_init(&e->timers, e->now_ns);
	if (e->routes && datagrams_init(&e->datagrams) && attempts_init(&e->attempts))
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

/* 8 sockets, and TCP connections for many queries and for one each, for each upstream; one of each
 * is enough. When descriptors are few, more workers with one socket each get more done. The memory
 * was found by running with less and less (tests/blackbox/test_limits.py). The extra try: an
 * upstream asks many servers behind it, so the last try gets twice its time. */
const struct engine_type forward_engine = {
	.name = "forward",
	.needs = ENGINE_UPSTREAMS,
	.obeys_upstream_rate = true,
	.obeys_mix_case = true,
	.needs_loop = true,
	.fds_usual = { .per_upstream = FDS_USUAL },
	.fds_least = { .per_upstream = 2 },
	.saves_fds = true,
	.worker_mib = 12,
	.flight_kib = 8,
	.in_flight_preset = 20000,
	.n_extra_tries = 1,
	.held_text = "its turn at an upstream, to ask for ",
	.no_room_text = "the upstreams, which are dead or have no room, to ask for ",
	.holds_for_memory = true,
	.new = forward_new,
	.free = forward_free,
	.start = forward_start,
	.abandon = forward_abandon,
	.turn = forward_turn,
	.flush = forward_flush,
	.has_room = forward_has_room,
	.stands_still = forward_stands_still,
	.upstream_counters = forward_upstream_counters,
};
