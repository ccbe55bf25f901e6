/* route.h - (private to resolver/forward/) one upstream with all that leads to it: what is known of
 * it, its sockets, its TCP connection, the queries that wait for it, and those that leave with the
 * next flush.
 *
 * Datagrams wait in lists by size, since those of one size leave in one system call. All that are
 * put between two flushes leave through one socket; the next ones through another one at random. */
#ifndef RESOLVER_FORWARD_ROUTE_H
#define RESOLVER_FORWARD_ROUTE_H

#include "resolver/busiest.h"
#include "resolver/counters.h"
#include "resolver/forward/attempts.h"
#include "resolver/forward/edns.h"
#include "resolver/forward/ports.h"
#include "resolver/forward/stream.h"
#include "resolver/forward/tcp_window.h"
#include "resolver/forward/upstream.h"
#include "resolver/forward/waiting_list.h"
#include "dns/wire.h"

struct route;

struct tcp_connection {
	struct route *route;
	uint16_t port; /* the channel's */
	struct stream *stream;
	uint64_t opened_ns, answered_ns; /* when it was begun; when it last brought an answer */
	uint64_t
	        overtaken_ns; /* what was sent before that and has no answer was overtaken by one */
	unsigned n_answers;   /* since it was begun */
	unsigned n_open;      /* queries on it */
	struct attempt *only; /* the query that has it for itself; NULL: none */
	bool is_done;         /* that query is over: it is to be closed */
};

enum { TCP_ALONE_MAX = 64 };

/* Its TCP connections: see tcp.h. */
struct route_tcp {
	struct tcp_connection shared;
	struct tcp_connection *alone; /* for a single query each */
	unsigned n_alone, n_alone_busy;
	struct tcp_window window;     /* of the shared one */
	struct waiting_list waiting;  /* queries, until the window is open */
	struct waiting_list suspects; /* queries, until one of `alone` is idle */
	struct waiting_list convicts; /* behind them, those that failed alone twice */
	uint64_t turned_ns;           /* of the last turn */
	uint64_t stalled_ns;          /* in all: while memory was full nobody's wait grew longer */
};

struct route {
	unsigned index;
	uint64_t affinity;      /* affinity.h */
	void *engine;           /* for the stream's callbacks */
	struct upstream health; /* what may be asked of it */
	struct edns edns;
	struct ports ports;
	struct route_tcp tcp;
	struct waiting_list waiting; /* queries to be retransmitted, until upstream_may_repeat() */
	struct attempt *probe;       /* that is out; NULL: none */
	struct upstream_counters counts;
	struct busiest busiest;  /* of counts.sent */
	uint64_t first_probe_ns; /* when it is probed, if nothing came from it; 0: not asked yet */
	/* datagrams that were put and not yet sent */
	uint16_t port_now; /* the socket that they are put for */
	unsigned n_put;
	uint64_t first_put_ns;                         /* when the oldest was put */
	struct attempt *put[WIRE_QUERY_MAX_BYTES + 1]; /* by size, linked through next_put */
	/* a bit for each of those lists that is not empty */
	uint64_t put_sizes[(WIRE_QUERY_MAX_BYTES + 64) / 64];
};

/* A query to the upstream, by UDP or TCP. */
static inline void route_count_sent(struct route *r, uint64_t now_ns)
{
	counter_add(&r->counts.sent, 1);
	busiest_add(&r->busiest, 1, now_ns);
	counter_set(&r->counts.busiest_second, busiest_so_far(&r->busiest));
}

/* In sets of routes. Routes further apart than 64 share a bit. */
static inline uint64_t route_bit(const struct route *r)
{
	return 1ull << r->index % 64;
}

/* An attempt by TCP that is not overdue ends. */
void route_tcp_leave(struct route *r, const struct attempt *a);

/* Makes the packet of an attempt, and returns its size. */
typedef size_t route_encode(
        void *engine, const struct attempt *a, uint8_t packet[WIRE_QUERY_MAX_BYTES]);

/* The attempt leaves with the next flush. `packet_size` is what route_encode() will return. */
void route_put(struct route *r, struct attempt *a, size_t packet_size, uint64_t now_ns);

/* It is not to be sent: the next flush gives it back. Only for one that is_put. */
void route_take_back(struct attempt *a);

/* True when what was put should leave now. A system call for many datagrams costs hardly more than
 * one for a single one. So while many others are in flight, whose answers wake us soon, a few wait
 * for more, at most 2 ms. */
bool route_is_ripe(const struct route *r, uint64_t now_ns);

/* Sends what was put. What the sockets do not take now stays. */
void route_flush(struct route *r, struct attempts *as, route_encode *encode, uint64_t now_ns);

#endif
