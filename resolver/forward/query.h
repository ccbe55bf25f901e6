/* query.h - (private to resolver/forward/) one question at the forward engine, with its attempts:
 * the queries that were sent for it and may still be answered.
 *
 * Here are its memory, its attempts, its waiting, and how it is encoded. transaction.h decides what
 * is sent when. Queries are recycled and freed only at the end. */
#ifndef RESOLVER_FORWARD_QUERY_H
#define RESOLVER_FORWARD_QUERY_H

#include "resolver/forward/forwarder.h"

struct query {
	struct timer timer; /* first */
	struct flight *flight;
	struct attempt *attempts; /* the latest first */
	struct query *next_free, *next_block;
	struct waiting waiting;
	const struct answer *failure; /* the latest that an upstream sent; NULL: none */
	uint64_t tried, failed;       /* sets of routes: route_bit(); forgotten together */
	uint64_t failed_ns;           /* when the latest failure was heard */
	struct patience patience;
	uint64_t held_since_ns; /* its clock stands still; 0: it runs */
	unsigned n_tries;
	uint16_t route;              /* where it was sent last, or waits */
	uint8_t n_failed;            /* how many failures upstreams sent that are not forgotten */
	uint8_t n_extensions;        /* of a try by TCP: tcp_extend() */
	uint8_t n_breaks;            /* of connections that it shared with others */
	bool tcp_alone;              /* it is asked on a connection of its own */
	uint8_t n_alone;             /* how often it was, in vain; up to two */
	bool may_pass;               /* `failure` is one that a recursor may have kept */
	uint64_t tcp_waits_since_ns; /* see struct route_tcp */
	bool votes;                  /* on what the way loses: loss.h */
	bool rests;                  /* after failures: it is asked again when the timer fires */
	bool is_idle;                /* counted in forwarder.n_idle */
	bool plain;                  /* ask without EDNS */
	bool by_tcp;
};

static inline struct query *query_of_waiting(struct waiting *w)
{
	return w ? (struct query *)((char *)w - offsetof(struct query, waiting)) : NULL;
}

/* For a flight that was just started. NULL: out of memory. */
struct query *query_get(struct forwarder *e, struct flight *f);
/* Gives it back with its attempts. The flight is not told. `answered`: an upstream answered the
 * question, so its overdue attempts were lost. */
void query_end(struct forwarder *e, struct query *q, bool answered);
/* A transmission was not answered in time. */
void query_lose(struct forwarder *e, struct query *q);
/* It rests from now on, or no longer. */
void query_set_rests(struct forwarder *e, struct query *q, bool rests);
/* Ends it, and tells the flight its outcome. Takes over the reference; NULL: out of memory. */
void query_finish(struct forwarder *e, struct query *q, const struct answer *answer);
/* All of them, when the engine ends. */
void queries_free(struct forwarder *e);

/* ---- attempts ---- */

/* A new attempt at the route, for the query: NULL for a probe. `port` is a socket's number or
 * CHANNEL_TCP. NULL: out of memory, or of free ids. */
struct attempt *query_new_attempt(
        struct forwarder *e, struct query *q, struct route *r, uint16_t port);
/* The query was sent to the route once more. */
void query_note_try(struct query *q, const struct route *r);
/* The attempt no longer counts as in flight at its upstream. */
void query_free_place(struct route *r, const struct attempt *a);
/* Takes the attempt off its query and gives it back. True when it was the latest. */
bool query_drop_attempt(struct forwarder *e, struct attempt *a);
/* All of them; `answered` as for query_end(). */
void query_drop_attempts(struct forwarder *e, struct query *q, bool answered);

/* ---- waiting ---- */

/* It waits on the list of a route. Its timer is unset. */
void query_wait(struct forwarder *e, struct query *q, struct route *r, struct waiting_list *l);
/* While it waits: its own clock, and that of the rows that wait for it, stands still. */
void query_hold(struct forwarder *e, struct query *q);
/* It leaves its list, and its clock runs. Does nothing when it does not wait. */
void query_wait_no_more(struct forwarder *e, struct query *q);

/* ---- packets ---- */

/* A route_encode(). */
size_t query_encode(void *engine, const struct attempt *a, uint8_t packet[WIRE_QUERY_MAX_BYTES]);
/* Queues a datagram for the route's next flush. `plain`: without EDNS. False: out of memory. */
bool query_put_datagram(struct forwarder *e, struct query *q, struct route *r, bool plain);
/* Queues a probe, in place of the last one: NS of the root, which every resolver knows. */
void query_put_probe(struct forwarder *e, struct route *r);
/* The question of an attempt: its query's, or a probe's. */
const struct dname *query_attempt_name(const struct attempt *a);
enum rrtype query_attempt_type(const struct attempt *a);

#endif
