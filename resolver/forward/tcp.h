/* tcp.h - (private to resolver/forward/) queries by TCP, for answers that were truncated.
 *
 * An upstream has one connection that many queries share, as many as tcp_window.h allows, and some
 * for a single query each. A name for which the server closes or stalls the connection takes all
 * others on it along, and those must be asked again (RFC 7766 section 6.2.4). So a query that was
 * on such a connection is asked alone, and only one that fails alone has failed.
 *
 *     event                       what follows
 *     the window is full, or      The query waits. Until it was alone once, its budget stands
 *     no connection for one is    still, but rows' deadlines run on. After 60 s it is given up.
 *     idle                        Those that failed alone twice go last.
 *     the shared connection       All on it are asked again at once, at no cost: on a new one
 *     broke                       when this one brought answers, since servers may close it
 *                                 after as many as they like; the second time, or else, alone.
 *     no answer in time on it,
 *     - later ones were           It is the name: a transmission was lost, and the query is
 *       answered                  asked alone.
 *     - others were answered      Its answer may be on the way: it is waited for anew, ten times.
 *     - nothing came              The connection has stalled: it is closed, and counts as broken.
 *     no answer in time, or       A transmission was lost. The query is asked alone again: after
 *     broken, alone               50 ms, doubled with every loss.
 *
 * Nothing here finishes a query: transaction.h does, from what these functions return. */
#ifndef RESOLVER_FORWARD_TCP_H
#define RESOLVER_FORWARD_TCP_H

#include "resolver/forward/query.h"

/* Makes the connections of a route; opens none yet. `n_alone` of them for a single query; 0: then
 * the shared one serves a suspect when it has no other. The callbacks get the connection. False:
 * out of memory. */
bool tcp_init(struct route *r, unsigned n_alone, struct loop *loop, const struct ipaddr *ip,
        uint16_t port, stream_message *message, stream_broken *broken);
/* Takes a zeroed one, too. */
void tcp_fini(struct route *r);
/* Writes, reads, and closes those that are done: the callbacks come from here. */
void tcp_turn(struct route *r);

/* True when the query may be sent at once; otherwise tcp_wait(). */
bool tcp_may_send(const struct forwarder *e, const struct query *q, struct route *r);
/* False: out of memory; nothing was sent, and the query is unchanged. */
bool tcp_send(struct forwarder *e, struct query *q, struct route *r);
/* The query waits at the route. Its attempts are dropped. */
void tcp_wait(struct forwarder *e, struct query *q, struct route *r);
/* The first of those that wait that may be sent now; NULL: none. It still waits. */
struct query *tcp_next_waiting(const struct forwarder *e, struct route *r);
/* The first of those that wait if it has waited for too long; NULL: none. It still waits. Once a
 * turn, until NULL. */
struct query *tcp_next_expired(const struct forwarder *e, struct route *r);

/* An answer came to the attempt. */
void tcp_answered(struct forwarder *e, struct route *r, const struct attempt *a);
/* The timeout of the query's latest attempt, which is by TCP, has passed. True when the connection
 * is busy: then the timer begins anew. */
bool tcp_extend(struct forwarder *e, struct query *q, const struct attempt *a);
/* ... and it was not extended: the attempt is given up. */
void tcp_overdue(struct forwarder *e, const struct attempt *a);
/* A connection is gone. */
void tcp_broken(struct forwarder *e, struct tcp_connection *c);

#endif
