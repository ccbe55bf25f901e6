/* tcp.c - see the table in tcp.h. */
#include "resolver/forward/tcp.h"

#include "base/clock.h"

/* Before the next try, after a connection broke: doubles with every try; and when it had brought
 * answers. */
#define BREAK_NS (50 * CLOCK_NS_PER_MS)
#define BREAK_SERVED_NS (2 * CLOCK_NS_PER_MS)
/* How long a query may wait: an upstream that answers only now and then must not stop a scan for
 * hours. */
#define WAIT_MAX_NS (120 * CLOCK_NS_PER_S)
/* How often a query at a busy connection is waited for anew. */
enum { EXTENSIONS_MAX = 10, BREAK_DOUBLINGS_MAX = 6 };

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

bool tcp_may_send(const struct forwarder *e, const struct query *q, const struct route *r)
{
	if (is_away(e, r) || !tcp_window_is_open(&r->tcp.window))
		return false;
	return q->flight->urgent || (!r->tcp.waiting.first && !is_full(e));
}

/* TCP retransmits by itself, so a try by TCP has the whole timeout. */
bool tcp_send(struct forwarder *e, struct query *q, struct route *r)
{
	uint8_t packet[WIRE_QUERY_MAX_BYTES];
	struct attempt *a = query_new_attempt(e, q, r, CHANNEL_TCP);
	if (!a)
		return false;
	a->plain = q->plain || r->health.edns == EDNS_REFUSED;
	size_t size = query_encode(e, a, packet);
	if (!stream_is_open(r->tcp.stream)) {
		r->tcp.opened_ns = e->now_ns;
		r->tcp.n_answers = 0;
	}
	uint64_t timeout_ns = stream_put(r->tcp.stream, packet, size) ? e->timeout_ns : BREAK_NS;
	timer_set(&e->timers, &q->timer, e->now_ns + timeout_ns);
	dispatcher_park(e->engine.dispatcher, q->flight);
	tcp_window_enter(&r->tcp.window);
	upstream_sent_by_tcp(&r->health);
	route_count_sent(r, e->now_ns);
	counter_add(&e->engine.dispatcher->counters->tcp_queries, 1);
	query_note_try(q, r);
	return true;
}

void tcp_wait(struct forwarder *e, struct query *q, struct route *r)
{
	query_drop_attempts(e, q, false);
	query_wait(e, q, r, &r->tcp.waiting);
	dispatcher_park(e->engine.dispatcher, q->flight);
	q->tcp_waits_since_ns = e->now_ns - r->tcp.stalled_ns;
	q->held_since_ns = e->now_ns;
}

/* While memory is full only urgent queries are sent. */
struct query *tcp_next_waiting(const struct forwarder *e, struct route *r)
{
	if (is_away(e, r) || !tcp_window_is_open(&r->tcp.window))
		return NULL;
	struct query *q = query_of_waiting(r->tcp.waiting.first);
	while (q && !q->flight->urgent && is_full(e))
		q = query_of_waiting(q->waiting.behind);
	return q;
}

/* The clock of those that wait stands still while memory is full. */
struct query *tcp_next_expired(const struct forwarder *e, struct route *r)
{
	if (is_full(e))
		r->tcp.stalled_ns += e->now_ns - r->tcp.turned_ns;
	r->tcp.turned_ns = e->now_ns;
	struct query *q = query_of_waiting(r->tcp.waiting.first);
	bool is_expired = q && q->tcp_waits_since_ns + WAIT_MAX_NS < e->now_ns - r->tcp.stalled_ns;
	return is_expired ? q : NULL;
}

/* ---- answers and silence ---- */

/* The time that TCP takes is no round trip of a datagram: it is not noted as one. */
void tcp_answered(struct forwarder *e, struct route *r, const struct attempt *a)
{
	query_free_place(r, a);
	r->tcp.answered_ns = e->now_ns;
	r->tcp.n_answers++;
	tcp_window_answered(&r->tcp.window);
	upstream_lives(&r->health, e->now_ns);
}

/* The connection that the attempt was sent by has brought something lately. */
static bool is_busy(const struct forwarder *e, const struct route *r, const struct attempt *a)
{
	return stream_is_open(r->tcp.stream) && r->tcp.opened_ns <= a->sent_ns &&
	        r->tcp.answered_ns > a->sent_ns && r->tcp.answered_ns + e->timeout_ns > e->now_ns;
}

bool tcp_extend(struct forwarder *e, struct query *q, const struct attempt *a)
{
	struct route *r = &e->routes[a->channel.upstream];
	if (!is_busy(e, r, a) || q->n_extensions == EXTENSIONS_MAX)
		return false;
	q->n_extensions++;
	tcp_window_late(&r->tcp.window, e->now_ns, e->timeout_ns);
	timer_set(&e->timers, &q->timer, r->tcp.answered_ns + e->timeout_ns);
	return true;
}

static void try_soon(void *arg, struct attempt *a)
{
	struct forwarder *e = arg;
	struct query *q = a->query;
	if (!q || q->attempts != a || a->overdue)
		return;
	struct route *r = &e->routes[a->channel.upstream];
	bool was_of_use = r->tcp.n_answers > 0;
	a->overdue = true;
	tcp_window_leave(&r->tcp.window);
	unsigned doublings = q->n_tries < BREAK_DOUBLINGS_MAX ? q->n_tries : BREAK_DOUBLINGS_MAX;
	if (!was_of_use)
		patience_lose(&q->patience);
	timer_set(&e->timers, &q->timer,
	        e->now_ns + (was_of_use ? BREAK_SERVED_NS : BREAK_NS << doublings));
}

void tcp_broken(struct forwarder *e, struct route *r)
{
	attempts_each(
	        &e->attempts, (struct channel){ (uint16_t)r->index, CHANNEL_TCP }, try_soon, e);
	if (r->tcp.n_answers > 0)
		tcp_window_broke(&r->tcp.window);
	else
		tcp_window_silent(&r->tcp.window);
}

/* What TCP does not bring says nothing about datagrams, so the upstream does not count as silent.
 */
void tcp_overdue(struct forwarder *e, const struct attempt *a)
{
	struct route *r = &e->routes[a->channel.upstream];
	tcp_window_leave(&r->tcp.window);
	if (r->tcp.answered_ns >= a->sent_ns) {
		tcp_window_late(&r->tcp.window, e->now_ns, e->timeout_ns);
	} else if (r->tcp.opened_ns <= a->sent_ns && stream_is_open(r->tcp.stream)) {
		stream_close(r->tcp.stream);
		tcp_broken(e, r);
	}
}
