/* transaction.c - see the table in transaction.h. */
#include "resolver/forward/transaction.h"

#include "resolver/forward/choice.h"
#include "resolver/forward/tcp.h"

#include <stdio.h>

enum { RCODE_FORMERR = 1, RCODE_NOTIMP = 4, RCODE_MASK = 0x0f, BIT_TC = 0x02 };
enum { FLAGS_OCTET = 2, RCODE_OCTET = 3, ARCOUNT_OCTET = 10 };

/* From so many upstreams a failure is heard before the last one counts. */
enum { FAILURES_MAX = 3 };
/* After so many tries without an answer, an upstream that has not shown EDNS is asked without it.
 * After so many answers to those it is always asked without. */
enum { TRIES_BEFORE_PLAIN = 2, PLAIN_ANSWERS_PROVE = 3 };
/* When a try costs less than this, more than a sixth of the recent queries was lost: the deadline
 * of the question begins anew with each retransmission. */
enum { TRY_COST_OF_CALM = 70 };

/* The answer is the failure that an upstream sent, or a timeout. */
static void fail(struct forwarder *e, struct query *q)
{
	const struct answer *answer = answer_ref(q->failure);
	if (!answer) {
		char cause[64];
		snprintf(cause, sizeof cause, "no answer to %u %s", q->n_tries,
		        q->n_tries == 1 ? "query" : "queries");
		struct answer *timeout = answer_of_failure(
		        &q->flight->qname, q->flight->type, ANSWER_TIMEOUT, cause);
		if (timeout)
			timeout->attempts =
			        (uint8_t)(q->n_tries < UINT8_MAX ? q->n_tries : UINT8_MAX);
		answer = timeout;
	}
	query_finish(e, q, answer);
}

/* ---- sending ---- */

static bool should_be_plain(const struct query *q, const struct route *r)
{
	if (r->health.edns == EDNS_REFUSED || q->plain)
		return true;
	return r->health.edns == EDNS_UNKNOWN && q->n_tries >= TRIES_BEFORE_PLAIN &&
	        q->n_tries % 2 == 0;
}

/* Up to a quarter more, at random: queries that were lost together are not sent together again. */
static uint64_t spread(struct forwarder *e, uint64_t timeout_ns)
{
	return timeout_ns + timeout_ns / 4 * entropy_u16(&e->attempts.entropy) / UINT16_MAX;
}

static void send_by_udp(struct forwarder *e, struct query *q, struct route *r)
{
	if (!query_put_datagram(e, q, r, should_be_plain(q, r))) {
		query_finish(e, q, NULL);
		return;
	}
	uint64_t timeout_ns = upstream_timeout_ns(&r->health, q->tries_cost / TRY_COST);
	timer_set(&e->timers, &q->timer, e->now_ns + spread(e, timeout_ns));
	upstream_sent(&r->health);
	route_count_sent(r, e->now_ns);
	query_note_try(q, r);
}

static void send_by_tcp(struct forwarder *e, struct query *q, struct route *r)
{
	if (!tcp_send(e, q, r))
		query_finish(e, q, NULL);
}

static void try(struct forwarder *e, struct query *q, struct route *r)
{
	if (!q->by_tcp)
		send_by_udp(e, q, r);
	else if (tcp_may_send(e, q, r))
		send_by_tcp(e, q, r);
	else
		tcp_wait(e, q, r);
}

static void retransmit(struct forwarder *e, struct query *q, struct route *r)
{
	dispatcher_count_retries(e->engine.dispatcher, 1);
	try(e, q, r);
}

/* A query that waits already keeps its place. No query waits for an upstream while another may be
 * asked, even for the second time. */
static void try_again(struct forwarder *e, struct query *q, struct route *r)
{
	if (q->waiting.list)
		return;
	if (!q->by_tcp && choice_must_wait(e, r)) {
		struct route *other = choice_of_ready_route(e, q);
		if (other)
			r = other;
	}
	if (!q->by_tcp && choice_must_wait(e, r))
		query_wait(e, q, &r->waiting_for_pace);
	else
		retransmit(e, q, r);
}

void transaction_begin(struct forwarder *e, struct query *q)
{
	try(e, q, choice_of_route(e, q));
}

static void turn_tcp(struct forwarder *e, struct route *r)
{
	for (struct query *q; (q = tcp_next_expired(e, r)) != NULL;)
		query_finish(e, q,
		        answer_of_failure(&q->flight->qname, q->flight->type, ANSWER_TIMEOUT,
		                "the upstream answers too few questions by TCP"));
	for (struct query *q; (q = tcp_next_waiting(e, r)) != NULL;) {
		query_wait_no_more(e, q);
		send_by_tcp(e, q, r);
	}
}

/* Queries that wait at a dead upstream go elsewhere, unless it is expected to come back. */
static void turn_paced(struct forwarder *e, struct route *r)
{
	const bool is_given_up = r->health.dead && !e->is_pausing;
	for (struct query *q; (q = query_of_waiting(r->waiting_for_pace.first)) != NULL &&
	        (is_given_up || upstream_may_repeat(&r->health));) {
		query_wait_no_more(e, q);
		if (is_given_up)
			try_again(e, q, choice_of_route(e, q));
		else
			retransmit(e, q, r);
	}
}

void transaction_turn(struct forwarder *e, struct route *r)
{
	turn_tcp(e, r);
	turn_paced(e, r);
}

/* ---- failures ---- */

static bool has_used_up(const struct forwarder *e, unsigned tries_cost)
{
	return (tries_cost + TRY_COST / 2) / TRY_COST >= e->tries_max;
}

static bool has_failed_enough(const struct forwarder *e, const struct query *q)
{
	unsigned most = e->n_routes < 2      ? 2
	        : e->n_routes < FAILURES_MAX ? e->n_routes
	                                     : FAILURES_MAX;
	/* a malformed answer leaves its try open */
	bool is_open =
	        q->failure->status == ANSWER_MALFORMED && q->attempts && !q->attempts->overdue;
	return q->n_failures >= most || has_used_up(e, q->tries_cost + (is_open ? TRY_COST : 0));
}

/* An upstream sent a failure. While another try is out, its answer is waited for. A query does not
 * wait for the pace of the upstream that just refused it, if it may ask elsewhere. */
static void heard_failure(struct forwarder *e, struct query *q, struct route *r,
        const struct answer *failure, bool was_latest)
{
	answer_unref(q->failure);
	q->failure = failure;
	q->failed |= route_bit(r);
	if (q->n_failures < UINT8_MAX)
		q->n_failures++;
	if (has_failed_enough(e, q)) {
		if (failure->status != ANSWER_MALFORMED)
			fail(e, q);
	} else if (was_latest || q->waiting.list == &r->waiting_for_pace) {
		struct route *next = choice_of_route(e, q);
		if (q->waiting.list == &r->waiting_for_pace && next != r)
			query_wait_no_more(e, q);
		try_again(e, q, next);
	}
}

/* ---- answers ---- */

static bool is_of_old_server(unsigned rcode)
{
	return rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP;
}

static void note_edns(struct route *r, const struct attempt *a, unsigned rcode)
{
	if (is_of_old_server(rcode) || r->health.edns != EDNS_UNKNOWN)
		return;
	if (!a->plain)
		r->health.edns = EDNS_WORKS;
	else if (++r->n_plain_answers >= PLAIN_ANSWERS_PROVE)
		r->health.edns = EDNS_REFUSED;
}

/* No record behind the authority section: no OPT. */
static bool has_additional(const uint8_t *packet)
{
	return packet[ARCOUNT_OCTET] || packet[ARCOUNT_OCTET + 1];
}

/* An upstream that understands EDNS passes FORMERR on from a server that does not: without OPT
 * (RFC 6891 section 7). That says something of this question only. */
static bool wants_plain(const struct route *r, const struct attempt *a, const uint8_t *packet)
{
	unsigned rcode = packet[RCODE_OCTET] & RCODE_MASK;
	if (a->plain || !is_of_old_server(rcode))
		return false;
	return r->health.edns != EDNS_WORKS ||
	        (rcode == RCODE_FORMERR && !a->query->plain && !has_additional(packet));
}

static void note_answer(struct forwarder *e, struct route *r, const struct attempt *a)
{
	counter_add(&r->counts.answered, 1);
	counter_add(&r->counts.trip_us, (e->now_ns - a->sent_ns) / 1000);
	if (a->channel.port == CHANNEL_TCP)
		tcp_answered(e, r, a);
	else if (a->overdue)
		upstream_answered_late(&r->health, a->sent_ns, e->now_ns);
	else
		upstream_answered(&r->health, a->sent_ns, e->now_ns);
}

/* NULL: out of memory. */
static const struct answer *decode(struct forwarder *e, const struct query *q,
        const struct route *r, const uint8_t *packet, size_t size)
{
	struct answer_builder *b = &e->builder;
	flight_begin_answer(q->flight, b);
	wire_decode(b, packet, size);
	b->attempts = q->n_tries;
	b->upstream = (uint8_t)(r->index + 1);
	return answer_build(b);
}

/* The upstream must be asked in another way: without EDNS, or by TCP. True when it was. */
static bool asked_otherwise(struct forwarder *e, struct query *q, struct route *r,
        const struct attempt *a, const uint8_t *packet)
{
	unsigned rcode = packet[RCODE_OCTET] & RCODE_MASK;
	if (wants_plain(r, a, packet)) {
		q->plain = true;
		try_again(e, q, r);
		return true;
	}
	note_edns(r, a, rcode);
	if (!(packet[FLAGS_OCTET] & BIT_TC) || a->channel.port == CHANNEL_TCP)
		return false;
	q->by_tcp = true;
	query_drop_attempts(e, q, true);
	query_wait_no_more(e, q);
	try(e, q, r);
	return true;
}

void transaction_answered(
        struct forwarder *e, struct attempt *a, const uint8_t *packet, size_t size)
{
	struct query *q = a->query;
	struct route *r = &e->routes[a->channel.upstream];
	bool is_truncated = packet[FLAGS_OCTET] & BIT_TC && a->channel.port != CHANNEL_TCP;
	const struct answer *answer = is_truncated ? NULL : decode(e, q, r, packet, size);
	if (answer && answer->status == ANSWER_MALFORMED && !wants_plain(r, a, packet)) {
		counter_add(&e->engine.dispatcher->counters->bad_packets, 1);
		heard_failure(e, q, r, answer, q->attempts == a);
		return;
	}
	note_answer(e, r, a);
	struct attempt copy = *a;
	bool was_latest = query_drop_attempt(e, a);
	if (asked_otherwise(e, q, r, &copy, packet)) {
		answer_unref(answer);
	} else if (answer && !answer_is_definite(answer)) {
		q->tries_cost += copy.overdue ? 0 : TRY_COST;
		heard_failure(e, q, r, answer, was_latest);
	} else {
		query_finish(e, q, answer);
	}
}

/* ---- time ---- */

/* What a try without an answer counts for. While all upstreams are gone for a moment, a try only
 * looks whether one came back. */
static unsigned cost_of(const struct forwarder *e, const struct attempt *a)
{
	if (a->channel.port == CHANNEL_TCP)
		return TRY_COST;
	return e->is_pausing ? TRY_COST_MIN
	                     : upstream_try_cost(&e->routes[a->channel.upstream].health);
}

static void give_up_attempt(struct forwarder *e, struct query *q, struct attempt *a)
{
	unsigned cost = cost_of(e, a);
	a->overdue = true;
	q->tries_cost += cost;
	if (cost < TRY_COST_OF_CALM)
		dispatcher_renew(e->engine.dispatcher, q->flight);
	if (a->channel.port == CHANNEL_TCP)
		tcp_overdue(e, a);
	else
		upstream_overdue(&e->routes[a->channel.upstream].health, a->sent_ns, e->now_ns);
}

void transaction_timeout(struct forwarder *e, struct query *q)
{
	struct attempt *latest = q->attempts;
	if (latest && !latest->overdue) {
		if (latest->channel.port == CHANNEL_TCP && tcp_extend(e, q, latest))
			return;
		give_up_attempt(e, q, latest);
	}
	if (q->failure ? has_failed_enough(e, q) : has_used_up(e, q->tries_cost))
		fail(e, q);
	else
		try_again(e, q, choice_of_route(e, q));
}
