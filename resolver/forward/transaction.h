/* transaction.h - (private to resolver/forward/) the transaction of one question with the
 * upstreams: what is sent when, and what an answer or silence leads to.
 *
 *     an upstream sends        what follows
 *     a definite answer        The question is finished.
 *     CNAMEs, no target        The question is finished so far; the resolver asks for the
 *                              target (chain.h).
 *     truncated (TC)           The same upstream is asked by TCP.
 *     FORMERR, NOTIMP          The same upstream is asked without EDNS, unless it has shown
 *                              that it understands EDNS (RFC 6891 section 7). After FORMERR
 *                              without an OPT record this question is asked without EDNS in
 *                              any case.
 *     SERVFAIL, REFUSED        Another upstream is asked at once, up to three in all, unless
 *                              it is behind (upstream.h). They are asked again 1 s later,
 *                              and once more 5 s later, since recursors keep failures
 *                              (patience.h). Then the last one is the answer.
 *     a malformed message      As SERVFAIL, but the right answer is waited for until the
 *                              timeout, and there is no later.
 *     nothing until            Retransmission, to another upstream if possible, as pace and
 *     the timeout              retry budget allow. After the question's own budget
 *                              (patience.h) the answer is a timeout, or the last failure
 *                              that an upstream sent.
 */
#ifndef RESOLVER_FORWARD_TRANSACTION_H
#define RESOLVER_FORWARD_TRANSACTION_H

#include "resolver/forward/query.h"

/* The first transmission: choice.h says to which upstream. */
void transaction_begin(struct forwarder *e, struct query *q);
/* Sends queries that waited at the route, by TCP or for its pace, as many as may. Once a turn,
 * before anything new is asked. */
void transaction_turn(struct forwarder *e, struct route *r);
/* The query's timer fired. */
void transaction_timeout(struct forwarder *e, struct query *q);
/* A message that repeats the question of the attempt. The attempt is given back, and its query may
 * be over. */
void transaction_answered(
        struct forwarder *e, struct attempt *a, const uint8_t *packet, size_t size);

#endif
