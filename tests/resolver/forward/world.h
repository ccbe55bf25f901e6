/* world.h - a network in virtual time, for simulations of the forward engine's controllers: rows of
 * names that behave well or badly, one upstream, and a way to it that delays, loses and limits.
 *
 * It runs the types that the engine uses (upstream.h with all its controllers, patience.h,
 * silent_names.h), in the engine's order: answers, retransmissions, timeouts, new questions. */
#ifndef TESTS_RESOLVER_FORWARD_WORLD_H
#define TESTS_RESOLVER_FORWARD_WORLD_H

#include <stdbool.h>
#include <stdint.h>

enum behaviour {
	WELL,
	SILENT,
	LOSSY,   /* `arg` percent of the queries get no answer */
	SLOW,    /* the answer comes `arg` ms after the first query for it */
	DELAYED, /* `arg` ms after each query */
	JITTERY, /* up to `arg` ms after each query */
	COLD,    /* a half to one and a half `arg` ms after the first query for it */
};

/* So many of the rows behave so. */
struct crowd {
	unsigned n_rows;
	enum behaviour behaviour;
	unsigned arg;
};

struct way {
	unsigned trip_ms, lost_percent;
	unsigned answers_per_s; /* a limit, beyond which queries are dropped; 0: none */
	unsigned service_us;    /* one query after the other takes so long; 0: no queue */
	unsigned queue_max;     /* longer ones drop */
};

enum { CROWDS_MAX = 4 };

struct scenario {
	struct way way;
	struct crowd crowds[CROWDS_MAX];
	unsigned max_in_flight; /* 0: 2000 */
	unsigned stall_ms;      /* the engine's loop does not run for so long after each ms */
	uint32_t seed;
};

/* What a crowd came to. */
struct came_to {
	unsigned n_rows, n_failed; /* rows, and those with a question without an answer */
	unsigned p99_ms, most_ms;  /* from a row's first query to its end */
	unsigned last_ms;          /* from the start to the end of its last row */
	unsigned most_sent;        /* transmissions of one question */
};

struct world_result {
	struct came_to crowds[CROWDS_MAX];
	unsigned wall_ms;
	unsigned n_sent, n_answered; /* transmissions, questions */
	unsigned lost_percent_most;  /* the most that the way was ever taken to lose */
	bool died;                   /* the upstream was ever taken for dead */
};

void world_run(const struct scenario *s, struct world_result *result);

#endif
