/* world.h - a DNS from memory for probes under test: an asker over a script, which gives its
 * answers in a chosen order.
 *
 * No result may depend on when answers come, so a test runs every case in all orders. Single
 * thread. */
#ifndef TESTS_SPF_WORLD_H
#define TESTS_SPF_WORLD_H

#include "dns/probe.h"
#include "base/textbuf.h"

struct script;

enum world_order {
	WORLD_AT_HAND,  /* inside the ask, like a cache */
	WORLD_FORWARDS, /* later, in the order of the questions */
	WORLD_BACKWARDS,
	WORLD_MIXED, /* every second one at hand, the others later and backwards */
	WORLD_ORDER_COUNT
};

struct world {
	struct asker asker; /* first */
	const struct script *script;
	enum world_order order;
	unsigned cancel_from; /* this question and all later ones are cancelled, counted from 1; 0:
	                         none */
	bool secure;          /* answers are DNSSEC-secure, */
	const struct dname *insecure; /* but those of this name; may be NULL */
	unsigned n_asked;
	struct textbuf asked; /* "TXT example.com; A mail.example.com" */
	const struct answer *held[PROBE_FANOUT_MAX];
};

/* *world holds the settings above n_asked; the rest is zeroed, or was used before. */
void world_begin(struct world *world);
void world_fini(struct world *world);
/* Runs the probe to its end. */
void world_run(struct world *world, struct probe *probe);

#endif
