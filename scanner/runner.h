/* runner.h - one thread's rows in flight: starts them, wakes them when answers come, ends them when
 * their time is up.
 *
 * The runner's owner (a worker, or the check command) calls runner_turn() once a turn of its event
 * loop and gets finished rows back by the callback `finished`, which must print what it wants and
 * return; the row is recycled after it. While the answers that rows hold take more memory than they
 * may, only the oldest row goes on, and its questions first: so each ends in its turn, and none
 * needs more than its own. Rows are used again, with the memory that they have; now and then those
 * are given up that were not needed since the last look, so a moment of many slow rows does not fix
 * the memory of a scan. Everything below runs on the time that this thread lived (clock_lived): a
 * program that was stopped, or a machine that was suspended, takes that for no delay of the DNS. A
 * row's deadline runs on a patient clock, which moreover stands still while the resolver holds
 * questions back for our own limits (--qps, --in-flight, memory, the pace of an upstream): own
 * throttling never ends a row. */
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
	struct clock_lived clock; /* host.now_ns is its time */
	uint64_t patient_ns;
	/* rows */
	struct row *idle, *ready_first, *ready_last, *oldest, *newest;
	unsigned n_active, n_idle;
	unsigned most_active; /* since idle rows were last looked at */
	uint64_t idle_looked_ns;
};

void runner_init(struct runner *runner, struct resolver *resolver,
        const struct row_settings *settings, unsigned max_active);
/* No row may be active. */
void runner_fini(struct runner *runner);

/* Tells the time, by clock_now_ns() and by the wall. Call first in every turn. */
void runner_tick(struct runner *runner, uint64_t now_ns, uint64_t wall_s);

/* True while another row may be started: few enough run, and no question waits for our own limits.
 */
bool runner_has_room(const struct runner *runner);

/* A row to fill (number, record, identity, owner) and then to start; NULL without memory. */
struct row *runner_take_row(struct runner *runner);
/* Starts it; it may be finished when this returns. */
void runner_start(struct runner *runner, struct row *row);

/* Lets answers in, continues the rows they belong to, ends rows whose time is up. True if anything
 * moved: then there may be more to do before sleeping. */
bool runner_turn(struct runner *runner);

#endif
