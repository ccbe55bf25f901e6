/* transaction.c - see the table in transaction.h. */
#include "resolver/forward/transaction.h"

#include "resolver/forward/choice.h"
#include "resolver/forward/tcp.h"

#include <stdio.h>

enum { RCODE_SERVFAIL = 2, RCODE_REFUSED = 5 };
enum { RCODE_MASK = 0x0f, BIT_TC = 0x02 };
enum { FLAGS_OCTET = 2, RCODE_OCTET = 3, ARCOUNT_OCTET = 10 };

/* So many queries of a waiting list are looked at in a turn. */
enum { TAKE_MAX = 256 };
/* So many upstreams are asked at once after a failure; then they rest. */
enum { FAILURES_MAX = 3, MALFORMED_MIN = 2 };

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

/* ---- the budget ---- */

static bool lasts(const struct forwarder *e, const struct query *q)
{
	const struct upstream *u = &e->routes[q->route].health;
	return e->is_pausing ||
	        patience_lasts(&q->patience, &e->limits, upstream_stretch_percent(u), e->now_ns);
}

/* The timer fires after `in_ns`, but not after the budget has ended. */
static void set_timer(struct forwarder *e, struct query *q, uint64_t in_ns)
{
	const struct upstream *u = &e->routes[q->route].health;
	uint64_t end_ns =
	        q->patience.begun_ns + patience_time_ns(&e->limits, upstream_stretch_percent(u));
	uint64_t due_ns = e->now_ns + in_ns;
	if (due_ns > end_ns && end_ns > e->now_ns && !e->is_pausing)
		due_ns = end_ns;
	timer_set(&e->timers, &q->timer, due_ns);
}

/* ---- sending ---- */

/* Up to a quarter more, at random: queries that were lost together are not sent together again. */
static uint64_t spread(struct forwarder *e, uint64_t timeout_ns)
{
	return timeout_ns + timeout_ns / 4 * entropy_u16(&e->attempts.entropy) / UINT16_MAX;
}

static void send_by_udp(struct forwarder *e, struct query *q, struct route *r)
{
	bool is_first = !q->n_tries;
	bool plain = q->plain || edns_asks_plain(&r->edns, q->n_tries);
	if (!query_put_datagram(e, q, r, plain)) {
		query_finish(e, q, NULL);
		return;
	}
	query_note_try(q, r);
	set_timer(e, q, spread(e, upstream_timeout_ns(&r->health, q->patience.n_lost)));
	upstream_sent(&r->health, is_first);
	route_count_sent(r, e->now_ns);
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

/* ---- failures that may have passed ---- */

/* When it may be asked again where it failed; 0: never, or it has not failed. */
static uint64_t again_ns(const struct forwarder *e, const struct query *q)
{
	if (!q->n_failed || !q->may_pass)
		return 0;
	return patience_again_ns(&q->patience, &e->limits, q->failed_ns);
}

/* Recursors keep a failure for a while only, so those that sent one are asked as if they had not,
 * whatever became of it elsewhere. */
static bool forget_failures(struct forwarder *e, struct query *q)
{
	uint64_t due_ns = again_ns(e, q);
	if (!due_ns || e->now_ns < due_ns)
		return false;
	q->failed = q->tried = 0;
	q->n_failed = 0;
	q->patience.n_again++;
	return true;
}

/* It waits until its failures are forgotten; or the failure counts. */
static void rest(struct forwarder *e, struct query *q)
{
	uint64_t due_ns = again_ns(e, q);
	if (!due_ns) {
		fail(e, q);
		return;
	}
	query_wait_no_more(e, q);
	query_set_rests(e, q, true);
	dispatcher_rest(e->engine.dispatcher, q->flight);
	timer_set(&e->timers, &q->timer, due_ns);
}

/* ---- retransmissions ---- */

/* While it waits on a list: until its budget ends, or its failures are forgotten. */
static void set_waiting_timer(struct forwarder *e, struct query *q)
{
	uint64_t due_ns = again_ns(e, q), in_ns = e->limits.time_ns * UINT8_MAX;
	if (due_ns)
		in_ns = due_ns > e->now_ns ? due_ns - e->now_ns : 0;
	set_timer(e, q, in_ns);
}

/* A retransmission waits for the pace, which takes of its budget; or for a limit of our own, or for
 * upstreams that are expected back, which does not. */
static void wait_for_pace(struct forwarder *e, struct query *q, struct route *r)
{
	query_wait(e, q, r, &r->waiting);
	upstream_note_waiting(&r->health, r->waiting.n);
	if (e->is_pausing || upstream_rate_holds(&r->health))
		query_hold(e, q);
	else
		set_waiting_timer(e, q);
}

/* It would wait at `r` for longer than until its failures are forgotten. */
static bool had_better_rest(const struct forwarder *e, const struct query *q, const struct route *r)
{
	bool is_held = e->is_pausing || upstream_rate_holds(&r->health);
	return !q->patience.n_again && !is_held && r->health.is_behind && again_ns(e, q);
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
	if (q->by_tcp || !choice_must_wait(e, r))
		retransmit(e, q, r);
	else if (had_better_rest(e, q, r))
		rest(e, q);
	else
		wait_for_pace(e, q, r);
}

void transaction_begin(struct forwarder *e, struct query *q)
{
	q->patience.begun_ns = e->now_ns;
	q->votes = !silent_names_has(&e->silent, flight_name(q->flight));
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

/* While new questions could be sent there, retransmissions live on a budget. */
static bool may_retransmit(const struct forwarder *e, const struct route *r)
{
	bool new_waits =
	        e->engine.dispatcher->queue.first && choice_has_room(r) && !forwarder_is_full(e);
	return upstream_may_repeat(&r->health) &&
	        (!new_waits || retry_budget_has(&r->health.retries));
}

/* Queries that wait at a dead upstream go elsewhere, unless it is expected to come back. */
static void turn_waiting(struct forwarder *e, struct route *r)
{
	const bool is_given_up = upstream_is_dead(&r->health) && !e->is_pausing;
	for (struct query *q; (q = query_of_waiting(r->waiting.first)) != NULL &&
	        (is_given_up || may_retransmit(e, r));) {
		query_wait_no_more(e, q);
		if (is_given_up)
			try_again(e, q, choice_of_route(e, q));
		else
			retransmit(e, q, r);
	}
}

static bool may_take(const struct forwarder *e, const struct query *q, const struct route *r)
{
	unsigned stretch = upstream_stretch_percent(&r->health);
	return !(q->failed & route_bit(r)) &&
	        patience_lasts(&q->patience, &e->limits, stretch, e->now_ns);
}

/* Of what waits at `from`, which is behind, as much goes to `r` as its window has room for. */
static void take_from(struct forwarder *e, struct route *r, struct route *from)
{
	const struct upstream *u = &r->health;
	struct waiting *next, *w = from->waiting.first;
	for (unsigned n = 0; w && n < TAKE_MAX && may_retransmit(e, r) &&
	        upstream_in_flight(u) < u->congestion.window;
	        w = next, n++) {
		struct query *q = query_of_waiting(w);
		next = w->behind;
		if (!may_take(e, q, r))
			continue;
		query_wait_no_more(e, q);
		retransmit(e, q, r);
	}
}

/* An upstream where nothing waits helps those that are behind. */
static void take_over(struct forwarder *e, struct route *r)
{
	for (unsigned i = 0; i < e->n_routes && !r->waiting.first; i++)
		if (e->routes[i].health.is_behind && i != r->index)
			take_from(e, r, &e->routes[i]);
}

void transaction_turn(struct forwarder *e, struct route *r)
{
	turn_tcp(e, r);
	turn_waiting(e, r);
	if (!upstream_is_dead(&r->health))
		take_over(e, r);
}

/* ---- failures ---- */

/* As many upstreams have failed as are asked at once. What one sent malformed may have been forged,
 * so it is asked twice. */
static bool has_failed_enough(const struct forwarder *e, const struct query *q)
{
	unsigned most = e->n_routes < FAILURES_MAX ? e->n_routes : FAILURES_MAX;
	if (q->failure->status == ANSWER_MALFORMED && most < MALFORMED_MIN)
		most = MALFORMED_MIN;
	return q->n_failed >= most;
}

/* An upstream sent a failure; `may_pass`: it is one that recursors keep. While another try is out,
 * its answer is waited for. A query does not wait for the pace of the upstream that just refused
 * it, if it may ask elsewhere. A malformed message may be forged: the right answer is waited for
 * until the timeout. While the query rests nothing follows. */
static void heard_failure(struct forwarder *e, struct query *q, struct route *r,
        const struct answer *failure, bool may_pass, bool was_latest)
{
	answer_unref(q->failure);
	q->failure = failure;
	if (q->rests)
		return;
	q->may_pass = may_pass;
	q->failed |= route_bit(r);
	q->failed_ns = e->now_ns;
	if (q->n_failed < UINT8_MAX)
		q->n_failed++;
	if (has_failed_enough(e, q)) {
		if (failure->status != ANSWER_MALFORMED)
			rest(e, q);
	} else if (q->waiting.list && q->waiting.list != &r->waiting) {
		if (!q->by_tcp && !q->held_since_ns && lasts(e, q))
			set_waiting_timer(e, q);
	} else if (was_latest || q->waiting.list) {
		struct route *next = choice_of_route(e, q);
		if (q->waiting.list && next != r)
			query_wait_no_more(e, q);
		try_again(e, q, next);
	}
}

/* ---- answers ---- */

/* No record behind the authority section: no OPT. */
static bool has_additional(const uint8_t *packet)
{
	return packet[ARCOUNT_OCTET] || packet[ARCOUNT_OCTET + 1];
}

static bool wants_plain(const struct route *r, const struct attempt *a, const uint8_t *packet)
{
	unsigned rcode = packet[RCODE_OCTET] & RCODE_MASK;
	bool is_passed_on = !a->query->plain && !has_additional(packet);
	return !a->plain && edns_wants_plain(&r->edns, rcode, is_passed_on);
}

static void note_answer(struct forwarder *e, struct route *r, const struct attempt *a)
{
	bool votes = a->is_first && a->query->votes;
	counter_add(&r->counts.answered, 1);
	counter_add(&r->counts.trip_us, (e->now_ns - a->sent_ns) / 1000);
	if (channel_is_tcp(&a->channel))
		tcp_answered(e, r, a);
	else if (a->overdue)
		upstream_answered_late(&r->health, a->sent_ns, votes, e->now_ns);
	else
		upstream_answered(&r->health, a->sent_ns, a->is_first, votes, e->now_ns);
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

/* The question's first transmission in a form that the upstream takes. The rejection made room for
 * it, so it waits for no pace, only for our own limit. */
static void ask_plain(struct forwarder *e, struct query *q, struct route *r)
{
	query_set_rests(e, q, false);
	q->plain = true;
	if (r->health.limits.queries_per_s) {
		try_again(e, q, r);
		return;
	}
	query_wait_no_more(e, q);
	retransmit(e, q, r);
}

/* The upstream must be asked in another way: without EDNS, or by TCP. True when it was. */
static bool asked_otherwise(struct forwarder *e, struct query *q, struct route *r,
        const struct attempt *a, const uint8_t *packet)
{
	unsigned rcode = packet[RCODE_OCTET] & RCODE_MASK;
	if (wants_plain(r, a, packet)) {
		ask_plain(e, q, r);
		return true;
	}
	edns_note(&r->edns, a->plain, rcode);
	if (!(packet[FLAGS_OCTET] & BIT_TC) || channel_is_tcp(&a->channel))
		return false;
	q->by_tcp = true;
	query_set_rests(e, q, false);
	query_drop_attempts(e, q, true);
	query_wait_no_more(e, q);
	try(e, q, r);
	return true;
}

/* Failures that recursors keep for a while. */
static bool is_kept(unsigned rcode)
{
	return rcode == RCODE_SERVFAIL || rcode == RCODE_REFUSED;
}

void transaction_answered(
        struct forwarder *e, struct attempt *a, const uint8_t *packet, size_t size)
{
	struct query *q = a->query;
	struct route *r = &e->routes[a->channel.upstream];
	bool is_truncated = packet[FLAGS_OCTET] & BIT_TC && !channel_is_tcp(&a->channel);
	const struct answer *answer = is_truncated ? NULL : decode(e, q, r, packet, size);
	if (answer && answer->status == ANSWER_MALFORMED && !wants_plain(r, a, packet)) {
		counter_add(&e->engine.dispatcher->counters->bad_packets, 1);
		heard_failure(e, q, r, answer, false, q->attempts == a);
		return;
	}
	note_answer(e, r, a);
	struct attempt copy = *a;
	bool was_latest = query_drop_attempt(e, a);
	if (asked_otherwise(e, q, r, &copy, packet)) {
		answer_unref(answer);
	} else if (answer && !answer_is_definite(answer)) {
		bool may_pass = is_kept(packet[RCODE_OCTET] & RCODE_MASK);
		heard_failure(e, q, r, answer, may_pass, was_latest);
	} else {
		query_finish(e, q, answer);
	}
}

/* ---- time ---- */

/* While all upstreams are gone for a moment, a transmission only looks whether one came back. */
static void give_up_attempt(struct forwarder *e, struct query *q, struct attempt *a)
{
	a->overdue = true;
	if (e->is_pausing)
		q->patience.begun_ns += e->now_ns - a->sent_ns;
	else
		query_lose(e, q);
	dispatcher_park(e->engine.dispatcher, q->flight);
	if (channel_is_tcp(&a->channel)) {
		tcp_overdue(e, a);
		return;
	}
	silent_names_note(&e->silent, flight_name(q->flight));
	upstream_overdue(
	        &e->routes[a->channel.upstream].health, a->sent_ns, a->is_first, e->now_ns);
}

/* One that waits for the pace: its budget may have ended, or grown meanwhile. When its failures
 * were just forgotten, another upstream may have its turn at once. */
static void waited(struct forwarder *e, struct query *q)
{
	struct route *other = NULL;
	if (e->is_pausing) {
		query_hold(e, q);
		return;
	}
	if (!lasts(e, q)) {
		fail(e, q);
		return;
	}
	if (forget_failures(e, q) && !q->by_tcp && (other = choice_of_ready_route(e, q)) != NULL) {
		query_wait_no_more(e, q);
		retransmit(e, q, other);
		return;
	}
	set_waiting_timer(e, q);
}

void transaction_timeout(struct forwarder *e, struct query *q)
{
	struct attempt *latest = q->attempts;
	if (q->waiting.list) {
		waited(e, q);
		return;
	}
	if (latest && !latest->overdue) {
		if (channel_is_tcp(&latest->channel) && tcp_extend(e, q, latest))
			return;
		give_up_attempt(e, q, latest);
	}
	query_set_rests(e, q, false);
	forget_failures(e, q);
	if (q->n_failed && has_failed_enough(e, q))
		rest(e, q);
	else if (lasts(e, q))
		try_again(e, q, choice_of_route(e, q));
	else
		fail(e, q);
}
