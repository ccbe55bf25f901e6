/* resolver.h - the one way to ask the DNS: engines below, the answer cache, single flight,
 * deadlines and the rate limit above them.
 *
 * One question's life, all of it in the thread of one worker:
 *     resolver_ask()    cache hit: the answer is returned at once, nothing else happens.
 *                       the same question is in flight: the waiter joins it (single flight).
 *                       otherwise a *flight* is made and queued.
 *     resolver_pump()   hands queued flights to the engine while fewer than `max_in_flight` are
 *                       with it and the rate limit has
 *                       a token; the question's deadline starts here, not before: waiting for our
 *                       own throttle is never a DNS
 *                       failure. Then it ends the flights whose deadline passed, and hands every
 *                       finished flight's answer to
 *                       its waiters.
 *     engine            sends, receives, decodes; tells resolver of the outcome from inside the
 *                       event loop or the pump: the flight
 *                       is put on the finished list, nobody is called back yet.
 * So waiters are called from resolver_pump() only, never from inside resolver_ask() or the loop,
 * and may ask again at once. Call resolver_pump() once a turn of the loop, with the time of that
 * turn. The worker's loop: loop_turn(); start rows; resolver_pump(). Do not sleep in loop_turn()
 * while resolver_wants_pump(): questions asked after a pump, and answers that came at once, ring no
 * bell. Otherwise the resolver wakes its loop often enough for its deadlines and its rate.
 *
 * Not thread safe: one resolver per worker, nothing shared but what the engines must serialise
 * (libunbound's set-up) and the rate, which is the total divided by the workers. */
#ifndef RESOLVER_RESOLVER_H
#define RESOLVER_RESOLVER_H

#include "dns/answer.h"
#include "base/error.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct resolver;
struct flight;

/* Where an answer goes; embedded by whoever asks, one for each question it has open; zeroed but for
 * `done` before its first use. `done` gets a reference of its own and may ask and cancel freely. */
struct resolver_waiter {
	void (*done)(struct resolver_waiter *waiter, const struct answer *answer);
	/* private */
	struct flight *flight;
	struct resolver_waiter *next, **link;
};

enum resolver_kind {
	RESOLVER_RECURSIVE, /* libunbound from the root, or as its configuration file says */
	RESOLVER_FORWARD,   /* the upstreams */
	RESOLVER_SCRIPTED,  /* answers from memory, in virtual time */
};

struct resolver_upstream {
	struct ipaddr ip;
	uint16_t port;
};

struct script;

struct resolver_config {
	enum resolver_kind kind;
	const struct resolver_upstream
	        *upstreams; /* RESOLVER_FORWARD; the array stays the caller's */
	unsigned n_upstreams;
	const char *unbound_config;  /* a file, or NULL */
	const struct script *script; /* RESOLVER_SCRIPTED; stays the caller's, read only, may be
	                                shared by threads */
	bool dnssec;
	const char *trust_anchor; /* a file with DS or DNSKEY records; NULL: Debian's root anchor */
	unsigned timeout_ms;      /* patience for one try with one server */
	unsigned retries;         /* further tries after the first */
	unsigned question_deadline_ms; /* hard limit from the first send to the answer; begins anew
	                                  after time in which our own limits held the question back
	                                */
	unsigned max_in_flight;        /* flights with the engine, this worker */
	unsigned queries_per_s;        /* this worker's share of --qps; 0: no limit */
	unsigned queries_per_s_per_upstream; /* this worker's share of --qps-per-upstream; 0: no
	                                        limit */
	bool mix_case;                       /* 0x20 */
	size_t cache_bytes;                  /* this worker's share */
	size_t load_bytes;      /* this worker's share of what answers may take that are not in the
	                           cache; 0: no limit */
	unsigned failure_ttl_s; /* how long a failure is remembered; RFC 2308 section 7 allows 5
	                           minutes */
	unsigned max_fds; /* file descriptors it may have open, 0: any number. Under 2 for each
	                     upstream, or 14 with libunbound, it calls its own want of sockets a
	                     failure of the DNS */
	unsigned worker, n_workers; /* who of how many: engines take disjoint ports */
};

/* Written by the worker; others may read them while it runs (resolver_counters() copies each with a
 * relaxed atomic load). */
struct resolver_counters {
	uint64_t questions; /* resolver_ask() calls */
	uint64_t cache_hits;
	uint64_t joined;        /* single flight: waited for another's question */
	uint64_t queries_sent;  /* flights handed to the engine; further datagrams for one are
	                           `retries` */
	uint64_t answers;       /* flights that ended with a definite answer */
	uint64_t failures;      /* flights that ended otherwise */
	uint64_t timeouts;      /* of the failures: the deadline passed */
	uint64_t retries;       /* 0 from an engine that cannot tell (libunbound) */
	uint64_t local_answers; /* answered by libunbound's own local or auth zones */
	uint64_t tcp_queries;   /* questions repeated by TCP because the answer was truncated */
	uint64_t stray_packets; /* late, doubled or never asked for: dropped */
	uint64_t bad_packets;   /* came from the upstream but not an answer to the question that was
	                           asked: dropped */
	uint64_t in_flight;     /* now with the engine */
	uint64_t queued;        /* now waiting for the throttle */
	uint64_t cache_bytes, cache_entries, cache_evictions;
};

/* Makes the engine too: this can fail for reasons of configuration, then `why` (of `why_size`
 * bytes) gets one line for the user, and the error is returned. `loop` may be NULL for
 * RESOLVER_SCRIPTED. Any thread may create; then the resolver belongs to the thread that runs
 * `loop`. */
enum error resolver_new(struct resolver **out, const struct resolver_config *config,
        struct loop *loop, char *why, size_t why_size);

/* Waiters still open are forgotten: none is called. Every answer it gave must have been given back.
 * Takes NULL. Before loop_free(). */
void resolver_free(struct resolver *r);

/* Asks for `type` of `qname`. The answer, with a reference, when it is cached; or NULL, and
 * waiter->done() is called once, from a later resolver_pump(). */
const struct answer *resolver_ask(struct resolver *r, struct resolver_waiter *waiter,
        const struct dname *qname, enum rrtype type);

/* The waiter is not called any more. The question itself goes on for others and, once it was sent,
 * for the cache. Nothing happens when it is not waiting. */
void resolver_cancel(struct resolver *r, struct resolver_waiter *waiter);

/* True while the waiter's question waits for our own throttle and has not been sent: such time must
 * not count against a row. */
bool resolver_is_queued(const struct resolver_waiter *waiter);

/* What it waits for: the type, and the name into `*qname`. Only for a waiter that waits. */
enum rrtype resolver_question(const struct resolver_waiter *waiter, struct dname *qname);

/* What keeps its question from being asked, as words to put before that ("--qps to ask for "); ""
 * when only the DNS does. Only for a waiter that waits. */
const char *resolver_waits_for(const struct resolver *r, const struct resolver_waiter *waiter);

/* Gives up waiting: an answer of status ANSWER_CANCELLED that names the question, and the waiter is
 * not called any more. NULL when it was not waiting. */
const struct answer *resolver_give_up(
        struct resolver *r, struct resolver_waiter *waiter, const char *cause);

/* For whoever cannot make an answer: the failure that is kept for that case, which names no
 * question. */
const struct answer *resolver_out_of_memory(struct resolver *r);

/* Memory ran out at least once: failures that it told since then may say nothing about the DNS. */
bool resolver_lacked_memory(const struct resolver *r);

/* True while our own limits hold questions back: more of them wait than a pump could start now.
 * Time to begin nothing new, and to count no time against a row. */
bool resolver_is_throttled(const struct resolver *r);

/* The thread did not run for so long, and no `now_ns` counts it. Cached answers grow older by it
 * all the same. An engine that keeps time by itself took it for silence of the DNS: a failure of a
 * question that was open meanwhile proves nothing, and the question is asked again. Call it before
 * the pump of the turn that found out. */
void resolver_slept(struct resolver *r, uint64_t ns);
/* Answers that askers hold take more memory than they may: time to begin nothing new, and to go on
 * with nothing but the oldest. Whoever does so must make the oldest's questions urgent, since no
 * other leaves now. */
bool resolver_is_full(const struct resolver *r);
/* So much it is. */
size_t resolver_load_bytes(const struct resolver *r);
/* The waiter's question goes before all others. Nothing happens when it is not waiting. */
void resolver_make_urgent(struct resolver *r, struct resolver_waiter *waiter);

/* Any of these, or a question that was sent waits for its turn with the engine: no time counts
 * against a row. */
bool resolver_holds_back(const struct resolver *r);

/* See above. Returns true if any waiter was called. */
bool resolver_pump(struct resolver *r, uint64_t now_ns);

/* True when a pump would do something at once: there are outcomes to tell, or questions that our
 * throttle does not hold back. */
bool resolver_wants_pump(const struct resolver *r);

/* Any thread. */
void resolver_counters(const struct resolver *r, struct resolver_counters *out);

/* The version of libunbound that is loaded. Any thread. */
const char *resolver_library_version(void);

#endif
