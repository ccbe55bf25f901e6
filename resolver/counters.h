/* counters.h - what a resolver counts. One thread writes, any thread may read while it does.
 *
 * All fields are uint64_t: counters_copy() reads each one with a relaxed atomic load, so a copy may
 * mix values of slightly different moments.
 *
 * A new counter is a member here and a row of the table in counters.c, which says what becomes of
 * it when runs are added up, and how the summary names it. */
#ifndef RESOLVER_COUNTERS_H
#define RESOLVER_COUNTERS_H

#include "dns/answer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct resolver_counters {
	uint64_t questions; /* resolver_ask() calls, and our own about top-level domains */
	uint64_t cache_hits;
	uint64_t spared_by_nxdomain; /* answered by the NXDOMAIN of another question (nxdomain.h) */
	uint64_t replayed,
	        not_recorded;      /* by an engine that has all answers at hand, or lacks one */
	uint64_t replayed_answers; /* of the replayed: the definite ones */
	uint64_t joined;           /* single flight: the question was already under way */
	uint64_t excluded;         /* not asked: --exclude */
	uint64_t queries_sent;     /* flights handed to the engine; retransmissions are `retries` */
	uint64_t answers;          /* flights that ended with a definite answer */
	uint64_t late_answers;     /* definite ones for flights that had ended before; cached */
	uint64_t failures;         /* flights that ended otherwise */
	uint64_t timeouts;         /* of the failures: no answer in time */
	uint64_t failed_as[ANSWER_STATUS_COUNT]; /* the failures, by enum answer_status */
	uint64_t retries;                        /* 0 from an engine that cannot tell */
	uint64_t busiest_second;                 /* the most queries and retries in one second */
	uint64_t rate_waits; /* a zone's rate held a question back: once for each second of that */
	uint64_t local_answers; /* from zones that the engine has itself */
	uint64_t tcp_queries;   /* queries by TCP, because the answer by UDP was truncated */
	uint64_t stray_packets; /* dropped: late, duplicate or never asked for */
	uint64_t bad_packets;   /* dropped: from the upstream, but no answer to the question */
	uint64_t in_flight;     /* now with the engine */
	uint64_t queued;        /* now waiting for our own limits */
	uint64_t cache_bytes, cache_entries, cache_evictions;
};

/* What is known of one upstream. As above: one thread writes, any may read, all may be summed. */
struct upstream_counters {
	uint64_t sent;           /* queries, with those that were repeated; no probes */
	uint64_t answered;       /* of them */
	uint64_t lost;           /* of them: their question was answered by another query */
	uint64_t trip_us;        /* how long the answers took, in all */
	uint64_t busiest_second; /* the most sent in one second */
	uint64_t received;       /* packets that answer a question, or a probe: somebody is there */
};

/* For the one thread that writes. */
static inline void counter_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static inline void counter_subtract(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter - n, __ATOMIC_RELAXED);
}

static inline void counter_set(uint64_t *counter, uint64_t value)
{
	__atomic_store_n(counter, value, __ATOMIC_RELAXED);
}

/* Any thread. */
static inline void counters_copy(
        struct resolver_counters *out, const struct resolver_counters *counters)
{
	_Static_assert(sizeof *out % sizeof(uint64_t) == 0, "only uint64_t counters");
	const uint64_t *from = (const uint64_t *)counters;
	uint64_t *to = (uint64_t *)out;
	for (size_t i = 0; i < sizeof *out / sizeof *to; i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

/* A counter as the summary of a scan names it. */
struct resolver_counter {
	const char *name; /* NULL: the summary does not tell it */
	size_t offset;    /* in struct resolver_counters */
	unsigned n;       /* how many there are, one behind the other */
	bool is_peak;     /* a moment's or a peak: of several runs the largest, not the sum */
};

/* Row `i` of the table, in the order of the summary. NULL: there is none. */
const struct resolver_counter *resolver_counter_at(unsigned i);

static inline uint64_t resolver_counter_value(
        const struct resolver_counters *counters, const struct resolver_counter *row)
{
	return *(const uint64_t *)((const char *)counters + row->offset);
}

/* Of workers side by side: all are added, peaks too. Of counters that nobody writes. */
void resolver_counters_add(struct resolver_counters *sum, const struct resolver_counters *counters);

/* Of two runs, one behind the other: of what is_peak the larger one. Of counters that nobody
 * writes. */
void resolver_counters_sum(struct resolver_counters *sum, const struct resolver_counters *counters);

static inline void upstream_counters_sum(
        struct upstream_counters *sum, const struct upstream_counters *counters)
{
	const uint64_t *from = (const uint64_t *)counters;
	uint64_t *to = (uint64_t *)sum;
	for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
		to[i] += __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

#endif
