/* upstream.h - (private to resolver/) what is known of one upstream, and how much may be asked of
 * it: its round trip, its window, whether it is alive, its share of the rate, and whether it
 * understands EDNS.
 *
 * Pure: no sockets, time is an argument. All in the worker's thread. The life of one query to it:
 *     upstream_sent()      it takes a place in the window
 *     then one of          upstream_answered(), upstream_overdue() (patience passed),
 *                          upstream_dropped() (nobody waits any more): the place is free again
 *     an overdue query     may still be upstream_answered_late(); or its question was answered
 *                          through another query, then it is upstream_lost()
 * A name whose own servers are silent makes queries overdue, but never lost, so the window only
 * shrinks for what this upstream, or the way to it, really drops. */
#ifndef RESOLVER_FORWARD_UPSTREAM_H
#define RESOLVER_FORWARD_UPSTREAM_H

#include <stdbool.h>
#include <stdint.h>

struct upstream_limits {
	unsigned timeout_ms;     /* the most patience for one try */
	unsigned max_in_flight;  /* the window never grows over this; at least 1 */
	unsigned queries_per_s;  /* 0: no limit */
	unsigned pace_min_per_s; /* it is asked as much as this, however little it answers; at least
	                            1 */
};

enum upstream_edns { EDNS_UNKNOWN, EDNS_WORKS, EDNS_REFUSED };

struct upstream {
	struct upstream_limits limits;
	enum upstream_edns edns; /* kept by the engine */
	/* round trip (RFC 6298), nanoseconds; srtt 0: not measured yet */
	uint64_t srtt_ns, rttvar_ns;
	/* window */
	unsigned in_flight, window;
	bool starting; /* not seen to drop much yet: the window doubles */
	bool was_full; /* while the cohort was sent: a window that nobody fills does not grow */
	/* the cohort: what was sent in a short time, judged when all of it was answered or could
	 * have been */
	uint64_t cohort_begin_ns, cohort_end_ns; /* end 0: it is being sent */
	unsigned n_cohort, n_answered, n_lost;
	uint64_t trip_base_ns,
	        cohort_trip_min_ns; /* the round trip without a queue, and the shortest of the
	                               cohort; UINT64_MAX: not known */
	unsigned n_quick;           /* answers of the cohort that came sooner than that */
	/* pace: once it dropped something, it is asked little more than it was seen to answer, and
	 * evenly: 10^9 credits a query, as below */
	uint64_t pace_per_s; /* 0: none yet */
	int64_t pace_credit;
	bool pace_limits; /* it held a question back while the cohort was sent */
	/* the fate of the last some dozens of queries, of whatever cohort, as far as it is known */
	unsigned recent_answered, recent_lost;
	/* death */
	bool dead, ever_answered;
	uint64_t answered_ns;         /* the last answer */
	unsigned n_overdue, n_silent; /* overdue queries since then, and those of them that were
	                                 sent since then */
	unsigned usual_run;           /* overdue queries between two answers, of late, in 256ths */
	uint64_t silent_since_ns; /* since when there might have been one: the later of it and the
	                             sending of the first of those queries */
	unsigned n_only_lives;    /* how often it came back since it answered a question: what one
	                             loses that answers only probes is no crowd */
	uint64_t died_ns, next_probe_ns;
	uint64_t away_to_ns; /* when it came back: what was sent between its death and then it did
	                        not lose, it was not there */
	uint64_t probe_pause_ns;
	/* rate: a query costs 10^9 credits, a nanosecond brings queries_per_s; below zero after
	 * tries by TCP, which do not wait */
	int64_t credit;
	uint64_t turned_at_ns;
};

void upstream_init(struct upstream *u, const struct upstream_limits *limits, uint64_t now_ns);

/* Once a turn of the loop, before anything is asked of it: fills the rate and the pace, judges a
 * cohort. */
void upstream_turn(struct upstream *u, uint64_t now_ns);

/* How many new questions it may be sent now: 0 when it is dead, its window is full or its rate used
 * up. Tries that repeat a question replace one that left the window: they ask
 * upstream_may_repeat(). */
unsigned upstream_room(const struct upstream *u);

/* How long to wait for an answer to the `n_tries`-th try of a question (0: the first) before the
 * next try is made. Doubles from try to try; never under 300 ms, never over the limit's timeout,
 * which wins. */
uint64_t upstream_timeout_ns(const struct upstream *u, unsigned n_tries);

/* Whether a question may be repeated to it now: false while its pace or its rate is used up. One
 * that is dead has the least pace. */
bool upstream_may_repeat(const struct upstream *u);

/* What a query to it that was not answered counts for, in percent: the square of the share that was
 * answered lately. Where half of them are lost, most likely because we ask too much, a question
 * deserves four times as many tries, and is then as good as never without an answer for that. */
enum { TRY_COST = 100, TRY_COST_MIN = TRY_COST / 20 };
unsigned upstream_try_cost(const struct upstream *u);

void upstream_sent(struct upstream *u);
/* Uses up the rate, but no place in the window, which is one of datagrams. */
void upstream_sent_by_tcp(struct upstream *u);
void upstream_answered(struct upstream *u, uint64_t sent_ns, uint64_t now_ns);
void upstream_overdue(struct upstream *u, uint64_t sent_ns, uint64_t now_ns);
void upstream_dropped(struct upstream *u);
void upstream_answered_late(struct upstream *u, uint64_t sent_ns, uint64_t now_ns);
void upstream_lost(struct upstream *u, uint64_t sent_ns);

/* Nothing listens there (ICMP port unreachable). Dead at once, unless it answered in the last 100
 * ms: the error of a socket may be an old one. */
void upstream_unreachable(struct upstream *u, uint64_t now_ns);

/* A dead upstream is asked something harmless from time to time; an answer to that, or to anything
 * else, brings it back. */
bool upstream_wants_probe(const struct upstream *u, uint64_t now_ns);
void upstream_probed(struct upstream *u, uint64_t now_ns);
/* To a probe, by TCP, or to a query that nobody waits for any more: it lives. */
void upstream_lives(struct upstream *u, uint64_t now_ns);

#endif
