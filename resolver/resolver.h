/* resolver.h - the one way to ask the DNS: an answer cache, single flight, deadlines and limits,
 * above an engine that sends and receives.
 *
 * One question's life, all of it in one worker's thread:
 *
 *     resolver_ask()    In the cache: the answer is returned at once, and that is all.
 *                       Under way already: the waiter joins that flight (single flight).
 *                       An NXDOMAIN in the cache may answer it all the same (nxdomain.h).
 *                       Otherwise there is a new *flight*. It is queued, or it waits for the answer
 *                       of another one about the same name, which may be its own.
 *     resolver_pump()   Hands queued flights to the engine while the throttle allows: --in-flight,
 *                       --qps, memory. The deadline begins here, not earlier, so time in the queue
 *                       is never a DNS failure. Then ends the flights whose deadline has passed,
 *                       and tells the waiters of every finished flight.
 *     engine            Sends, receives and decodes. It reports the outcome from inside the event
 *                       loop or the pump: that only marks the flight as finished.
 *
 * So waiters are called from resolver_pump() only, never from inside resolver_ask() or the loop,
 * and they may ask again at once. Call resolver_pump() once a turn of the loop, with the time of
 * that turn: loop_turn(); start rows; resolver_pump(). Do not sleep in loop_turn() while
 * resolver_wants_pump(): nothing else would wake the loop for questions asked since the last pump.
 * For deadlines and the rate the resolver wakes the loop by itself.
 *
 * Threads: each worker has a resolver of its own, and they share nothing. Limits of the whole
 * program are divided among the workers by whoever makes the configuration. All functions belong to
 * the worker's thread, but for those that say "any thread".
 *
 * Answers are reference counted (dns/answer.h): each one that is returned or handed to done() is
 * the receiver's to give back. */
#ifndef RESOLVER_RESOLVER_H
#define RESOLVER_RESOLVER_H

#include "dns/answer.h"
#include "base/error.h"
#include "base/loop.h"
#include "resolver/counters.h"
#include "resolver/waiter.h"

#include <stdbool.h>
#include <stdint.h>

struct engine_type;
struct exclusions;
struct resolver;

struct resolver_upstream {
	struct ipaddr ip;
	uint16_t port;
};

/* Rates and sizes are those of this resolver, not of the program. */
struct resolver_config {
	const struct engine_type *engine; /* resolver/engines.h chooses one */
	/* for engines that ask upstreams; the array stays the caller's */
	const struct resolver_upstream *upstreams;
	unsigned n_upstreams;
	/* for engines made from libunbound: paths of files */
	const char *unbound_config; /* NULL: none */
	const char *trust_anchor;   /* DS or DNSKEY records; NULL: Debian's root anchor */
	/* for engines that answer from memory: what they answer from, of the type that the engine's
	 * header says; stays the caller's, and may be shared by threads */
	const void *source;
	/* what is never asked; stays the caller's, and may be shared by threads. NULL: none */
	const struct exclusions *exclusions;
	bool dnssec;                         /* validate */
	bool mix_case;                       /* 0x20 */
	unsigned timeout_ms;                 /* for one try with one server */
	unsigned retries;                    /* tries after the first */
	unsigned question_deadline_ms;       /* from the first send to the answer: see
	                                        engine_question_ms(); it begins anew after time in
	                                        which the engine held the question back */
	unsigned max_in_flight;              /* flights with the engine */
	unsigned queries_per_s;              /* --qps; 0: no limit */
	unsigned queries_per_s_per_upstream; /* --qps-per-upstream; 0: no limit */
	unsigned queries_per_s_per_zone;     /* --qps-per-zone; 0: no limit. The same for all
	                                        resolvers of the process */
	size_t cache_bytes;
	size_t memory_bytes;     /* of answers outside of the cache; 0: no limit */
	unsigned min_ttl_s;      /* how long a definite answer is cached at least */
	unsigned failure_ttl_s;  /* how long a failure is cached; RFC 2308 section 7: at most 300 */
	unsigned leader_wait_ms; /* how long questions wait for the first answer about their name or
	                            top-level domain (leaders.h); 0: not at all */
	unsigned max_fds;        /* file descriptors that it may have open; 0: any number. With less
	                            than the engine's fds_least, the want of sockets looks like a
	                            failure of the DNS */
	unsigned worker, n_workers; /* which of how many: engines take disjoint ports */
};

/* Makes the resolver and its engine. On an error *out is NULL, and `why` (of `why_size` bytes) gets
 * one line for the user: ERROR_NOMEM, ERROR_SYSTEM (errno), or a mistake in the configuration.
 * `loop` may be NULL when the engine does not need one. Any thread may create it; then it belongs
 * to the thread that runs `loop`. */
enum error resolver_new(struct resolver **out, const struct resolver_config *config,
        struct loop *loop, char *why, size_t why_size);

/* Open waiters are forgotten: none is called. Give back all its answers first. Takes NULL. Call
 * before loop_free(). */
void resolver_free(struct resolver *r);

/* ---- questions ---- */

/* Asks for `type` of `qname`. Returns the answer when it is known (cached, or by an NXDOMAIN that
 * is cached), or the engine has all answers at hand (engine.h: answer), one of status
 * ANSWER_EXCLUDED when the name must not be asked, or resolver_out_of_memory(). Otherwise returns
 * NULL, and done() is called once, from a later resolver_pump(). */
const struct answer *resolver_ask(struct resolver *r, struct resolver_waiter *waiter,
        const struct dname *qname, enum rrtype type);

/* For what will be asked soon of a name, of one of several rows: brings what the cache may have of
 * it into the processor's cache. resolver_fetch() gives the hash of the name, with which
 * resolver_peek() goes on some time later, for the same types. They change nothing. */
uint64_t resolver_fetch(const struct resolver *r, const struct dname *qname,
        const enum rrtype *types, unsigned n_types);
void resolver_peek(const struct resolver *r, uint64_t hash, const enum rrtype *types, unsigned n);

/* The waiter will not be called. Its question goes on for other waiters and, once sent, for the
 * cache. Does nothing when the waiter does not wait. */
void resolver_cancel(struct resolver *r, struct resolver_waiter *waiter);

/* As resolver_cancel(), and returns an answer of status ANSWER_CANCELLED that names the question
 * and the cause. NULL when the waiter did not wait. */
const struct answer *resolver_give_up(
        struct resolver *r, struct resolver_waiter *waiter, const char *cause);

/* The waiter's question goes before all others, and passes the memory limit. Does nothing when the
 * waiter does not wait. */
void resolver_make_urgent(struct resolver *r, struct resolver_waiter *waiter);

/* The type that the waiter waits for; the name goes into `*qname`. Only for one that waits. */
enum rrtype resolver_question(const struct resolver_waiter *waiter, struct dname *qname);

/* True while our own limits keep the waiter's question from being sent. Such time must not count
 * against a row. */
bool resolver_is_queued(const struct resolver_waiter *waiter);

/* What keeps the waiter's question from being answered, as words to put before it ("--qps to ask
 * for "). "" when it waits only for the DNS. Only for a waiter that waits. The text is static. */
const char *resolver_waits_for(const struct resolver *r, const struct resolver_waiter *waiter);

/* ---- turns ---- */

/* See the head of this file. `now_ns` never goes back. True when a waiter was called. */
bool resolver_pump(struct resolver *r, uint64_t now_ns);

/* True when a pump would do something at once: there are outcomes to tell, or questions that may be
 * sent. */
bool resolver_wants_pump(const struct resolver *r);

/* The wall clock of the turn, in seconds since the Epoch: answers that come from now on say that
 * they came then (answer.h: received_s). */
void resolver_set_wall(struct resolver *r, uint64_t wall_s);

/* The clock by which answers go out of date, in seconds. It never goes back, and does not stand
 * still while the thread does not run. */
uint32_t resolver_cache_s(const struct resolver *r);

/* The thread did not run for `ns` nanoseconds, and `now_ns` does not count them. Cached answers age
 * by them all the same. To an engine with a clock of its own this looked like silence: questions
 * that failed meanwhile are asked again. Call before the pump of the turn that found out. */
void resolver_slept(struct resolver *r, uint64_t ns);

/* ---- our own limits ---- */

/* True while more questions are queued than a pump could start now. Begin no new rows, and count no
 * time against those in progress. */
bool resolver_is_throttled(const struct resolver *r);

/* True while answers outside of the cache take more memory than they may. Begin no new rows, go on
 * with the oldest one only, and make its questions urgent, since no others are sent. */
bool resolver_is_full(const struct resolver *r);

/* True when the resolver is full, or throttled by a limit of our own, or the engine holds questions
 * back: no time counts against a row. What an upstream can take, by its window and pace, is no
 * limit of our own. */
bool resolver_holds_back(const struct resolver *r);

/* How much memory answers outside of the cache take. */
size_t resolver_memory_bytes(const struct resolver *r);

/* ---- failures of our own, figures ---- */

/* For whoever cannot allocate an answer: the failure that is kept for that case. It names no
 * question. */
const struct answer *resolver_out_of_memory(struct resolver *r);

/* True once memory ran out: failures told since then may say nothing about the DNS. */
bool resolver_lacked_memory(const struct resolver *r);

/* A copy. Any thread. */
void resolver_counters(const struct resolver *r, struct resolver_counters *out);

/* Adds the counters of an upstream, by its place in the configuration. False: the engine cannot
 * tell. Any thread. */
bool resolver_add_upstream(const struct resolver *r, unsigned index, struct upstream_counters *sum);

#endif
