/* tcp.h - (private to resolver/forward/) queries by TCP, for answers that were truncated: which may
 * be sent when (tcp_window.h), and what a slow or broken connection means.
 *
 *     the window is full            The query waits, which costs its question no time: the limit is
 *                                   our own. After 120 s it is given up.
 *     the connection is busy        Others' answers come, so its own is on the way. The query is
 *                                   waited for anew, at most 10 times, and not sent again.
 *     the connection is silent      It is closed, and counts as broken.
 *     the connection broke          All that wait for it are tried again soon: after 50 ms, doubled
 *                                   with every try. When it brought answers first, after 2 ms, and
 *                                   the try does not count: servers may close a connection after as
 *                                   many answers as they like (RFC 7766 section 6.2).
 *
 * Nothing here finishes a query: transaction.h does, from what these functions return. */
#ifndef RESOLVER_FORWARD_TCP_H
#define RESOLVER_FORWARD_TCP_H

#include "resolver/forward/query.h"

/* True when the query may be sent at once; otherwise tcp_wait(). */
bool tcp_may_send(const struct forwarder *e, const struct query *q, const struct route *r);
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
 * is busy: then the timer and the question's deadline begin anew. */
bool tcp_extend(struct forwarder *e, struct query *q, const struct attempt *a);
/* ... and it was not extended: the attempt is given up. */
void tcp_overdue(struct forwarder *e, const struct attempt *a);
/* The route's connection is gone. */
void tcp_broken(struct forwarder *e, struct route *r);

#endif
