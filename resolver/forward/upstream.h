/* upstream.h - (private to resolver/forward/) one upstream, as far as it decides what may be asked
 * of it: six controllers, each a type of its own, and the events that they hear of.
 *
 *     rtt.h          how long an answer takes: the retransmission timeout
 *     loss.h         what the way loses
 *     congestion.h   how much may be in flight; the pace
 *     pacing.h       --qps-per-upstream
 *     retry_budget.h how much of that retransmissions may take
 *     liveness.h     whether it is alive
 *
 * The life of one query by UDP:
 *
 *     upstream_sent()            it counts as in flight, until one of the next three
 *     upstream_answered()
 *     upstream_overdue()         its timeout has passed
 *     upstream_dropped()         nobody waits for it any more
 *     after it was overdue, perhaps one of these:
 *     upstream_answered_late()
 *     upstream_lost()            a vote: the question was answered by another query
 *
 * Pure: no sockets, time is an argument. One thread. */
#ifndef RESOLVER_FORWARD_UPSTREAM_H
#define RESOLVER_FORWARD_UPSTREAM_H

#include "resolver/forward/congestion.h"
#include "resolver/forward/liveness.h"
#include "resolver/forward/loss.h"
#include "resolver/forward/pacing.h"
#include "resolver/forward/retry_budget.h"
#include "resolver/forward/rtt.h"

struct upstream_limits {
	unsigned timeout_ms;    /* the longest for one transmission */
	unsigned queries_per_s; /* 0: no limit */
	struct congestion_limits congestion;
};

struct upstream {
	struct upstream_limits limits;
	struct rtt rtt;
	struct loss loss;
	struct congestion congestion;
	struct pacing rate; /* --qps-per-upstream; the pace is congestion's */
	struct liveness liveness;
	struct retry_budget retries;
	bool is_behind;     /* more waits to be sent to it again than its pace sends in a second */
	uint64_t turned_ns; /* the latest upstream_turn() */
};

void upstream_init(struct upstream *u, const struct upstream_limits *limits, uint64_t now_ns);

/* Once a turn of the loop, before anything is sent to it. */
void upstream_turn(struct upstream *u, uint64_t now_ns);
/* So many queries wait to be sent to it again: once a turn, and when one more does. Within a turn
 * it is not told when one no longer does. */
void upstream_note_waiting(struct upstream *u, unsigned n_waiting);

/* ---- what may be sent ---- */

/* How many new questions it may be sent now. 0 when it is dead, its window is full, or its pace or
 * rate is used up; but one when no question was sent for long (congestion.asks_once_more). As long
 * as nothing came from it, its window is 16 at most. Where the way loses much, our load makes
 * losses, or there is a queue, retransmissions in flight take up to half of the window: they are
 * its own losses. Elsewhere they are most likely for silent names. */
unsigned upstream_room(const struct upstream *u);

/* True when it may be sent a new question that belongs to it (affinity.h), though its window is
 * full: it is alive, nothing says that its load is too much, and less than two windows are in
 * flight. */
bool upstream_takes_more(const struct upstream *u);

/* True when a retransmission may be sent now: pace and rate are not used up. A query that is
 * overdue no longer counts as in flight, so its retransmission needs no window; but where our load
 * makes losses (crowding.h), retransmissions have half of it. A dead upstream has the least pace.
 */
bool upstream_may_repeat(const struct upstream *u);
/* True when --qps-per-upstream keeps a retransmission waiting, and the pace does not. */
bool upstream_rate_holds(const struct upstream *u);

/* The retransmission timeout of the `n_lost`-th retransmission; 0: of the first transmission. */
uint64_t upstream_timeout_ns(const struct upstream *u, unsigned n_lost);
/* The same for a query that has a connection of its own, by what the way alone takes. The upstream
 * has the answer at hand, since it was too long for a datagram, and it waits behind no other. So
 * what other names' servers take, which the round trip holds, does not count. */
uint64_t upstream_timeout_alone_ns(const struct upstream *u, unsigned n_lost);

/* How many times as many transmissions, and how much longer, a question needs there: for its losses
 * (loss_stretch_percent()), or one for each second of the queue at it. 100 for a dead one. */
unsigned upstream_stretch_percent(const struct upstream *u);

/* ---- what happens to queries: see the head of this file ---- */

/* `is_new`: the first transmission of a question, there and below. */
void upstream_sent(struct upstream *u, bool is_new);
/* `votes`: see loss.h. */
void upstream_answered(
        struct upstream *u, uint64_t sent_ns, bool is_new, bool votes, uint64_t now_ns);
void upstream_overdue(struct upstream *u, uint64_t sent_ns, bool is_new, uint64_t now_ns);
void upstream_dropped(struct upstream *u, bool is_new, uint64_t sent_ns);
void upstream_answered_late(struct upstream *u, uint64_t sent_ns, bool votes, uint64_t now_ns);
void upstream_lost(struct upstream *u, uint64_t sent_ns);
/* Uses up the rate. It does not count as in flight: the window is one of datagrams. */
void upstream_sent_by_tcp(struct upstream *u);

/* ---- whether it is alive ---- */

/* As liveness_unreachable(). */
void upstream_unreachable(struct upstream *u, uint64_t now_ns);
/* It answered a probe, a query by TCP, or a query that nobody waits for any more. */
void upstream_lives(struct upstream *u, uint64_t now_ns);

/* First transmissions and retransmissions. */
static inline unsigned upstream_in_flight(const struct upstream *u)
{
	return u->congestion.in_flight + u->congestion.n_repeated;
}

static inline bool upstream_is_dead(const struct upstream *u)
{
	return liveness_is_dead(&u->liveness);
}

#endif
