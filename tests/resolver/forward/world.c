/* world.c - see world.h. A row is a name with four questions at once, and one about a name below it
 * when the last of the four was answered: as SPF, the addresses, and the mail hosts. */
#include "world.h"

#include "base/hash.h"
#include "resolver/forward/patience.h"
#include "resolver/forward/silent_names.h"
#include "resolver/forward/upstream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS CLOCK_NS_PER_MS
#define START (1000 * CLOCK_NS_PER_S)
#define GIVE_UP_NS (3600 * CLOCK_NS_PER_S)

enum { AT_ONCE = 4, PER_ROW = AT_ONCE + 1, TIMEOUT_MS = 2000, TURN_MS_MAX = 4 };

struct question {
	struct patience patience;
	uint64_t first_ns;   /* of the first transmission; 0: not sent */
	uint64_t latest_ns;  /* of the latest */
	uint64_t timeout_ns; /* when that is overdue; 0: it is, or the question is over */
	unsigned n_sent;
	bool is_open, waits, votes;
	uint32_t next_waiting;
};

struct row {
	struct question questions[PER_ROW];
	unsigned crowd, n_over, n_failed;
	uint64_t ended_ns;
};

/* An answer on its way. */
struct arrival {
	uint64_t at_ns, sent_ns;
	uint32_t question;
	bool is_first;
};

struct world {
	const struct scenario *s;
	struct world_result *result;
	struct upstream u;
	struct patience_limits limits;
	struct silent_names silent;
	struct row *rows;
	unsigned n_rows, next_row, n_active, n_in_flight, n_done;
	uint32_t *timers; /* open questions that were sent */
	unsigned n_timers;
	uint32_t *queue, queue_first, queue_last; /* questions that were not sent */
	uint32_t waiting_first, waiting_last;
	unsigned n_waiting;
	struct arrival *arrivals; /* a heap */
	unsigned n_arrivals, arrivals_max;
	uint64_t now_ns, server_free_ns;
	double tokens;
	uint64_t tokens_ns, probe_ns;
	uint32_t dice;
};

enum { NOBODY = 0xffffffff };

static unsigned roll(struct world *w, unsigned n)
{
	w->dice ^= w->dice << 13;
	w->dice ^= w->dice >> 17;
	w->dice ^= w->dice << 5;
	return n ? w->dice % n : 0;
}

static struct question *question_of(struct world *w, uint32_t id)
{
	return &w->rows[id / PER_ROW].questions[id % PER_ROW];
}

static void name_of(uint32_t id, struct dname *name)
{
	char text[64];
	int size = snprintf(text, sizeof text, "%sd%u.test", id % PER_ROW == AT_ONCE ? "mx." : "",
	        id / PER_ROW);
	dname_parse(name, text, (size_t)size);
}

/* ---- answers on their way ---- */

static void arrival_push(struct world *w, struct arrival a)
{
	if (w->n_arrivals == w->arrivals_max) {
		w->arrivals_max = w->arrivals_max ? 2 * w->arrivals_max : 1024;
		w->arrivals = realloc(w->arrivals, w->arrivals_max * sizeof a);
	}
	unsigned i = w->n_arrivals++;
	for (; i && w->arrivals[(i - 1) / 2].at_ns > a.at_ns; i = (i - 1) / 2)
		w->arrivals[i] = w->arrivals[(i - 1) / 2];
	w->arrivals[i] = a;
}

static struct arrival arrival_pop(struct world *w)
{
	struct arrival first = w->arrivals[0], last = w->arrivals[--w->n_arrivals];
	unsigned i = 0;
	for (unsigned child; (child = 2 * i + 1) < w->n_arrivals; i = child) {
		if (child + 1 < w->n_arrivals &&
		        w->arrivals[child + 1].at_ns < w->arrivals[child].at_ns)
			child++;
		if (w->arrivals[child].at_ns >= last.at_ns)
			break;
		w->arrivals[i] = w->arrivals[child];
	}
	w->arrivals[i] = last;
	return first;
}

/* True when the way brings a query to the upstream; *delay_ns grows by what it waits there. */
static bool way_takes(struct world *w, uint64_t *delay_ns)
{
	const struct way *way = &w->s->way;
	if (roll(w, 100) < way->lost_percent)
		return false;
	if (way->answers_per_s) {
		w->tokens += (double)(w->now_ns - w->tokens_ns) * way->answers_per_s / 1e9;
		double most = way->answers_per_s / 10.0 > 1 ? way->answers_per_s / 10.0 : 1;
		w->tokens = w->tokens < most ? w->tokens : most;
		w->tokens_ns = w->now_ns;
		if (w->tokens < 1)
			return false;
		w->tokens--;
	}
	if (way->service_us) {
		uint64_t begun_ns = w->server_free_ns > w->now_ns ? w->server_free_ns : w->now_ns;
		if (begun_ns - w->now_ns > way->queue_max * way->service_us * 1000ull)
			return false;
		w->server_free_ns = begun_ns + way->service_us * 1000ull;
		*delay_ns += w->server_free_ns - w->now_ns;
	}
	return true;
}

static bool name_answers(
        struct world *w, const struct crowd *c, const struct question *q, uint64_t *delay_ns)
{
	switch (c->behaviour) {
	case SILENT:
		return false;
	case LOSSY:
		return roll(w, 100) >= c->arg;
	case SLOW:
		if (w->now_ns < q->first_ns + c->arg * MS)
			*delay_ns += q->first_ns + c->arg * MS - w->now_ns;
		return true;
	case COLD:
		if (q->n_sent == 1)
			*delay_ns += (c->arg / 2 + roll(w, c->arg)) * MS;
		return q->n_sent == 1;
	case DELAYED:
		*delay_ns += c->arg * MS;
		return true;
	case JITTERY:
		*delay_ns += roll(w, c->arg) * MS;
		return true;
	default:
		return true;
	}
}

/* ---- the engine's part ---- */

static void send(struct world *w, uint32_t id)
{
	struct question *q = question_of(w, id);
	const struct crowd *c = &w->s->crowds[w->rows[id / PER_ROW].crowd];
	struct dname name;
	bool is_new = !q->n_sent;
	uint64_t delay_ns = w->s->way.trip_ms * MS + roll(w, 100000);
	if (is_new) {
		name_of(id, &name);
		q->votes = !silent_names_has(&w->silent, &name);
		q->first_ns = q->patience.begun_ns = w->now_ns;
		w->timers[w->n_timers++] = id;
	}
	uint64_t timeout_ns = upstream_timeout_ns(&w->u, q->patience.n_lost);
	q->timeout_ns = w->now_ns + timeout_ns + timeout_ns / 4 * roll(w, 100) / 100;
	q->latest_ns = w->now_ns;
	q->n_sent++;
	w->result->n_sent++;
	upstream_sent(&w->u, is_new);
	if (way_takes(w, &delay_ns) && name_answers(w, c, q, &delay_ns))
		arrival_push(w, (struct arrival){ w->now_ns + delay_ns, w->now_ns, id, is_new });
}

static void queue_put(struct world *w, uint32_t id)
{
	question_of(w, id)->is_open = true;
	w->queue[w->queue_last++] = id;
}

static void over(struct world *w, uint32_t id, bool failed)
{
	struct row *row = &w->rows[id / PER_ROW];
	struct question *q = question_of(w, id);
	w->n_in_flight -= q->timeout_ns && q->n_sent == 1;
	q->is_open = false;
	q->timeout_ns = 0;
	row->n_failed += failed;
	row->n_over++;
	if (id % PER_ROW == AT_ONCE - 1 && !failed)
		queue_put(w, id + 1);
	else if (id % PER_ROW == AT_ONCE - 1)
		row->n_over++; /* nothing to follow */
	if (row->n_over == PER_ROW) {
		row->ended_ns = w->now_ns;
		w->n_active--;
		w->n_done++;
	}
}

static void answered(struct world *w, struct arrival a)
{
	struct question *q = question_of(w, a.question);
	if (!q->is_open) {
		upstream_lives(&w->u, w->now_ns);
		return;
	}
	bool in_time = q->timeout_ns && a.sent_ns == q->latest_ns;
	if (in_time)
		upstream_answered(&w->u, a.sent_ns, a.is_first, q->votes && a.is_first, w->now_ns);
	else
		upstream_answered_late(&w->u, a.sent_ns, q->votes && a.is_first, w->now_ns);
	if (!in_time && q->timeout_ns)
		upstream_dropped(&w->u, q->n_sent == 1, q->latest_ns);
	if (q->votes && !a.is_first)
		upstream_lost(&w->u, q->first_ns);
	w->result->n_answered++;
	over(w, a.question, false);
}

static void wait(struct world *w, uint32_t id)
{
	struct question *q = question_of(w, id);
	q->waits = true;
	q->next_waiting = NOBODY;
	if (w->waiting_first == NOBODY)
		w->waiting_first = id;
	else
		question_of(w, w->waiting_last)->next_waiting = id;
	w->waiting_last = id;
	w->n_waiting++;
}

static void take_first_waiting(struct world *w)
{
	struct question *q = question_of(w, w->waiting_first);
	w->waiting_first = q->next_waiting;
	q->waits = false;
	w->n_waiting--;
}

static bool may_send_new(const struct world *w)
{
	unsigned most = w->s->max_in_flight ? w->s->max_in_flight : 2000;
	return w->queue_first < w->queue_last && w->n_in_flight < most && upstream_room(&w->u) > 0;
}

static bool lasts(struct world *w, const struct question *q)
{
	return patience_lasts(&q->patience, &w->limits, upstream_stretch_percent(&w->u), w->now_ns);
}

static void turn_waiting(struct world *w)
{
	while (w->waiting_first != NOBODY) {
		uint32_t id = w->waiting_first;
		struct question *q = question_of(w, id);
		bool is_over = !lasts(w, q);
		if (q->is_open && !is_over &&
		        (!upstream_may_repeat(&w->u) ||
		                (may_send_new(w) && !retry_budget_has(&w->u.retries))))
			return;
		take_first_waiting(w);
		if (!q->is_open)
			continue;
		if (is_over) {
			over(w, id, true);
		} else {
			send(w, id);
		}
	}
}

static void timed_out(struct world *w, uint32_t id)
{
	struct question *q = question_of(w, id);
	struct dname name;
	q->timeout_ns = 0;
	w->n_in_flight -= q->n_sent == 1;
	patience_lose(&q->patience);
	upstream_overdue(&w->u, q->latest_ns, q->n_sent == 1, w->now_ns);
	name_of(id, &name);
	silent_names_note(&w->silent, &name);
	if (!lasts(w, q)) {
		over(w, id, true);
	} else if (!w->n_waiting && upstream_may_repeat(&w->u)) {
		send(w, id);
	} else {
		wait(w, id);
	}
}

static void turn_timers(struct world *w)
{
	for (unsigned i = 0; i < w->n_timers;) {
		uint32_t id = w->timers[i];
		struct question *q = question_of(w, id);
		if (q->is_open && q->timeout_ns && q->timeout_ns <= w->now_ns)
			timed_out(w, id);
		if (q->is_open)
			i++;
		else
			w->timers[i] = w->timers[--w->n_timers];
	}
}

/* Rows begin only as fast as questions can leave. */
static void turn_new(struct world *w)
{
	for (;;) {
		if (w->queue_first == w->queue_last && w->next_row < w->n_rows &&
		        w->n_active < (w->s->max_in_flight ? w->s->max_in_flight : 2000)) {
			w->n_active++;
			for (uint32_t i = 0; i < AT_ONCE; i++)
				queue_put(w, w->next_row * PER_ROW + i);
			w->next_row++;
		}
		if (!may_send_new(w))
			return;
		uint32_t id = w->queue[w->queue_first++];
		send(w, id);
		w->n_in_flight++;
	}
}

/* The upstream answers a probe like any query for a good name. */
static void turn_probe(struct world *w)
{
	uint64_t delay_ns = w->s->way.trip_ms * MS;
	if (w->probe_ns && w->now_ns >= w->probe_ns) {
		w->probe_ns = 0;
		upstream_lives(&w->u, w->now_ns);
	}
	if (!liveness_wants_probe(&w->u.liveness, w->now_ns))
		return;
	liveness_probed(&w->u.liveness, w->now_ns);
	if (way_takes(w, &delay_ns))
		w->probe_ns = w->now_ns + delay_ns;
}

static void turn(struct world *w)
{
	upstream_turn(&w->u, w->now_ns);
	upstream_note_waiting(&w->u, w->n_waiting);
	while (w->n_arrivals && w->arrivals[0].at_ns <= w->now_ns)
		answered(w, arrival_pop(w));
	turn_probe(w);
	turn_waiting(w);
	turn_timers(w);
	turn_new(w);
	const struct votes *v = &w->u.loss.lately;
	unsigned percent = loss_is_too_much(v) ? v->n_lost * 100 / (v->n_answered + v->n_lost) : 0;
	if (percent > w->result->lost_percent_most)
		w->result->lost_percent_most = percent;
	w->result->died = w->result->died || upstream_is_dead(&w->u);
}

/* ---- the whole ---- */

static int compare_ms(const void *a, const void *b)
{
	unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
	return x < y ? -1 : x > y;
}

static void sum_up(struct world *w)
{
	unsigned *ms = malloc(w->n_rows * sizeof *ms);
	for (unsigned k = 0; k < CROWDS_MAX; k++) {
		struct came_to *c = &w->result->crowds[k];
		for (unsigned i = 0; i < w->n_rows; i++) {
			const struct row *row = &w->rows[i];
			if (row->crowd != k)
				continue;
			ms[c->n_rows++] =
			        (unsigned)((row->ended_ns - row->questions[0].first_ns) / MS);
			c->n_failed += row->n_failed > 0;
			unsigned ended_ms = (unsigned)((row->ended_ns - START) / MS);
			c->last_ms = ended_ms > c->last_ms ? ended_ms : c->last_ms;
			for (unsigned n = 0; n < PER_ROW; n++)
				if (row->questions[n].n_sent > c->most_sent)
					c->most_sent = row->questions[n].n_sent;
		}
		qsort(ms, c->n_rows, sizeof *ms, compare_ms);
		c->p99_ms = c->n_rows ? ms[(c->n_rows - 1) * 99ull / 100] : 0;
		c->most_ms = c->n_rows ? ms[c->n_rows - 1] : 0;
	}
	w->result->wall_ms = (unsigned)((w->now_ns - START) / MS);
	free(ms);
}

/* Rows of all crowds, shuffled. */
static void fill(struct world *w)
{
	for (unsigned k = 0; k < CROWDS_MAX; k++)
		w->n_rows += w->s->crowds[k].n_rows;
	w->rows = calloc(w->n_rows, sizeof *w->rows);
	w->timers = calloc(w->n_rows * PER_ROW, sizeof *w->timers);
	w->queue = calloc(w->n_rows * PER_ROW, sizeof *w->queue);
	unsigned n = 0;
	for (unsigned k = 0; k < CROWDS_MAX; k++)
		for (unsigned i = 0; i < w->s->crowds[k].n_rows; i++)
			w->rows[n++].crowd = k;
	for (unsigned i = n; i > 1; i--) {
		unsigned other = roll(w, i), crowd = w->rows[other].crowd;
		w->rows[other].crowd = w->rows[i - 1].crowd;
		w->rows[i - 1].crowd = crowd;
	}
}

void world_run(const struct scenario *s, struct world_result *result)
{
	static struct world w; /* its table of silent names is large */
	memset(&w, 0, sizeof w);
	memset(result, 0, sizeof *result);
	w.s = s;
	w.result = result;
	w.dice = s->seed * 2654435761u + 12345;
	w.now_ns = w.tokens_ns = START;
	w.waiting_first = NOBODY;
	w.limits = (struct patience_limits){
		.n_transmissions = 10, .time_ns = 10 * CLOCK_NS_PER_S, .n_retries = 3
	};
	upstream_init(&w.u,
	        &(struct upstream_limits){ .timeout_ms = TIMEOUT_MS,
	                .congestion = { .window_max = s->max_in_flight ? s->max_in_flight : 2000,
	                        .pace_min_per_s = 100 } },
	        START);
	fill(&w);
	while (w.n_done < w.n_rows && w.now_ns < START + GIVE_UP_NS) {
		turn(&w);
		uint64_t step_ns = MS + s->stall_ms * MS;
		if (w.n_arrivals && w.arrivals[0].at_ns > w.now_ns + step_ns)
			step_ns = w.arrivals[0].at_ns - w.now_ns;
		else if (!w.n_arrivals)
			step_ns = TURN_MS_MAX * MS + s->stall_ms * MS;
		w.now_ns +=
		        step_ns < TURN_MS_MAX * MS ? step_ns : TURN_MS_MAX * MS + s->stall_ms * MS;
	}
	sum_up(&w);
	free(w.rows);
	free(w.timers);
	free(w.queue);
	free(w.arrivals);
}
