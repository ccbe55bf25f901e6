/* upstream.h - (private to resolver/forward/) what is known of one upstream, and how much it may be
 * asked: its round trip, congestion window, pace, share of --qps-per-upstream, whether it is alive,
 * and whether it understands EDNS.
 *
 * The life of one query by UDP:
 *
 *     upstream_sent()            it counts as in flight, until one of the next three
 *     upstream_answered()
 *     upstream_overdue()         its timeout has passed
 *     upstream_dropped()         nobody waits for it any more
 *     after it was overdue, perhaps one of these:
 *     upstream_answered_late()
 *     upstream_lost()            its question was answered by another query
 *
 * A name whose own servers are silent makes queries overdue, but never lost. So the window shrinks
 * only for what this upstream, or the way to it, really drops.
 *
 * Pure: no sockets, time is an argument. One thread. */
#ifndef RESOLVER_FORWARD_UPSTREAM_H
#define RESOLVER_FORWARD_UPSTREAM_H

#include <stdbool.h>
#include <stdint.h>

struct upstream_limits {
	unsigned timeout_ms;     /* the longest for one try */
	unsigned max_in_flight;  /* the window never grows over this; at least 1 */
	unsigned queries_per_s;  /* 0: no limit */
	unsigned pace_min_per_s; /* the least pace, however little it answers; at least 1 */
};

enum upstream_edns { EDNS_UNKNOWN, EDNS_WORKS, EDNS_REFUSED };

struct upstream {
	struct upstream_limits limits;
	enum upstream_edns edns; /* kept by the engine */
	/* round trip (RFC 6298); srtt 0: not measured yet */
	uint64_t srtt_ns, rttvar_ns;
	/* congestion window, in queries */
	unsigned in_flight, window;
	bool starting; /* slow start: it has not dropped much yet, the window doubles */
	bool was_full; /* while the cohort was sent: otherwise the window does not grow */
	/* the cohort: the queries sent in a short time; it is judged when all of them were answered
	 * or could have been */
	uint64_t cohort_begin_ns, cohort_end_ns; /* end 0: it is being sent */
	unsigned n_cohort, n_answered, n_lost;
	uint64_t trip_base_ns,
	        cohort_trip_min_ns; /* the round trip without a queue at the upstream, and the
	                               shortest of the cohort; UINT64_MAX: not known */
	unsigned n_quick;           /* answers of the cohort that came sooner than that */
	/* pacing rate: once it dropped something, it is asked little more than it answers, and
	 * evenly. A query costs 10^9 credits, as below */
	uint64_t pace_per_s; /* 0: none yet */
	int64_t pace_credit;
	bool pace_limits; /* a query waited for it while the cohort was sent */
	/* the outcome of the last few dozen queries of any cohort, as far as it is known */
	unsigned recent_answered, recent_lost;
	/* whether it is alive */
	bool dead, ever_answered;
	uint64_t answered_ns;         /* the last answer */
	unsigned n_overdue, n_silent; /* overdue queries since then; of them, those sent since
	                                 then */
	unsigned usual_run; /* overdue queries between two answers: moving average, in 256ths */
	uint64_t silent_since_ns; /* the later of: the last answer; the first n_silent query */
	unsigned n_only_lives;    /* how often it came back and then answered only probes: its
	                             losses are not caused by our own load */
	uint64_t died_ns, next_probe_ns;
	uint64_t away_to_ns; /* when it came back: what was sent since died_ns was not dropped */
	uint64_t probe_pause_ns;
	/* --qps-per-upstream: a query costs 10^9 credits, a nanosecond brings queries_per_s; below
	 * zero after queries by TCP, which do not wait for it */
	int64_t credit;
	uint64_t turned_at_ns;
};

void upstream_init(struct upstream *u, const struct upstream_limits *limits, uint64_t now_ns);

/* Once a turn of the loop, before anything is sent to it: fills the credits, judges the cohort. */
void upstream_turn(struct upstream *u, uint64_t now_ns);

/* How many new questions it may be sent now. 0 when it is dead, its window is full, or its pace or
 * rate is used up. A retransmission replaces a query that no longer counts as in flight: ask
 * upstream_may_repeat() for it. */
unsigned upstream_room(const struct upstream *u);

/* The retransmission timeout (RFC 6298): how long to wait for an answer to the `n_tries`-th try of
 * a question (0: the first) before the next one. Doubles from try to try. At least 300 ms, at most
 * the limit's timeout_ms, which wins. */
uint64_t upstream_timeout_ns(const struct upstream *u, unsigned n_tries);

/* True when a retransmission may be sent to it now: its pace and rate are not used up. A dead
 * upstream has the least pace. */
bool upstream_may_repeat(const struct upstream *u);

/* What a try without an answer costs its question, in percent of a full try: the square of the
 * share of recent queries that were answered. Where half of them are lost, most likely because we
 * ask too much, a question gets four times as many tries. */
enum { TRY_COST = 100, TRY_COST_MIN = TRY_COST / 20 };
unsigned upstream_try_cost(const struct upstream *u);

/* See the head of this file. `sent_ns` is when the query was sent. */
void upstream_sent(struct upstream *u);
void upstream_answered(struct upstream *u, uint64_t sent_ns, uint64_t now_ns);
void upstream_overdue(struct upstream *u, uint64_t sent_ns, uint64_t now_ns);
void upstream_dropped(struct upstream *u);
void upstream_answered_late(struct upstream *u, uint64_t sent_ns, uint64_t now_ns);
void upstream_lost(struct upstream *u, uint64_t sent_ns);
/* Uses up the rate. It does not count as in flight: the window is one of datagrams. */
void upstream_sent_by_tcp(struct upstream *u);

/* Nothing listens there (ICMP port unreachable). It is dead at once, unless it answered in the last
 * 100 ms: a socket may report an old error. */
void upstream_unreachable(struct upstream *u, uint64_t now_ns);

/* A dead upstream is probed from time to time. Any answer from it brings it back. */
bool upstream_wants_probe(const struct upstream *u, uint64_t now_ns);
void upstream_probed(struct upstream *u, uint64_t now_ns);
/* It answered a probe, a query by TCP, or a query that nobody waits for any more. */
void upstream_lives(struct upstream *u, uint64_t now_ns);

#endif
