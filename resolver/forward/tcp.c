/* tcp.c - see the table in tcp.h. */
#include "resolver/forward/tcp.h"

#include "base/clock.h"

#include <stdlib.h>

/* Before the next try, after a connection of its own broke: doubles with every loss; and after a
 * shared one. */
#define BREAK_NS (50 * CLOCK_NS_PER_MS)
#define BREAK_SHARED_NS (2 * CLOCK_NS_PER_MS)
/* How long a query may wait: an upstream that answers only now and then must not stop a scan for
 * hours. */
#define WAIT_MAX_NS (60 * CLOCK_NS_PER_S)
/* How often a query at a busy connection is waited for anew. */
enum { EXTENSIONS_MAX = 10, BREAK_DOUBLINGS_MAX = 6, BREAKS_UNTIL_ALONE = 2, TROUBLED = 16 };
/* After so many losses alone a query waits behind those that may be innocent. */
enum { TCP_CONVICTED = 2 };

/* ---- connections ---- */

static bool connection_init(struct tcp_connection *c, struct route *r, unsigned number,
        struct loop *loop, const struct ipaddr *ip, uint16_t port, stream_message *message,
        stream_broken *broken)
{
	*c = (struct tcp_connection){ .route = r, .port = (uint16_t)(CHANNEL_TCP + number) };
	c->stream = stream_new(loop, ip, port, message, broken, c);
	return c->stream != NULL;
}

bool tcp_init(struct route *r, unsigned n_alone, struct loop *loop, const struct ipaddr *ip,
        uint16_t port, stream_message *message, stream_broken *broken)
{
	struct route_tcp *t = &r->tcp;
	t->alone = calloc(n_alone ? n_alone : 1, sizeof *t->alone);
	if (!t->alone || !connection_init(&t->shared, r, 0, loop, ip, port, message, broken))
		return false;
	for (; t->n_alone < n_alone; t->n_alone++)
		if (!connection_init(&t->alone[t->n_alone], r, t->n_alone + 1, loop, ip, port,
		            message, broken))
			return false;
	return true;
}

void tcp_fini(struct route *r)
{
	stream_free(r->tcp.shared.stream);
	for (unsigned i = 0; i < r->tcp.n_alone; i++)
		stream_free(r->tcp.alone[i].stream);
	free(r->tcp.alone);
	r->tcp.alone = NULL;
}

static struct tcp_connection *connection_of(struct route *r, const struct attempt *a)
{
	unsigned number = a->channel.port - (unsigned)CHANNEL_TCP;
	return number ? &r->tcp.alone[number - 1] : &r->tcp.shared;
}

static void alone_turn(struct route_tcp *t, struct tcp_connection *c)
{
	if (c->is_done) {
		stream_close(c->stream);
		stream_trim(c->stream);
		c->is_done = false;
		t->n_alone_busy--;
	} else if (c->only) {
		stream_turn(c->stream);
	}
}

void tcp_turn(struct route *r)
{
	stream_turn(r->tcp.shared.stream);
	for (unsigned i = 0; r->tcp.n_alone_busy && i < r->tcp.n_alone; i++)
		alone_turn(&r->tcp, &r->tcp.alone[i]);
}

/* ---- sending and waiting ---- */

static bool is_full(const struct forwarder *e)
{
	return dispatcher_is_full(e->engine.dispatcher);
}

/* Dead, and open questions wait for it to come back. */
static bool is_away(const struct forwarder *e, const struct route *r)
{
	return upstream_is_dead(&r->health) && e->is_pausing;
}

static bool has_idle(const struct route *r)
{
	return r->tcp.n_alone ? r->tcp.n_alone_busy < r->tcp.n_alone : !r->tcp.shared.n_open;
}

static struct tcp_connection *idle_connection(struct route *r)
{
	for (unsigned i = 0; i < r->tcp.n_alone; i++)
		if (!r->tcp.alone[i].only && !r->tcp.alone[i].is_done)
			return &r->tcp.alone[i];
	return &r->tcp.shared;
}

/* A suspect that has the shared connection, because there is no other, has it for itself. */
static bool is_open(const struct route *r)
{
	return tcp_window_is_open(&r->tcp.window) && !r->tcp.shared.only;
}

static bool is_convicted(const struct query *q)
{
	return q->n_alone == TCP_CONVICTED;
}

/* It lost a transmission alone. */
static void note_alone(struct query *q)
{
	if (q->n_alone < TCP_CONVICTED)
		q->n_alone++;
}

static struct waiting_list *list_of(struct route *r, const struct query *q)
{
	if (!q->tcp_alone)
		return &r->tcp.waiting;
	return is_convicted(q) ? &r->tcp.convicts : &r->tcp.suspects;
}

bool tcp_may_send(const struct forwarder *e, const struct query *q, struct route *r)
{
	if (is_away(e, r) || !(q->tcp_alone ? has_idle(r) : is_open(r)))
		return false;
	bool others_wait = list_of(r, q)->first || (is_convicted(q) && r->tcp.suspects.first);
	return q->flight->urgent || (!others_wait && !is_full(e));
}

static void enter(struct route *r, struct tcp_connection *c, struct attempt *a, bool is_alone)
{
	c->n_open++;
	if (is_alone)
		c->only = a;
	if (c == &r->tcp.shared)
		tcp_window_enter(&r->tcp.window);
	else
		r->tcp.n_alone_busy++;
}

/* TCP retransmits by itself, so a try by TCP has a longer timeout, unless others may wait behind
 * it. Opening a connection takes a round trip more. */
static uint64_t timeout_of(const struct query *q, const struct route *r)
{
	if (q->tcp_alone)
		return upstream_timeout_alone_ns(&r->health, q->patience.n_lost);
	return upstream_timeout_ns(&r->health, 1) + r->health.rtt.srtt_ns;
}

bool tcp_send(struct forwarder *e, struct query *q, struct route *r)
{
	uint8_t packet[WIRE_QUERY_MAX_BYTES];
	q->tcp_alone = q->tcp_alone || !is_open(r);
	struct tcp_connection *c = q->tcp_alone ? idle_connection(r) : &r->tcp.shared;
	struct attempt *a = query_new_attempt(e, q, r, c->port);
	if (!a)
		return false;
	a->plain = q->plain || edns_asks_plain(&r->edns, 0);
	size_t size = query_encode(e, a, packet);
	if (!stream_is_open(c->stream)) {
		c->opened_ns = e->now_ns;
		c->overtaken_ns = 0;
		c->n_answers = 0;
	}
	uint64_t timeout_ns = stream_put(c->stream, packet, size) ? timeout_of(q, r) : BREAK_NS;
	timer_set(&e->timers, &q->timer, e->now_ns + timeout_ns);
	dispatcher_park(e->engine.dispatcher, q->flight);
	enter(r, c, a, q->tcp_alone);
	upstream_sent_by_tcp(&r->health);
	route_count_sent(r, e->now_ns);
	counter_add(&e->engine.dispatcher->counters->tcp_queries, 1);
	query_note_try(q, r);
	return true;
}

/* One that failed alone has a timer, which ends its budget. */
void tcp_wait(struct forwarder *e, struct query *q, struct route *r)
{
	query_drop_attempts(e, q, false);
	query_wait(e, q, r, list_of(r, q));
	dispatcher_park(e->engine.dispatcher, q->flight);
	q->tcp_waits_since_ns = e->now_ns - r->tcp.stalled_ns;
	if (q->n_alone)
		timer_set(&e->timers, &q->timer, e->now_ns + e->timeout_ns);
	else
		q->held_since_ns = e->now_ns;
}

/* While memory is full only urgent queries are sent. */
static struct query *next_of(const struct forwarder *e, const struct waiting_list *l)
{
	struct query *q = query_of_waiting(l->first);
	while (q && !q->flight->urgent && is_full(e))
		q = query_of_waiting(q->waiting.behind);
	return q;
}

/* It broke so often that those that wait for it are better off alone. */
static bool is_troubled(const struct route *r)
{
	return r->tcp.n_alone && r->tcp.window.size < TROUBLED;
}

struct query *tcp_next_waiting(const struct forwarder *e, struct route *r)
{
	if (is_away(e, r))
		return NULL;
	struct query *q = has_idle(r) ? next_of(e, &r->tcp.suspects) : NULL;
	if (!q && (is_open(r) || (has_idle(r) && is_troubled(r))))
		q = next_of(e, &r->tcp.waiting);
	return !q && has_idle(r) ? next_of(e, &r->tcp.convicts) : q;
}

static struct query *expired_of(
        const struct forwarder *e, const struct route *r, const struct waiting_list *l)
{
	struct query *q = query_of_waiting(l->first);
	bool is_expired = q && q->tcp_waits_since_ns + WAIT_MAX_NS < e->now_ns - r->tcp.stalled_ns;
	return is_expired ? q : NULL;
}

/* The clock of those that wait stands still while memory is full. */
struct query *tcp_next_expired(const struct forwarder *e, struct route *r)
{
	if (is_full(e))
		r->tcp.stalled_ns += e->now_ns - r->tcp.turned_ns;
	r->tcp.turned_ns = e->now_ns;
	struct query *q = expired_of(e, r, &r->tcp.waiting);
	return q ? q : expired_of(e, r, &r->tcp.suspects);
}

/* ---- answers and silence ---- */

/* The time that TCP takes is no round trip of a datagram: it is not noted as one. */
void tcp_answered(struct forwarder *e, struct route *r, const struct attempt *a)
{
	struct tcp_connection *c = connection_of(r, a);
	query_free_place(r, a);
	c->answered_ns = e->now_ns;
	c->overtaken_ns = a->sent_ns > c->overtaken_ns ? a->sent_ns : c->overtaken_ns;
	c->n_answers++;
	if (c == &r->tcp.shared)
		tcp_window_answered(&r->tcp.window);
	upstream_lives(&r->health, e->now_ns);
}

/* The connection that the attempt was sent by has brought something lately, but nothing that was
 * sent later: its answer may be on the way behind others. */
static bool is_busy(
        const struct forwarder *e, const struct tcp_connection *c, const struct attempt *a)
{
	return stream_is_open(c->stream) && c->opened_ns <= a->sent_ns &&
	        c->answered_ns > a->sent_ns && c->answered_ns + e->timeout_ns > e->now_ns &&
	        a->sent_ns >= c->overtaken_ns;
}

bool tcp_extend(struct forwarder *e, struct query *q, const struct attempt *a)
{
	struct route *r = &e->routes[a->channel.upstream];
	if (q->tcp_alone || !is_busy(e, &r->tcp.shared, a) || q->n_extensions == EXTENSIONS_MAX)
		return false;
	q->n_extensions++;
	tcp_window_late(&r->tcp.window, e->now_ns, e->timeout_ns);
	timer_set(&e->timers, &q->timer, e->now_ns + timeout_of(q, r));
	return true;
}

/* One of those that were on the shared connection when it broke. */
static void try_soon(void *arg, struct attempt *a)
{
	struct forwarder *e = arg;
	struct query *q = a->query;
	if (!q || q->attempts != a || a->overdue)
		return;
	struct route *r = &e->routes[a->channel.upstream];
	a->overdue = true;
	route_tcp_leave(r, a);
	if (q->n_breaks < BREAKS_UNTIL_ALONE)
		q->n_breaks++;
	q->tcp_alone = !r->tcp.shared.n_answers || q->n_breaks == BREAKS_UNTIL_ALONE;
	timer_set(&e->timers, &q->timer, e->now_ns + BREAK_SHARED_NS);
}

/* The one that had the connection for itself has lost a transmission. */
static void try_alone_again(struct forwarder *e, struct tcp_connection *c)
{
	struct attempt *a = c->only;
	struct query *q = a->query;
	unsigned doublings = q->patience.n_lost;
	doublings = doublings < BREAK_DOUBLINGS_MAX ? doublings : BREAK_DOUBLINGS_MAX;
	a->overdue = true;
	note_alone(q);
	route_tcp_leave(c->route, a);
	query_lose(e, q);
	timer_set(&e->timers, &q->timer, e->now_ns + (BREAK_NS << doublings));
}

void tcp_broken(struct forwarder *e, struct tcp_connection *c)
{
	struct route *r = c->route;
	if (c->only)
		try_alone_again(e, c);
	if (c != &r->tcp.shared)
		return;
	attempts_each(&e->attempts, (struct channel){ (uint16_t)r->index, c->port }, try_soon, e);
	if (c->n_answers > 0)
		tcp_window_broke(&r->tcp.window);
	else
		tcp_window_silent(&r->tcp.window);
}

/* What TCP does not bring says nothing about datagrams, so the upstream does not count as silent.
 */
void tcp_overdue(struct forwarder *e, const struct attempt *a)
{
	struct route *r = &e->routes[a->channel.upstream];
	struct tcp_connection *c = connection_of(r, a);
	bool was_alone = c->only != NULL;
	a->query->tcp_alone = true;
	if (was_alone)
		note_alone(a->query);
	route_tcp_leave(r, a);
	if (c != &r->tcp.shared)
		return;
	if (was_alone) {
		stream_close(c->stream);
	} else if (a->sent_ns < c->overtaken_ns) {
		return; /* it is the name */
	} else if (c->answered_ns >= a->sent_ns) {
		tcp_window_late(&r->tcp.window, e->now_ns, e->timeout_ns);
	} else if (c->opened_ns <= a->sent_ns && stream_is_open(c->stream)) {
		stream_close(c->stream);
		tcp_broken(e, c);
	}
}
