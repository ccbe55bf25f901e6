/* runner.h - one thread's rows in flight: starts them, continues them when answers come, ends them
 * at their deadline.
 *
 * Its owner is a worker or the check command. The owner calls runner_turn() once in each turn of
 * its event loop. Finished rows come back by the callback `finished`; when that returns, the row is
 * recycled.
 *
 * Two clocks, so that only delays of the DNS end a row:
 *
 *     host.now_ns   stands still while the thread does not run (base/clock.h, clock_running): the
 *                   program was stopped, or the machine suspended
 *     patient_ns    moreover stands still while the resolver holds questions back for our own
 * limits
 *                   (--qps, --in-flight, memory, the pacing of an upstream). Deadlines are by this
 *
 * While the answers that rows hold take too much memory, only the oldest row goes on, with its
 * questions first. So the rows end one after the other, and each needs only its own memory. Rows
 * are used again. Once a minute those are freed that were not needed since the last time. */
#ifndef SCANNER_RUNNER_H
#define SCANNER_RUNNER_H

#include "base/clock.h"
#include "scanner/row.h"

struct runner {
	struct row_host host; /* first */
	void (*finished)(struct runner *runner, struct row *row);
	void *owner;
	unsigned max_active;
	/* the turn */
	struct clock_running clock; /* gives host.now_ns */
	uint64_t patient_ns;
	/* rows */
	struct row *idle, *ready_first, *ready_last, *oldest, *newest;
	unsigned n_active, n_idle;
	unsigned most_active; /* since idle rows were last looked at */
	uint64_t idle_looked_ns;
};

/* `resolver` and `settings` stay the caller's and outlive the runner. The caller sets `finished`
 * and `owner`. */
void runner_init(struct runner *runner, struct resolver *resolver,
        const struct row_settings *settings, unsigned max_active);
/* No row may be in flight. */
void runner_fini(struct runner *runner);

/* Sets the time: `now_ns` is clock_now_ns(), `wall_s` the wall clock. First in every turn. */
void runner_tick(struct runner *runner, uint64_t now_ns, uint64_t wall_s);

/* True while another row may be started: fewer than max_active are in flight, and the resolver
 * holds no question back for our own limits. */
bool runner_has_room(const struct runner *runner);

/* A row to fill (number, record, identity, owner) and then to start. NULL: out of memory. */
struct row *runner_take_row(struct runner *runner);
/* Starts it. It may be finished and recycled when this returns. */
void runner_start(struct runner *runner, struct row *row);

/* Takes answers in, continues the rows that wait for them, ends rows at their deadline. True if
 * anything was done: then call it again before sleeping. */
bool runner_turn(struct runner *runner);

#endif
