/* choice.h - (private to resolver/forward/) which upstream a query is sent to. The first two
 * transmissions go to the one that most likely knows the domain (affinity.h), unless it has no room
 * or sent a failure; the others to the one that answers soonest, which has few queries in flight
 * and a short round trip. */
#ifndef RESOLVER_FORWARD_CHOICE_H
#define RESOLVER_FORWARD_CHOICE_H

#include "resolver/forward/query.h"

/* The first of these that some upstream is: has room and was not tried; was not tried; told no
 * failure; is alive; any. Never NULL. */
struct route *choice_of_route(struct forwarder *e, const struct query *q);
/* One that is alive, sent no failure, and may be asked now, perhaps not for the first time. NULL:
 * none. */
struct route *choice_of_ready_route(struct forwarder *e, const struct query *q);
/* True when a retransmission there must wait: upstream_may_repeat() of an upstream that is alive,
 * or others that wait there, or one that is expected to come back. */
bool choice_must_wait(const struct forwarder *e, const struct route *r);
/* True when the route may be sent a new question. */
bool choice_has_room(const struct route *r);

#endif
