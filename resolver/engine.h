/* engine.h - (private to resolver/) what an engine is to the resolver above it: a small function
 * table and the flight they share.
 *
 * resolver.c owns flights: it makes one, hands it to engine->ops->start(), and frees it after the
 * engine has told the outcome with resolver_land() or, when the deadline passed first, after
 * engine->ops->abandon(), upon which the engine must forget the flight's address at once (a late
 * answer may still be put in the cache with resolver_late()). All in the worker's thread. start()
 * may land the flight before it returns: resolver_land() only puts it on a list. */
#ifndef RESOLVER_ENGINE_H
#define RESOLVER_ENGINE_H

#include "resolver/chain.h"
#include "resolver/resolver.h"

struct engine;

struct flight {
	/* resolver.c */
	struct dname qname; /* lower case */
	enum rrtype type;
	struct chain *chain; /* NULL: as long as its own name is asked */
	struct resolver_waiter *waiters;
	uint64_t hash, deadline_ns;
	struct flight *next_in_bucket;
	struct flight *next,
	        **link; /* the list it is on: queue, with the engine (by deadline), finished */
	const struct answer *answer;
	enum { FLIGHT_QUEUED, FLIGHT_STARTED, FLIGHT_HELD, FLIGHT_LANDED, FLIGHT_TOLD } state;
	unsigned n_asked_again;
	unsigned n_sleeps; /* how often the thread had slept when it was started */
	bool urgent;       /* see resolver_make_urgent() */
	/* the engine's */
	void *ticket;
};

/* The name to ask for: the question's own, or where CNAMEs led that came without their targets. */
static inline const struct dname *flight_name(const struct flight *f)
{
	return f->chain ? &f->chain->name : &f->qname;
}

/* Begins the answer to a flight's own question, from the name that was asked on. */
static inline void flight_begin_answer(const struct flight *f, struct answer_builder *b)
{
	answer_builder_begin(b, &f->qname, f->type);
	b->canonical = *flight_name(f);
}

struct engine_ops {
	const char *name;
	/* Sends the question. Every start ends in one resolver_land() or one abandon(). */
	void (*start)(struct engine *e, struct flight *f, uint64_t now_ns);
	void (*abandon)(struct engine *e, struct flight *f);
	/* Once a pump, before anything else; may be NULL. */
	void (*turn)(struct engine *e, uint64_t now_ns);
	/* Once a pump, after everything else: what was started may leave now, all together. May be
	 * NULL. */
	void (*flush)(struct engine *e);
	/* False while the engine's own limits hold new questions back, which then wait in the
	 * queue: that is our own throttling, and costs them no time. NULL: always. */
	bool (*has_room)(const struct engine *e);
	void (*free)(struct engine *e);
	/* 0: it lives by the pump's `now_ns`. Otherwise by a clock of its own, and remembers its
	 * failures for so long. */
	unsigned failure_ms;
};

/* First member of every engine. */
struct engine {
	const struct engine_ops *ops;
	struct resolver *resolver;
	/* Questions that were abandoned but still occupy the engine; it counts them, and resolver.c
	 * starts fewer. */
	unsigned n_abandoned;
};

/* The outcome of a flight; takes over the caller's reference. `answer` NULL: memory ran out. */
void resolver_land(struct resolver *r, struct flight *f, const struct answer *answer);
/* An answer whose flight was abandoned: worth caching when definite. Takes over the reference; NULL
 * is ignored. */
void resolver_late(struct resolver *r, const struct answer *answer);
/* Nothing is started for so long. */
void resolver_pause(struct resolver *r, unsigned ms);
/* The engine lets a flight that was started wait for others (while resolver_is_full(), for urgent
 * ones only): it takes no place among those in flight, and no time of its own passes. */
void resolver_hold(struct resolver *r, struct flight *f);
/* It goes on, or it is known to be on its way: its deadline begins anew. */
void resolver_renew(struct resolver *r, struct flight *f);
/* Where the engine's answers should come from: it lives as long as the cache. For answer_builder's
 * `slab`. */
struct slab *resolver_slab(struct resolver *r);
/* For engines that know: further sends of a flight. */
void resolver_count_retries(struct resolver *r, unsigned n);
/* A question repeated by TCP; a packet that nobody waits for; one that is no answer to what was
 * asked; an answer from local data. */
enum resolver_event {
	RESOLVER_ASKED_BY_TCP,
	RESOLVER_STRAY_PACKET,
	RESOLVER_BAD_PACKET,
	RESOLVER_LOCAL_ANSWER
};
void resolver_count(struct resolver *r, enum resolver_event event);

/* `why` as for resolver_new(). */
enum error recursive_engine_new(struct engine **out, struct resolver *r,
        const struct resolver_config *config, struct loop *loop, char *why, size_t why_size);
enum error forward_engine_new(struct engine **out, struct resolver *r,
        const struct resolver_config *config, struct loop *loop, char *why, size_t why_size);
enum error scripted_engine_new(struct engine **out, struct resolver *r,
        const struct resolver_config *config, char *why, size_t why_size);

#endif
