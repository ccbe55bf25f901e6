/* engine.h - what an engine is: the part of a resolver that sends questions and gets answers.
 *
 * Each engine is one constant `struct engine_type`, declared in the header of its own folder. It
 * says what the engine can do, what it needs, and holds its functions. resolver/engines.c is the
 * table of those that the program may choose; nothing else in the core knows one by name.
 *
 * An engine of one resolver is a `struct engine`, the first member of the engine's own struct. It
 * gets flights with start() and tells each outcome with dispatcher_finish() (dispatcher.h). When
 * the deadline of a flight passes first, the dispatcher calls abandon(): the engine must forget the
 * flight's address at once. An answer that comes later may still be cached: dispatcher_late().
 *
 * All functions but new() run in the worker's thread. */
#ifndef RESOLVER_ENGINE_H
#define RESOLVER_ENGINE_H

#include "base/error.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer;
struct dispatcher;
struct engine;
struct flight;
struct question;
struct resolver_config;
struct upstream_counters;

/* What a user may wish of the way in which the DNS is asked: a set. An option that wishes says so
 * in its row (cli/option_table.h). */
enum engine_wish {
	ENGINE_UPSTREAMS = 1, /* --upstream, --upstreams: ask these */
	ENGINE_DNSSEC = 2,    /* --dnssec: validate */
	ENGINE_REPLAY = 4,    /* --replay: ask nobody, answer from a record */
};

/* File descriptors of one resolver. */
struct engine_fds {
	unsigned fixed, per_upstream;
};

struct engine_type {
	const char *name; /* as users see it */
	/* The library that it is made from, and the version that is loaded; NULL: none. Any thread.
	 */
	const char *library;
	const char *(*library_version)(void);

	/* ---- what it can do ---- */
	unsigned needs;            /* wishes without which it is not chosen */
	unsigned can;              /* wishes that it serves besides */
	bool obeys_upstream_rate;  /* --qps-per-upstream */
	bool obeys_zone_rate;      /* --qps-per-zone */
	bool obeys_mix_case;       /* --0x20 */
	bool reads_unbound_config; /* --unbound-config */
	bool needs_loop;           /* otherwise it lives by the pump's clock alone */

	/* ---- what one worker needs of it ---- */
	struct engine_fds fds_usual, fds_least;
	/* With few descriptors: true for more workers with `fds_least`, false for fewer workers
	 * with `fds_usual`. */
	bool saves_fds;
	unsigned worker_mib;       /* all memory that a worker takes with it, but the cache */
	unsigned flight_kib;       /* memory for each question in flight */
	unsigned in_flight_preset; /* of --in-flight */

	/* ---- how long a question may take: see engine_question_ms() ---- */
	unsigned n_extra_tries;
	unsigned question_ms_min;

	/* ---- what a question waits for, as words before its name ("--qps to ask for "); NULL
	 * where it never does ---- */
	const char *held_text;      /* while the engine holds it */
	const char *no_room_text;   /* while has_room() is false */
	const char *abandoned_text; /* while too many abandoned ones occupy the engine */
	/* A flight that is held may also be one that waits for memory. */
	bool holds_for_memory;

	/* 0: it lives by the pump's `now_ns`. Otherwise it has a clock of its own, and remembers a
	 * failure for so long. */
	unsigned failure_ms;

	/* ---- functions ---- */

	/* Any thread. On an error `why` (of `why_size` bytes) has one line for the user and *out is
	 * NULL. `config` and what it points to, but for the upstreams and `source`, may be gone
	 * afterwards. `loop` is NULL only when !needs_loop. */
	enum error (*new)(struct engine **out, const struct resolver_config *config,
	        struct dispatcher *dispatcher, struct loop *loop, char *why, size_t why_size);
	void (*free)(struct engine *e);
	/* Only of an engine that has each answer at hand: the answer that this row gets, with a
	 * reference. resolver_ask() calls it, and there are no flights: start() and abandon() are
	 * NULL then, and the resolver's cache keeps nothing. NULL: out of memory. */
	const struct answer *(*answer)(
	        struct engine *e, const struct question *question, uint64_t row);
	/* Sends the question. Every start ends in one dispatcher_finish() or one abandon(). The
	 * flight may be finished before it returns. */
	void (*start)(struct engine *e, struct flight *f, uint64_t now_ns);
	void (*abandon)(struct engine *e, struct flight *f);
	/* Once a pump, before anything else. May be NULL. */
	void (*turn)(struct engine *e, uint64_t now_ns);
	/* Once a pump, after everything else: what was started may leave now, all together. May be
	 * NULL. */
	void (*flush)(struct engine *e);
	/* False while the engine's own limits keep new questions waiting in the queue. NULL: always
	 * true. */
	bool (*has_room)(const struct engine *e);
	/* True while nothing that the DNS does could let a question go on: a rate of our own holds
	 * all back, or no upstream is alive and one is expected back. No time counts against a row
	 * then. While has_room() is false for other reasons, it does. NULL: whenever has_room() is
	 * false. */
	bool (*stands_still)(const struct engine *e);
	/* Those of the upstream at `index`; they are the engine's. NULL: the engine cannot tell. */
	const struct upstream_counters *(*upstream_counters)(
	        const struct engine *e, unsigned index);
};

/* First member of every engine. */
struct engine {
	const struct engine_type *type;
	struct dispatcher *dispatcher; /* the resolver's; it lives longer */
	/* Abandoned questions that still occupy the engine. The engine counts them, and the
	 * throttle starts fewer. */
	unsigned n_abandoned;
};

/* The descriptors of one resolver with so many upstreams. */
static inline unsigned engine_fds(const struct engine_fds *fds, unsigned n_upstreams)
{
	return fds->fixed + fds->per_upstream * n_upstreams;
}

/* The deadline of a question from its first send to its answer: `timeout_ms` for each of 1 +
 * `retries` + n_extra_tries tries, but at least question_ms_min. */
static inline unsigned engine_question_ms(
        const struct engine_type *type, unsigned timeout_ms, unsigned retries)
{
	unsigned ms = timeout_ms * (1 + retries + type->n_extra_tries);
	return ms > type->question_ms_min ? ms : type->question_ms_min;
}

#endif
