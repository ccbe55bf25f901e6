/* waiter.h - who waits for the answer to a question: embedded by whoever asks (resolver.h), and
 * linked into a flight meanwhile. */
#ifndef RESOLVER_WAITER_H
#define RESOLVER_WAITER_H

#include "dns/answer.h"

#include <stdint.h>

struct flight;

/* Where an answer goes. Whoever asks embeds one for each open question, zeroed but for `done`.
 * done() is called at most once for each resolver_ask(), gets a reference of its own, and may ask
 * and cancel freely. */
struct resolver_waiter {
	/* The number of the row that asks, set before each resolver_ask(). For an engine whose
	 * answers depend on it; 0: none. */
	uint64_t row;
	/* Set with each answer: until when it is good, by resolver_cache_s(). 0: it is not to be
	 * kept, since it is a failure or has the TTL 0. */
	uint32_t expires_s;
	void (*done)(struct resolver_waiter *waiter, const struct answer *answer);
	/* private */
	struct flight *flight;
	struct resolver_waiter *next, **link;
};

#endif
