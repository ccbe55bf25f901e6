/* runner.c - one thread's rows in flight. */
#include "scanner/runner.h"

#define IDLE_LOOK_NS (60 * CLOCK_NS_PER_S)

/* row_host.wake */
static void wake(struct row_host *host, struct row *row)
{
	struct runner *runner = (struct runner *)host;
	if (row->in_ready)
		return;
	row->in_ready = true;
	row->next_ready = NULL;
	*(runner->ready_first ? &runner->ready_last->next_ready : &runner->ready_first) = row;
	runner->ready_last = row;
}

void runner_init(struct runner *runner, struct resolver *resolver,
        const struct row_settings *settings, unsigned max_active)
{
	*runner = (struct runner){
		.host = { .resolver = resolver, .settings = settings, .wake = wake },
		.max_active = max_active,
	};
}

static struct row *pop_idle(struct runner *runner)
{
	struct row *row = runner->idle;
	if (row) {
		runner->idle = row->next_idle;
		runner->n_idle--;
	}
	return row;
}

void runner_fini(struct runner *runner)
{
	for (struct row *row; (row = pop_idle(runner)) != NULL;)
		row_free(row);
	row_host_fini(&runner->host);
}

static void give_up_idle(struct runner *runner)
{
	if (runner->host.now_ns - runner->idle_looked_ns < IDLE_LOOK_NS)
		return;
	while (runner->n_idle && runner->n_active + runner->n_idle > runner->most_active)
		row_free(pop_idle(runner));
	runner->idle_looked_ns = runner->host.now_ns;
	runner->most_active = runner->n_active;
}

void runner_tick(struct runner *runner, uint64_t now_ns, uint64_t wall_s)
{
	uint64_t lost_ns = clock_running_turn(&runner->clock, now_ns);
	if (lost_ns)
		resolver_slept(runner->host.resolver, lost_ns);
	if (runner->host.now_ns && !resolver_holds_back(runner->host.resolver))
		runner->patient_ns += runner->clock.now_ns - runner->host.now_ns;
	runner->host.now_ns = runner->clock.now_ns;
	if (wall_s == runner->host.wall_s)
		return;
	runner->host.wall_s = wall_s;
	resolver_set_wall(runner->host.resolver, wall_s);
	clock_utc_text(wall_s, runner->host.wall_text);
}

bool runner_has_room(const struct runner *runner)
{
	return runner->n_active < runner->max_active &&
	        !resolver_is_throttled(runner->host.resolver) &&
	        !resolver_is_full(runner->host.resolver);
}

struct row *runner_take_row(struct runner *runner)
{
	struct row *row = pop_idle(runner);
	return row ? row : row_new(&runner->host);
}

static void recycle(struct runner *runner, struct row *row)
{
	runner->finished(runner, row);
	row_reset(row);
	row->next_idle = runner->idle;
	runner->idle = row;
	runner->n_idle++;
}

/* All rows have the same time, so the list by age is also ordered by deadline. */
static void link_newest(struct runner *runner, struct row *row)
{
	row->deadline_ns = runner->patient_ns + runner->host.settings->deadline_ns;
	row->older = runner->newest;
	row->newer = NULL;
	*(runner->newest ? &runner->newest->newer : &runner->oldest) = row;
	runner->newest = row;
	if (++runner->n_active > runner->most_active)
		runner->most_active = runner->n_active;
}

static void unlink_row(struct runner *runner, struct row *row)
{
	*(row->older ? &row->older->newer : &runner->oldest) = row->newer;
	*(row->newer ? &row->newer->older : &runner->newest) = row->older;
	runner->n_active--;
}

void runner_start(struct runner *runner, struct row *row)
{
	if (row_start(row)) {
		recycle(runner, row);
		return;
	}
	link_newest(runner, row);
}

/* `at` leads to it, and `before` is the row before it, NULL for the first. */
static struct row *unlink_ready(struct runner *runner, struct row **at, struct row *before)
{
	struct row *row = *at;
	*at = row->next_ready;
	if (runner->ready_last == row)
		runner->ready_last = before;
	row->in_ready = false;
	return row;
}

/* The next row whose answers have come. While memory is short, only the oldest row. */
static struct row *take_ready(struct runner *runner)
{
	struct row **at = &runner->ready_first, *before = NULL;
	while (*at && *at != runner->oldest && resolver_is_full(runner->host.resolver)) {
		before = *at;
		at = &before->next_ready;
	}
	return *at ? unlink_ready(runner, at, before) : NULL;
}

/* Takes it off the list of ready rows, where it may wait because memory is short. */
static void forget_ready(struct runner *runner, struct row *row)
{
	if (!row->in_ready)
		return;
	struct row **at = &runner->ready_first, *before = NULL;
	for (; *at != row; at = &before->next_ready)
		before = *at;
	unlink_ready(runner, at, before);
}

static bool continue_ready(struct runner *runner)
{
	bool any = false;
	for (struct row *row; (row = take_ready(runner)) != NULL; any = true) {
		if (row_continue(row)) {
			unlink_row(runner, row);
			recycle(runner, row);
		}
	}
	if (runner->oldest && resolver_is_full(runner->host.resolver))
		row_make_urgent(runner->oldest);
	return any;
}

static bool expire_old(struct runner *runner)
{
	bool any = false;
	while (runner->oldest && runner->oldest->deadline_ns <= runner->patient_ns) {
		struct row *row = runner->oldest;
		unlink_row(runner, row);
		forget_ready(runner, row);
		row_expire(row);
		recycle(runner, row);
		any = true;
	}
	return any;
}

bool runner_turn(struct runner *runner)
{
	bool moved = resolver_pump(runner->host.resolver, runner->host.now_ns);
	moved |= continue_ready(runner);
	moved |= expire_old(runner);
	give_up_idle(runner);
	return moved;
}
