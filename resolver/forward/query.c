/* query.c - one question on its way through the upstreams.
 *
 *     a definite answer              lands
 *     CNAMEs without their target    lands as what it is, and resolver.c goes on from there
 *     cut off (TC)                   the same upstream is asked by TCP
 *     FORMERR, NOTIMP                the same upstream is asked without EDNS, unless it has shown
 *                                    that it knows EDNS
 *     SERVFAIL, REFUSED              another upstream is asked, or the same when there is no other;
 *                                    after some of them the last one lands
 *     malformed                      the same, but the right answer may still come, and then
 *                                    counts: it is waited for as long as for any
 *     nothing, for its patience      asked again, elsewhere if possible, when the pace of that
 *                                    upstream allows; after tries_max a timeout lands, or the
 *                                    failure that was heard meanwhile. What is
 *                                    asked too much is our own doing: tries at an upstream that
 *                                    loses many of them count for less, and waiting for its pace
 *                                    costs a question no time */
#include "resolver/forward/forward.h"

#include "base/clock.h"
#include "resolver/forward/echo.h"

#include <stdio.h>
#include <stdlib.h>

enum { EDNS_PAYLOAD = 1232, QUERY_FIXED_BYTES = 12 + 4, OPT_BYTES = 11, QUERIES_PER_BLOCK = 256 };
enum { RCODE_FORMERR = 1, RCODE_NOTIMP = 4, BIT_TC = 0x02, MASK_RCODE = 0x0f };

/* Answers that are failures, from as many upstreams, before the last one counts. */
enum { FAILURES_MAX = 3 };
/* After so many tries without any answer an upstream that never answered with EDNS is asked without
 * it, and after so many answers to such it is never asked with it again. */
enum { TRIES_BEFORE_PLAIN = 2, PLAIN_ANSWERS_PROVE = 3 };
/* A try that is worth less ran into a crowd of our own making: that takes nothing from the time of
 * its question. */
enum { TRY_WORTH_OF_CALM = 70 };

static const struct dname root = { .size = 1 };

/* ---- queries ---- */

/* A block's first query links the blocks. */
static bool add_block(struct forward *e)
{
	struct query *block = calloc(QUERIES_PER_BLOCK, sizeof *block);
	if (!block)
		return false;
	block->next_block = e->blocks;
	e->blocks = block;
	for (unsigned i = 1; i < QUERIES_PER_BLOCK; i++) {
		block[i].next_free = e->free_queries;
		e->free_queries = &block[i];
	}
	return true;
}

struct query *query_get(struct forward *e, struct flight *f)
{
	if (!e->free_queries && !add_block(e))
		return NULL;
	struct query *q = e->free_queries;
	e->free_queries = q->next_free;
	*q = (struct query){ .flight = f };
	f->ticket = q;
	e->n_open++;
	return q;
}

static void attempt_give_back(struct forward *e, struct attempt *a)
{
	if (a->is_put)
		route_take_back(a);
	else
		attempts_put(&e->attempts, a);
}

/* Its place in the window, of datagrams or of TCP, is free again. */
static void attempt_leave(struct route *r, const struct attempt *a)
{
	if (a->overdue)
		return;
	if (a->wicket.port == WICKET_STREAM)
		gate_leave(&r->gate);
	else
		upstream_dropped(&r->health);
}

void query_drop_attempts(struct forward *e, struct query *q, bool answered)
{
	while (q->attempts) {
		struct attempt *a = q->attempts;
		struct route *r = &e->routes[a->wicket.upstream];
		q->attempts = a->next;
		attempt_leave(r, a);
		if (a->overdue && answered && a->wicket.port != WICKET_STREAM)
			upstream_lost(&r->health, a->sent_ns);
		attempt_give_back(e, a);
	}
}

void query_end(struct forward *e, struct query *q, bool answered)
{
	query_drop_attempts(e, q, answered);
	line_leave(q);
	timer_unset(&q->timer);
	answer_unref(q->failure);
	q->failure = NULL;
	q->flight->ticket = NULL;
	q->next_free = e->free_queries;
	e->free_queries = q;
	e->n_open--;
}

void queries_free(struct forward *e)
{
	while (e->blocks) {
		struct query *block = e->blocks;
		e->blocks = block->next_block;
		for (unsigned i = 1; i < QUERIES_PER_BLOCK; i++)
			answer_unref(block[i].failure);
		free(block);
	}
}

void query_land(struct forward *e, struct query *q, const struct answer *answer)
{
	struct flight *f = q->flight;
	query_end(e, q, answer && answer_is_definite(answer));
	resolver_land(e->engine.resolver, f, answer);
}

/* The failure that was heard, or that nothing was. */
static void query_fail(struct forward *e, struct query *q)
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
	query_land(e, q, answer);
}

/* ---- sending ---- */

size_t query_encode(void *engine, const struct attempt *a, uint8_t packet[WIRE_QUERY_MAX_BYTES])
{
	(void)engine;
	const struct dname *qname = a->query ? flight_name(a->query->flight) : &root;
	size_t size = wire_encode_query(packet, a->id, qname,
	        a->query ? a->query->flight->type : (enum rrtype)QUERY_PROBE_TYPE,
	        a->plain ? 0 : EDNS_PAYLOAD, false);
	echo_mix_case(packet + ECHO_HEADER_BYTES, qname->size, a->case_bits);
	return size;
}

static size_t packet_size(const struct attempt *a)
{
	return QUERY_FIXED_BYTES + (a->query ? flight_name(a->query->flight)->size : 1u) +
	        (a->plain ? 0u : OPT_BYTES);
}

static bool should_be_plain(const struct query *q, const struct route *r)
{
	if (r->health.edns != EDNS_UNKNOWN)
		return r->health.edns == EDNS_REFUSED;
	return q->plain || (q->n_tries >= TRIES_BEFORE_PLAIN && q->n_tries % 2 == 0);
}

struct attempt *query_new_attempt(
        struct forward *e, struct query *q, struct route *r, uint16_t port)
{
	struct attempt *a = attempts_get(&e->attempts, (struct wicket){ (uint16_t)r->index, port });
	if (!a)
		return NULL;
	a->query = q;
	a->sent_ns = e->now_ns;
	a->case_bits = e->mix_case ? entropy_u64(&e->attempts.entropy) | 1ull << 63 : 0;
	if (q) {
		a->next = q->attempts;
		q->attempts = a;
	}
	return a;
}

/* Up to a quarter more, at random: what was sent together and lost together must not be sent
 * together again. */
static uint64_t spread(struct forward *e, uint64_t patience_ns)
{
	return patience_ns + patience_ns / 4 * entropy_u16(&e->attempts.entropy) / UINT16_MAX;
}

static bool put_datagram(struct forward *e, struct query *q, struct route *r)
{
	struct attempt *a = query_new_attempt(e, q, r, r->port_now);
	if (!a)
		return false;
	a->plain = should_be_plain(q, r);
	route_put(r, a, packet_size(a), e->now_ns);
	timer_set(&e->timers, &q->timer,
	        e->now_ns +
	                spread(e, upstream_patience_ns(&r->health, q->tries_worth / TRY_WORTH)));
	return true;
}

void query_tried(struct query *q, const struct route *r)
{
	q->tried |= route_bit(r);
	q->n_tries++;
}

static void query_try(struct forward *e, struct query *q, struct route *r)
{
	if (q->by_tcp) {
		bytcp_try(e, q, r);
		return;
	}
	if (!put_datagram(e, q, r)) {
		query_land(e, q, NULL);
		return;
	}
	upstream_sent(&r->health);
	query_tried(q, r);
}

static void query_repeat(struct forward *e, struct query *q, struct route *r)
{
	resolver_count_retries(e->engine.resolver, 1);
	query_try(e, q, r);
}

void query_wait(struct forward *e, struct query *q, struct line *l)
{
	timer_unset(&q->timer);
	line_push(l, q);
	resolver_hold(e->engine.resolver, q->flight);
}

void query_wait_no_more(struct forward *e, struct query *q)
{
	if (!q->line)
		return;
	line_leave(q);
	resolver_renew(e->engine.resolver, q->flight);
}

/* One that waits in line has its turn there. Nobody waits for an upstream while another may be
 * asked, even for the second time. */
static void query_try_again(struct forward *e, struct query *q, struct route *r)
{
	if (q->line)
		return;
	struct route *other =
	        !q->by_tcp && choice_must_wait(e, r) ? choice_of_ready_route(e, q) : NULL;
	if (other)
		r = other;
	if (!q->by_tcp && choice_must_wait(e, r))
		query_wait(e, q, &r->late);
	else
		query_repeat(e, q, r);
}

void query_turn_late(struct forward *e, struct route *r)
{
	const bool is_left = r->health.dead && !e->is_pausing; /* its line goes elsewhere */
	for (struct query *q;
	        (q = r->late.first) != NULL && (is_left || upstream_may_repeat(&r->health));) {
		query_wait_no_more(e, q);
		if (is_left)
			query_try_again(e, q, choice_of_route(e, q));
		else
			query_repeat(e, q, r);
	}
}

void query_begin(struct forward *e, struct query *q)
{
	query_try(e, q, choice_of_route(e, q));
}

void query_probe(struct forward *e, struct route *r)
{
	if (r->probe)
		attempt_give_back(e, r->probe);
	r->probe = query_new_attempt(e, NULL, r, r->port_now);
	if (r->probe)
		route_put(r, r->probe, packet_size(r->probe), e->now_ns);
}

const struct dname *query_probe_name(void)
{
	return &root;
}

/* ---- answers ---- */

static bool is_tried_out(const struct forward *e, unsigned tries_worth)
{
	return (tries_worth + TRY_WORTH / 2) / TRY_WORTH >= e->tries_max;
}

static bool has_failed_enough(const struct forward *e, const struct query *q)
{
	unsigned most = e->n_routes < 2      ? 2
	        : e->n_routes < FAILURES_MAX ? e->n_routes
	                                     : FAILURES_MAX;
	/* a malformed answer leaves its try open */
	unsigned open_worth =
	        q->failure->status == ANSWER_MALFORMED && q->attempts && !q->attempts->overdue
	        ? TRY_WORTH
	        : 0;
	return q->n_failures >= most || is_tried_out(e, q->tries_worth + open_worth);
}

/* A failure that somebody said. While another try is out, its answer is waited for; and nobody
 * stands in line where he was just refused, if he may ask elsewhere. */
static void query_heard_failure(struct forward *e, struct query *q, struct route *r,
        const struct answer *failure, bool was_latest)
{
	answer_unref(q->failure);
	q->failure = failure;
	q->failed |= route_bit(r);
	if (q->n_failures < UINT8_MAX)
		q->n_failures++;
	if (has_failed_enough(e, q)) {
		if (failure->status != ANSWER_MALFORMED)
			query_fail(e, q);
	} else if (was_latest || q->line == &r->late) {
		struct route *next = choice_of_route(e, q);
		if (q->line == &r->late && next != r)
			query_wait_no_more(e, q);
		query_try_again(e, q, next);
	}
}

static void note_edns(struct route *r, const struct attempt *a, unsigned rcode)
{
	if (rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP || r->health.edns != EDNS_UNKNOWN)
		return;
	if (!a->plain)
		r->health.edns = EDNS_WORKS;
	else if (++r->n_plain_answers >= PLAIN_ANSWERS_PROVE)
		r->health.edns = EDNS_REFUSED;
}

static bool wants_plain(const struct route *r, const struct attempt *a, unsigned rcode)
{
	return !a->plain && r->health.edns != EDNS_WORKS &&
	        (rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP);
}

/* Takes the attempt off its query and gives it back; true if it was the latest one. */
static bool attempt_take(struct forward *e, struct attempt *a)
{
	struct query *q = a->query;
	struct attempt **link = &q->attempts;
	bool was_latest = q->attempts == a;
	while (*link != a)
		link = &(*link)->next;
	*link = a->next;
	attempts_put(&e->attempts, a);
	return was_latest;
}

/* What its coming tells of the upstream. The time that TCP takes is no round trip of a datagram. */
static void note_answer(struct forward *e, struct route *r, const struct attempt *a)
{
	if (a->wicket.port == WICKET_STREAM) {
		attempt_leave(r, a);
		r->stream_heard_ns = e->now_ns;
		r->stream_n_heard++;
		gate_answered(&r->gate);
		upstream_lives(&r->health, e->now_ns);
	} else {
		(a->overdue ? upstream_answered_late : upstream_answered)(
		        &r->health, a->sent_ns, e->now_ns);
	}
}

/* NULL: no memory. */
static const struct answer *decode(
        struct forward *e, const struct query *q, const uint8_t *packet, size_t size)
{
	struct answer_builder *b = &e->builder;
	flight_begin_answer(q->flight, b);
	wire_decode(b, packet, size);
	b->attempts = q->n_tries;
	return answer_build(b);
}

/* What the upstream says in place of an answer, so that it must be asked in another way: true when
 * it was. */
static bool asked_otherwise(struct forward *e, struct query *q, struct route *r,
        const struct attempt *a, const uint8_t *packet)
{
	if (wants_plain(r, a, packet[3] & MASK_RCODE)) {
		q->plain = true;
		query_try_again(e, q, r);
		return true;
	}
	note_edns(r, a, packet[3] & MASK_RCODE);
	if (!(packet[2] & BIT_TC) || a->wicket.port == WICKET_STREAM)
		return false;
	q->by_tcp = true;
	query_drop_attempts(e, q, true);
	query_wait_no_more(e, q);
	query_try(e, q, r);
	return true;
}

void query_answered(struct forward *e, struct attempt *a, const uint8_t *packet, size_t size)
{
	struct query *q = a->query;
	struct route *r = &e->routes[a->wicket.upstream];
	bool is_cut_off = packet[2] & BIT_TC && a->wicket.port != WICKET_STREAM;
	const struct answer *answer = is_cut_off ? NULL : decode(e, q, packet, size);
	if (answer && answer->status == ANSWER_MALFORMED &&
	        !wants_plain(r, a, packet[3] & MASK_RCODE)) {
		resolver_count(e->engine.resolver, RESOLVER_BAD_PACKET);
		query_heard_failure(e, q, r, answer, q->attempts == a);
		return;
	}
	note_answer(e, r, a);
	struct attempt copy = *a;
	bool was_latest = attempt_take(e, a);
	if (asked_otherwise(e, q, r, &copy, packet)) {
		answer_unref(answer);
	} else if (answer && !answer_is_definite(answer)) {
		q->tries_worth += copy.overdue ? 0 : TRY_WORTH;
		query_heard_failure(e, q, r, answer, was_latest);
	} else {
		query_land(e, q, answer);
	}
}

/* ---- time ---- */

void query_due(struct forward *e, struct query *q)
{
	struct attempt *latest = q->attempts;
	if (latest && !latest->overdue) {
		const bool by_tcp = latest->wicket.port == WICKET_STREAM;
		if (by_tcp && bytcp_wait_on(e, q, latest))
			return;
		struct upstream *health = &e->routes[latest->wicket.upstream].health;
		latest->overdue = true;
		/* one at an upstream that is away for a while is only to see whether it came back
		 */
		unsigned worth = by_tcp ? TRY_WORTH
		        : e->is_pausing ? TRY_WORTH_MIN
		                        : upstream_try_worth(health);
		q->tries_worth += worth;
		if (worth < TRY_WORTH_OF_CALM)
			resolver_renew(e->engine.resolver, q->flight);
		if (by_tcp)
			bytcp_overdue(e, latest);
		else
			upstream_overdue(health, latest->sent_ns, e->now_ns);
	}
	if (q->failure ? has_failed_enough(e, q) : is_tried_out(e, q->tries_worth))
		query_fail(e, q);
	else
		query_try_again(e, q, choice_of_route(e, q));
}
