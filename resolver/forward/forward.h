/* forward.h - (private to resolver/) the forward engine's parts and what they share: forward.c
 * sends and receives, query.c decides what to do, choice.c where, bytcp.c does both for TCP.
 *
 * A flight gets a *query*. query_try() puts it on a route (an upstream); forward.c sends what was
 * put on the routes, a batch of equal size at a time, and hands to query_answered() what came in,
 * and to query_due() the queries whose patience is over. So nothing is sent or received but in
 * bulk, once a pump. */
#ifndef RESOLVER_FORWARD_FORWARD_H
#define RESOLVER_FORWARD_FORWARD_H

#include "resolver/engine.h"
#include "resolver/forward/route.h"
#include "resolver/forward/timers.h"

struct query {
	struct timer timer; /* first */
	struct flight *flight;
	struct attempt *attempts; /* those that may still be answered, the latest first */
	struct query *next_free, *next_block;
	struct line *line;             /* that it waits in; NULL: none */
	struct query *before, *behind; /* in it */
	const struct answer *failure;  /* the latest that was heard */
	uint64_t tried, failed;        /* routes, by index modulo 64 */
	unsigned n_tries,
	        tries_worth; /* how many there were, and what those without an answer count for, in
	                        percent of a try: see upstream_try_worth() */
	uint8_t n_failures, n_extensions;
	bool plain, by_tcp;
	uint64_t waits_since_ns; /* in line for TCP */
};

struct forward {
	struct engine engine; /* first */
	struct loop *loop;
	struct route *routes;
	unsigned n_routes, n_open, tries_max;
	unsigned first_route; /* where the next choice begins to look: upstreams that are alike take
	                         turns */
	unsigned n_taken;     /* datagrams, in this turn */
	uint64_t timeout_ns, now_ns, all_dead_since_ns;
	bool mix_case, said_dead;
	bool is_pausing; /* all are dead that answered once, and it is not long ago: what was asked
	                    waits for them, and nothing new is asked */
	struct attempts attempts;
	struct timers timers;
	struct query *free_queries, *blocks;
	struct answer_builder builder;
	struct datagrams datagrams;
};

/* ---- query.c ---- */

/* NULL: no memory. */
struct query *query_get(struct forward *e, struct flight *f);
/* Nothing is expected any more; the flight is not told. `answered`: its question got an answer, so
 * what is overdue was lost and not silent. */
void query_end(struct forward *e, struct query *q, bool answered);
/* All at the end. */
void queries_free(struct forward *e);

/* The first try, where it is answered soonest. */
void query_begin(struct forward *e, struct query *q);
/* Tries again those that wait for the pace of the route's upstream, as many as may. Once a turn,
 * before anything new is asked. */
void query_turn_late(struct forward *e, struct route *r);
/* Its patience is over. */
void query_due(struct forward *e, struct query *q);
/* A message came that repeats the question of the attempt, whose query may be over afterwards. */
void query_answered(struct forward *e, struct attempt *a, const uint8_t *packet, size_t size);
/* A route_encode(). */
size_t query_encode(void *engine, const struct attempt *a, uint8_t packet[WIRE_QUERY_MAX_BYTES]);
/* A query to learn whether an upstream lives, in place of the last one: the root's name servers,
 * which every resolver knows. */
void query_probe(struct forward *e, struct route *r);
/* Of the question of a probe. */
const struct dname *query_probe_name(void);
enum { QUERY_PROBE_TYPE = 2 };

/* For bytcp.c: a new attempt of the query's; that it was tried at the route; that none of its
 * attempts is expected to be answered any more (`answered` as above); its outcome. */
struct attempt *query_new_attempt(
        struct forward *e, struct query *q, struct route *r, uint16_t port);
void query_tried(struct query *q, const struct route *r);
void query_drop_attempts(struct forward *e, struct query *q, bool answered);
void query_land(struct forward *e, struct query *q, const struct answer *answer);
/* It waits in a line, which costs its question no time; it leaves the line that it is in, if any,
 * and its question has all its time again. */
void query_wait(struct forward *e, struct query *q, struct line *l);
void query_wait_no_more(struct forward *e, struct query *q);

/* ---- choice.c ---- */

/* The route where a query is answered soonest; never NULL. */
struct route *choice_of_route(struct forward *e, const struct query *q);
/* One that may be asked again now, though perhaps not for the first time; NULL: none. */
struct route *choice_of_ready_route(struct forward *e, const struct query *q);
/* Whether a query to be repeated there must wait for the pace of an upstream that lives, or for one
 * to come back. */
bool choice_must_wait(const struct forward *e, const struct route *r);
/* Whether it may be asked something new. */
bool choice_has_room(const struct route *r);

/* ---- bytcp.c ---- */

/* Now, or when its turn comes. */
void bytcp_try(struct forward *e, struct query *q, struct route *r);
/* Lets those in who wait in line, as many as may. Once a turn. */
void bytcp_turn(struct forward *e, struct route *r);
/* The query's latest attempt is one by TCP, and its patience is over: true when it is extended,
 * because the connection is busy. */
bool bytcp_wait_on(struct forward *e, struct query *q, const struct attempt *a);
/* ... and when it is not. */
void bytcp_overdue(struct forward *e, const struct attempt *a);
/* The route's connection is gone; whether it had brought anything. */
void bytcp_broken(struct forward *e, struct route *r, bool was_of_use);

#endif
