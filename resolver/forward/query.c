/* query.c - queries come from blocks of 256, which are never given back before the end. */
#include "resolver/forward/query.h"

#include "resolver/forward/question_match.h"

#include <stdlib.h>

enum {
	EDNS_PAYLOAD = 1232, /* DNS flag day 2020 */
	QUERY_FIXED_BYTES = 12 + 4,
	OPT_BYTES = 11,
	QUERIES_PER_BLOCK = 256,
	TYPE_NS = 2,
	/* most likely the name is silent */
	TRIES_IN_VAIN = 3
};

static const struct dname root = { .size = 1 };

/* ---- memory ---- */

/* A block's first query links the blocks. */
static bool add_block(struct forwarder *e)
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

struct query *query_get(struct forwarder *e, struct flight *f)
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

void query_end(struct forwarder *e, struct query *q, bool answered)
{
	query_drop_attempts(e, q, answered);
	waiting_list_leave(&q->waiting);
	timer_unset(&q->timer);
	answer_unref(q->failure);
	q->failure = NULL;
	q->flight->ticket = NULL;
	q->next_free = e->free_queries;
	e->free_queries = q;
	e->n_open--;
	e->n_idle -= q->is_idle;
}

void query_finish(struct forwarder *e, struct query *q, const struct answer *answer)
{
	struct flight *f = q->flight;
	query_end(e, q, answer && answer_is_definite(answer));
	dispatcher_finish(e->engine.dispatcher, f, answer);
}

static void note_idle(struct forwarder *e, struct query *q)
{
	e->n_idle -= q->is_idle;
	q->is_idle = q->rests || q->patience.n_lost >= TRIES_IN_VAIN;
	e->n_idle += q->is_idle;
}

void query_lose(struct forwarder *e, struct query *q)
{
	patience_lose(&q->patience);
	note_idle(e, q);
}

void query_set_rests(struct forwarder *e, struct query *q, bool rests)
{
	q->rests = rests;
	note_idle(e, q);
}

void queries_free(struct forwarder *e)
{
	while (e->blocks) {
		struct query *block = e->blocks;
		e->blocks = block->next_block;
		for (unsigned i = 1; i < QUERIES_PER_BLOCK; i++)
			answer_unref(block[i].failure);
		free(block);
	}
}

/* ---- attempts ---- */

struct attempt *query_new_attempt(
        struct forwarder *e, struct query *q, struct route *r, uint16_t port)
{
	struct attempt *a =
	        attempts_get(&e->attempts, (struct channel){ (uint16_t)r->index, port });
	if (!a)
		return NULL;
	a->query = q;
	a->sent_ns = e->now_ns;
	a->is_first = q && !q->n_tries;
	a->case_bits = e->mix_case ? entropy_u64(&e->attempts.entropy) | 1ull << 63 : 0;
	if (q) {
		a->next = q->attempts;
		q->attempts = a;
	}
	return a;
}

void query_note_try(struct query *q, const struct route *r)
{
	q->tried |= route_bit(r);
	q->n_tries++;
	q->route = (uint16_t)r->index;
}

static void give_back(struct forwarder *e, struct attempt *a)
{
	if (a->is_put)
		route_take_back(a);
	else
		attempts_put(&e->attempts, a);
}

void query_free_place(struct route *r, const struct attempt *a)
{
	if (a->overdue)
		return;
	if (channel_is_tcp(&a->channel))
		route_tcp_leave(r, a);
	else
		upstream_dropped(&r->health, a->is_first, a->sent_ns);
}

bool query_drop_attempt(struct forwarder *e, struct attempt *a)
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

void query_drop_attempts(struct forwarder *e, struct query *q, bool answered)
{
	while (q->attempts) {
		struct attempt *a = q->attempts;
		struct route *r = &e->routes[a->channel.upstream];
		q->attempts = a->next;
		query_free_place(r, a);
		if (a->overdue && answered && !channel_is_tcp(&a->channel)) {
			if (a->is_first && q->votes)
				upstream_lost(&r->health, a->sent_ns);
			counter_add(&r->counts.lost, 1);
		}
		give_back(e, a);
	}
}

/* ---- waiting ---- */

void query_wait(struct forwarder *e, struct query *q, struct route *r, struct waiting_list *l)
{
	(void)e;
	timer_unset(&q->timer);
	waiting_list_push(l, &q->waiting);
	q->route = (uint16_t)r->index;
}

void query_hold(struct forwarder *e, struct query *q)
{
	if (q->held_since_ns)
		return;
	timer_unset(&q->timer);
	q->held_since_ns = e->now_ns;
	dispatcher_hold(e->engine.dispatcher, q->flight);
}

void query_wait_no_more(struct forwarder *e, struct query *q)
{
	if (!q->waiting.list)
		return;
	waiting_list_leave(&q->waiting);
	if (!q->held_since_ns)
		return;
	q->patience.begun_ns += e->now_ns - q->held_since_ns;
	q->held_since_ns = 0;
	dispatcher_park(e->engine.dispatcher, q->flight);
}

/* ---- packets ---- */

const struct dname *query_attempt_name(const struct attempt *a)
{
	return a->query ? flight_name(a->query->flight) : &root;
}

enum rrtype query_attempt_type(const struct attempt *a)
{
	return a->query ? a->query->flight->type : (enum rrtype)TYPE_NS;
}

size_t query_encode(void *engine, const struct attempt *a, uint8_t packet[WIRE_QUERY_MAX_BYTES])
{
	(void)engine;
	const struct dname *qname = query_attempt_name(a);
	size_t size = wire_encode_query(
	        packet, a->id, qname, query_attempt_type(a), a->plain ? 0 : EDNS_PAYLOAD, false);
	question_match_mix_case(packet + QUESTION_MATCH_HEADER_BYTES, qname->size, a->case_bits);
	return size;
}

static size_t packet_size(const struct attempt *a)
{
	return QUERY_FIXED_BYTES + (size_t)query_attempt_name(a)->size +
	        (a->plain ? 0u : OPT_BYTES);
}

bool query_put_datagram(struct forwarder *e, struct query *q, struct route *r, bool plain)
{
	struct attempt *a = query_new_attempt(e, q, r, r->port_now);
	if (!a)
		return false;
	a->plain = plain;
	route_put(r, a, packet_size(a), e->now_ns);
	return true;
}

void query_put_probe(struct forwarder *e, struct route *r)
{
	if (r->probe)
		give_back(e, r->probe);
	r->probe = query_new_attempt(e, NULL, r, r->port_now);
	if (r->probe)
		route_put(r, r->probe, packet_size(r->probe), e->now_ns);
}
