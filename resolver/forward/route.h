/* route.h - (private to resolver/) one upstream with all that leads to it: what is known of it, its
 * sockets, its TCP connection, and the queries that wait for the next flush.
 *
 * Queries wait in lists by size, since those of one size leave together; all that are put between
 * two flushes go through the same socket, the next ones through another at random. */
#ifndef RESOLVER_FORWARD_ROUTE_H
#define RESOLVER_FORWARD_ROUTE_H

#include "resolver/forward/attempts.h"
#include "resolver/forward/gate.h"
#include "resolver/forward/line.h"
#include "resolver/forward/ports.h"
#include "resolver/forward/stream.h"
#include "resolver/forward/upstream.h"
#include "dns/wire.h"

struct route {
	struct upstream health;
	struct ports ports;
	struct stream *stream;
	uint64_t stream_opened_ns,
	        stream_heard_ns; /* when the connection was begun; when it last brought an answer */
	unsigned stream_n_heard; /* answers that it brought since it was begun */
	struct gate gate;        /* of TCP */
	struct line waiting;     /* before it */
	struct line late; /* queries to be tried again, as soon as the upstream's pace allows:
	                     before anything new */
	uint64_t line_stood_ns,
	        line_turned_ns; /* how long nobody might pass for want of memory; the last turn */
	void *engine;           /* for the stream's callbacks */
	unsigned index;
	uint16_t port_now;        /* which socket queries are put for */
	struct attempt *probe;    /* the one that is out, or NULL */
	unsigned n_plain_answers; /* to queries without EDNS, while none with it was answered */
	unsigned n_put;
	uint64_t first_put_ns; /* when the oldest of them was put */
	/* put, not yet sent: lists linked through attempt->next_put, one for each size of packet */
	struct attempt *put[WIRE_QUERY_MAX_BYTES + 1];
	uint64_t put_sizes[(WIRE_QUERY_MAX_BYTES + 64) / 64]; /* which lists are not empty */
};

/* In sets of routes. */
static inline uint64_t route_bit(const struct route *r)
{
	return 1ull << r->index % 64;
}

/* Makes the packet of an attempt; gives its size. */
typedef size_t route_encode(
        void *engine, const struct attempt *a, uint8_t packet[WIRE_QUERY_MAX_BYTES]);

/* The attempt waits for the next flush; `packet_size` is what `route_encode` will give for it. */
void route_put(struct route *r, struct attempt *a, size_t packet_size, uint64_t now_ns);

/* It is not to be sent: the next flush gives it back. Only for one that is_put. */
void route_take_back(struct attempt *a);

/* Whether what was put should leave now: a batch costs the kernel hardly more than one datagram, so
 * while many others are out and their answers wake us soon, a few wait for company. */
bool route_is_ripe(const struct route *r, uint64_t now_ns);

/* Sends what was put. What the sockets do not take now stays. */
void route_flush(struct route *r, struct attempts *as, route_encode *encode, uint64_t now_ns);

#endif
