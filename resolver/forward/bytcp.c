/* bytcp.c - a question on its way by TCP, because no datagram holds its answer.
 *
 *     the gate of the route is shut     the question waits in line, which costs it no time: it is
 *                                       we who let it wait; but not for ever
 *     the connection is busy            others' answers come, so its own is on the way: it is
 *                                       waited for anew, within bounds, and not asked for again
 *     the connection is silent          it is as good as none: closed, and all who wait for it try
 *                                       again soon
 *     it broke                          they try again soon, too, and later each time; or stand in
 *                                       line again, when it served some of them: servers may close
 *                                       a connection after as many
 *                                       answers as they like (RFC 7766 section 6.2), and that loses
 *                                       only what was asked in vain */
#include "resolver/forward/forward.h"

#include "base/clock.h"

#include <assert.h>

/* Before the next try, after a connection broke: doubles with every try; and when it had brought
 * answers. */
#define BREAK_NS (50 * CLOCK_NS_PER_MS)
#define BREAK_SERVED_NS (2 * CLOCK_NS_PER_MS)
/* In line; an upstream that answers a question now and then must not hold a scan up for hours. */
#define LINE_MAX_NS (120 * CLOCK_NS_PER_S)
/* How often a busy connection is waited for anew. */
enum { EXTENSIONS_MAX = 10, BREAK_DOUBLINGS_MAX = 6 };

static void wait_in_line(struct forward *e, struct query *q, struct route *r)
{
	query_drop_attempts(e, q, false);
	q->waits_since_ns = e->now_ns - r->line_stood_ns;
	query_wait(e, q, &r->waiting);
}

/* TCP does its own repeating, so a try by it has all the patience there is. */
static void put(struct forward *e, struct query *q, struct route *r)
{
	uint8_t packet[WIRE_QUERY_MAX_BYTES];
	struct attempt *a = query_new_attempt(e, q, r, WICKET_STREAM);
	if (!a) {
		query_land(e, q, NULL);
		return;
	}
	a->plain = q->plain || r->health.edns == EDNS_REFUSED;
	size_t size = query_encode(e, a, packet);
	if (!stream_is_open(r->stream)) {
		r->stream_opened_ns = e->now_ns;
		r->stream_n_heard = 0;
	}
	uint64_t patience_ns = stream_put(r->stream, packet, size) ? e->timeout_ns : BREAK_NS;
	timer_set(&e->timers, &q->timer, e->now_ns + patience_ns);
	gate_enter(&r->gate);
	upstream_sent_by_tcp(&r->health);
	resolver_count(e->engine.resolver, RESOLVER_ASKED_BY_TCP);
	query_tried(q, r);
}

/* What was asked waits for it to come back. */
static bool is_away(const struct forward *e, const struct route *r)
{
	return r->health.dead && e->is_pausing;
}

void bytcp_try(struct forward *e, struct query *q, struct route *r)
{
	const bool may_pass = !is_away(e, r) &&
	        (q->flight->urgent || (!r->waiting.first && !resolver_is_full(e->engine.resolver)));
	if (may_pass && gate_is_open(&r->gate))
		put(e, q, r);
	else
		wait_in_line(e, q, r);
}

/* While memory is short, only what is urgent may pass. NULL: nobody. */
static struct query *next_in_line(struct forward *e, struct route *r)
{
	struct query *q = r->waiting.first;
	while (q && !q->flight->urgent && resolver_is_full(e->engine.resolver))
		q = q->behind;
	return q;
}

/* Who waited for too long, by a clock that stands still while memory is short. */
static void line_expire(struct forward *e, struct route *r)
{
	if (resolver_is_full(e->engine.resolver))
		r->line_stood_ns += e->now_ns - r->line_turned_ns;
	r->line_turned_ns = e->now_ns;
	for (struct query *q; (q = r->waiting.first) != NULL &&
	        q->waits_since_ns + LINE_MAX_NS < e->now_ns - r->line_stood_ns;) {
		line_leave(q);
		query_land(e, q,
		        answer_of_failure(&q->flight->qname, q->flight->type, ANSWER_TIMEOUT,
		                "the upstream answers too few questions by TCP"));
	}
}

void bytcp_turn(struct forward *e, struct route *r)
{
	line_expire(e, r);
	while (r->waiting.first && !is_away(e, r) && gate_is_open(&r->gate)) {
		struct query *q = next_in_line(e, r);
		if (!q)
			return;
		query_wait_no_more(e, q);
		put(e, q, r);
	}
}

/* Whether the very connection by which it was asked has brought something lately. */
static bool is_busy(const struct forward *e, const struct route *r, const struct attempt *a)
{
	return stream_is_open(r->stream) && r->stream_opened_ns <= a->sent_ns &&
	        r->stream_heard_ns > a->sent_ns && r->stream_heard_ns + e->timeout_ns > e->now_ns;
}

bool bytcp_wait_on(struct forward *e, struct query *q, const struct attempt *a)
{
	struct route *r = &e->routes[a->wicket.upstream];
	if (!is_busy(e, r, a) || q->n_extensions == EXTENSIONS_MAX)
		return false;
	q->n_extensions++;
	gate_late(&r->gate, e->now_ns, e->timeout_ns);
	timer_set(&e->timers, &q->timer, r->stream_heard_ns + e->timeout_ns);
	resolver_renew(e->engine.resolver, q->flight);
	return true;
}

struct broken {
	struct forward *engine;
	bool was_of_use;
};

/* A try by a connection that served others first does not count: it was we who wanted too much of
 * it. */
static void try_soon(void *arg, struct attempt *a)
{
	const struct broken *b = arg;
	struct query *q = a->query;
	if (!q || q->attempts != a || a->overdue)
		return;
	struct forward *e = b->engine;
	a->overdue = true;
	gate_leave(&e->routes[a->wicket.upstream].gate);
	unsigned doublings = q->n_tries < BREAK_DOUBLINGS_MAX ? q->n_tries : BREAK_DOUBLINGS_MAX;
	if (!b->was_of_use)
		q->tries_worth += TRY_WORTH;
	timer_set(&e->timers, &q->timer,
	        e->now_ns + (b->was_of_use ? BREAK_SERVED_NS : BREAK_NS << doublings));
}

void bytcp_broken(struct forward *e, struct route *r, bool was_of_use)
{
	struct broken broken = { .engine = e, .was_of_use = was_of_use };
	attempts_each(&e->attempts, (struct wicket){ (uint16_t)r->index, WICKET_STREAM }, try_soon,
	        &broken);
	if (was_of_use)
		gate_broke(&r->gate);
	else
		gate_silent(&r->gate);
}

/* What TCP does not bring says nothing about datagrams, so it is no silence of the upstream. */
void bytcp_overdue(struct forward *e, const struct attempt *a)
{
	struct route *r = &e->routes[a->wicket.upstream];
	gate_leave(&r->gate);
	if (r->stream_heard_ns >= a->sent_ns) {
		gate_late(&r->gate, e->now_ns, e->timeout_ns);
	} else if (r->stream_opened_ns <= a->sent_ns && stream_is_open(r->stream)) {
		stream_close(r->stream);
		bytcp_broken(e, r, r->stream_n_heard > 0);
	}
}
