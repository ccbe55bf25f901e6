/* scenario.h - a resolver over the scripted engine, and waiters that remember what they were told:
 * for tests in virtual time. */
#ifndef TESTS_RESOLVER_SCENARIO_H
#define TESTS_RESOLVER_SCENARIO_H

#include "resolver/resolver.h"

/* A resolver with its script and its clock. */
struct scenario {
	struct script *script;
	struct resolver *resolver;
	uint64_t now_ns;
};

/* A waiter that remembers what it was told; `then` runs inside done(). */
struct asked {
	struct resolver_waiter waiter; /* first */
	struct scenario *net;
	const struct answer *answer;
	uint64_t told_ns;
	unsigned n_told;
	void (*then)(struct asked *self);
	struct asked *other;
};

/* A deadline of 1 s, 100 in flight, a cache of 1 MB, failures remembered for 30 s. */
struct resolver_config scenario_config(void);

/* With the script at the head of scenario.c, or one of the test's own. The clock starts somewhere,
 * and one pump has seen it. */
void scenario_open(struct scenario *net, const struct resolver_config *config);
void scenario_open_with(
        struct scenario *net, const struct resolver_config *config, const char *text);
void scenario_close(struct scenario *net);

/* Lets the time pass, then pumps once. */
bool scenario_pump_after(struct scenario *net, uint64_t ms);
struct resolver_counters scenario_counters(const struct scenario *net);

/* Asks for the name's A records, or those of another type. */
void ask(struct scenario *net, struct asked *a, const char *name);
void ask_type(struct scenario *net, struct asked *a, const char *name, enum rrtype type);
/* Told once, of this status; takes the answer away. */
void asked_expect(struct asked *a, enum answer_status status);

#endif
