/* congestion.c - cohorts, and what follows from each. */
#include "resolver/forward/congestion.h"

#include <assert.h>

#define COHORT_MIN_NS (50 * CLOCK_NS_PER_MS)
#define COHORT_MAX_NS CLOCK_NS_PER_S
#define QUEUE_TOLERATED_NS (200 * CLOCK_NS_PER_MS)

enum { WINDOW_MIN = 8, COHORT_MIN = 32 };
/* The window grows by a quarter, or to twice: so much more must be answered then. */
enum { GROWTH_PAYS_PERCENT = 110 };
#define GROWTH_PAUSE_NS CLOCK_NS_PER_S
#define QUEUE_NOTABLE_NS (CLOCK_NS_PER_MS / 2)
/* A cohort of a paced upstream takes so long at least: bursts say nothing of a rate. */
#define COHORT_PACED_MIN_NS (200 * CLOCK_NS_PER_MS)
#define CROWDED_FOR_NS (30 * CLOCK_NS_PER_S)
/* The pace, in percent of what is answered: 105, at which a hard limit costs one query in twenty.
 * Below what was answered before it grows by 25 in each cohort without losses; above, by 2, 4, 8
 * and so on. */
enum { PACE_PERCENT = 105, GROWTH_MIN = 2, GROWTH_MAX = 25, LOSS_SMALL_PERCENT = 6 };
enum { QUEUE_ANSWERS_MIN = 8, QUEUE_LATEST = 16, QUICK_PART = 8 };
/* An upstream is idle when less than so much of the window is in flight, and hardly anything is
 * answered of what was lately. */
enum { IDLE_PART = 16 };
/* A trial of a smaller window keeps so much. */
enum { TRIED_WINDOW_MIN = 32 };
/* Half the window must take a quarter of what the queue makes longer. */
enum { QUEUE_HELPED_PART = 4 };
#define QUEUE_BEFORE_NS (250 * CLOCK_NS_PER_MS)
#define QUEUE_TRIAL_MAX_NS (30 * CLOCK_NS_PER_S)

static uint64_t at_most(uint64_t value, uint64_t limit)
{
	return value < limit ? value : limit;
}

static uint64_t at_least(uint64_t value, uint64_t limit)
{
	return value > limit ? value : limit;
}

static void cohort_begin(struct cohort *co, uint64_t now_ns)
{
	*co = (struct cohort){ .begin_ns = now_ns, .trip_min_ns = UINT64_MAX };
}

static bool is_of_cohort(const struct cohort *co, uint64_t sent_ns)
{
	return sent_ns >= co->begin_ns && (!co->end_ns || sent_ns < co->end_ns);
}

void congestion_restart(struct congestion *c, uint64_t now_ns)
{
	c->window = c->limits.window_first;
	c->starting = true;
	c->trip_base_ns = UINT64_MAX;
	c->is_first = true;
	crowding_begin(&c->crowding, now_ns);
	cohort_begin(&c->cohort, now_ns);
}

void congestion_init(struct congestion *c, const struct congestion_limits *limits, uint64_t now_ns)
{
	unsigned window_max = limits->window_max ? limits->window_max : 1;
	unsigned first = limits->window_first ? limits->window_first : CONGESTION_WINDOW_FIRST;
	*c = (struct congestion){
		.limits = { .window_max = window_max,
		        .window_first = (unsigned)at_most(first, window_max),
		        .pace_min_per_s = limits->pace_min_per_s ? limits->pace_min_per_s : 1 },
	};
	tolerance_init(&c->tolerance);
	answer_rate_init(&c->answers, now_ns);
	congestion_restart(c, now_ns);
}

/* ---- window ---- */

static unsigned without_lost(const struct congestion *c, unsigned n, unsigned n_lost)
{
	unsigned least = n > c->window ? n - c->window : 0;
	return n > n_lost + least ? n - n_lost : least;
}

unsigned congestion_new(const struct congestion *c)
{
	return without_lost(c, c->in_flight, c->pipe.n_new_overtaken);
}

unsigned congestion_repeated(const struct congestion *c)
{
	return without_lost(c, c->n_repeated, c->pipe.n_repeated_overtaken);
}

static uint64_t cohort_rate(const struct cohort *co)
{
	return co->n_sent * CLOCK_NS_PER_S / at_least(co->end_ns - co->begin_ns, 1);
}

static bool is_quick(const struct congestion *c, uint64_t trip_ns)
{
	return trip_ns <= c->trip_base_ns + c->trip_base_ns / 4 + QUEUE_NOTABLE_NS;
}

/* Less than the window was is tried. */
static bool is_tried(const struct congestion *c)
{
	return c->queue_trial.cut_ns || c->crowding.tried_ns;
}

/* Each answer that did not wait in a queue lets one query more be in flight: the window doubles
 * with each round trip, and never grows faster than the upstream answers. */
static void start_grow(struct congestion *c, uint64_t now_ns)
{
	if (now_ns >= c->grows_from_ns && !is_tried(c) && !c->crowding.is_suspect &&
	        !answer_rate_lags(&c->answers) && c->window < c->limits.window_max)
		c->window++;
}

static bool hardly_any_was_quick(const struct cohort *co)
{
	return co->n_quick * QUICK_PART < co->n_answered;
}

/* A larger window that brings no more answers only makes a queue, and rows in flight that no cache
 * of the processor holds. Where the quickest answers do not wait in one, the window is not it. */
static bool growth_was_vain(const struct congestion *c)
{
	return hardly_any_was_quick(&c->cohort) && c->grown_from &&
	        c->window > c->limits.window_first &&
	        cohort_rate(&c->cohort) * 100 < c->rate_before * GROWTH_PAYS_PERCENT;
}

static void window_grow(struct congestion *c, uint64_t now_ns)
{
	if (growth_was_vain(c)) {
		c->window = (unsigned)at_least(c->grown_from, c->limits.window_first);
		c->grown_from = 0;
		c->grows_from_ns = now_ns + GROWTH_PAUSE_NS;
	}
	if (now_ns < c->grows_from_ns || is_tried(c) || c->crowding.is_suspect)
		return;
	c->grown_from = c->window;
	c->rate_before = cohort_rate(&c->cohort);
	bool doubles = c->starting && !hardly_any_was_quick(&c->cohort);
	uint64_t more = doubles ? c->window : at_least(c->window / 4, 4);
	c->window = (unsigned)at_most(c->window + more, c->limits.window_max);
}

/* To the part that was answered, but not to less than half at once. */
static void window_shrink(struct congestion *c, uint64_t part, uint64_t whole)
{
	uint64_t smaller = at_least(c->window * part / whole, c->window / 2);
	c->window = (unsigned)at_most(at_least(smaller, WINDOW_MIN), c->limits.window_max);
	c->starting = false;
	c->grown_from = 0;
}

/* A few quick answers may come from a cache, which says nothing of the way that the others take. */
static void base_note(struct congestion *c)
{
	if (c->cohort.n_below_base && c->cohort.n_below_base * QUICK_PART >= c->cohort.n_answered)
		c->trip_base_ns = c->cohort.trip_min_ns;
}

/* Hardly anything new is asked, and far less answered than it can. What takes long then are the
 * names of slow servers, which are left when the others are done. */
static bool is_idle(const struct congestion *c)
{
	return congestion_new(c) < c->window / IDLE_PART && answer_rate_is_low(&c->answers);
}

/* Even the quickest answer of a cohort took long: they all wait in a queue at the upstream, which
 * our own load makes. When the names' own servers are slow, some answers are still quick. */
static bool makes_it_queue(const struct congestion *c)
{
	return !is_idle(c) && c->cohort.n_answered >= QUEUE_ANSWERS_MIN &&
	        c->cohort.trip_min_ns > c->trip_base_ns + QUEUE_TOLERATED_NS;
}

/* An answer of any cohort, since those of a long queue come when theirs is long judged. A queue is
 * first in, first out: whoever was overtaken by a quick answer did not wait in one. True: there is
 * a queue. */
static bool queue_note(struct congestion *c, uint64_t sent_ns, uint64_t trip_ns)
{
	if (c->trip_base_ns == UINT64_MAX || c->is_first)
		c->trip_base_ns = at_most(c->trip_base_ns, trip_ns);
	if (trip_ns <= c->trip_base_ns + QUEUE_TOLERATED_NS) {
		c->quick_sent_ns = at_least(c->quick_sent_ns, sent_ns);
		c->n_latest = 0;
		c->queue_ns = 0;
		return false;
	}
	if (sent_ns < c->quick_sent_ns || is_idle(c))
		return false;
	c->latest_min_ns = c->n_latest ? at_most(c->latest_min_ns, trip_ns) : trip_ns;
	if (++c->n_latest < QUEUE_LATEST)
		return false;
	c->n_latest = 0;
	c->queue_ns = c->queue_was_ns = c->latest_min_ns - c->trip_base_ns;
	c->queued_ns = sent_ns + trip_ns;
	return true;
}

/* ---- pace ---- */

/* `least_per_s`: a way that loses at random must not stop a scan; a queue is our own. */
static void pace_lower(struct congestion *c, uint64_t least_per_s)
{
	uint64_t answered = at_least(c->answers.per_s, 1);
	uint64_t per_s = at_least(answered * PACE_PERCENT / 100, least_per_s);
	c->capacity_per_s = answered;
	c->growth_percent = GROWTH_MIN;
	if (!c->pace.per_s || per_s < c->pace.per_s)
		c->pace.per_s = per_s;
}

static void pace_raise(struct congestion *c)
{
	if (!c->cohort.was_paced)
		return;
	unsigned percent = GROWTH_MAX;
	if (c->pace.per_s >= c->capacity_per_s) {
		percent = c->growth_percent;
		c->growth_percent = (unsigned)at_most(2 * c->growth_percent, GROWTH_MAX);
	}
	c->pace.per_s += c->pace.per_s * percent / 100 + 1;
}

/* While less is asked than the pace allows, few answers do not lower it. When much was lost lately,
 * a cohort without losses is one whose losses are not known yet: it does not raise the pace. */
static void pace_set(struct congestion *c, const struct votes *lately)
{
	const struct votes *v = &c->cohort.votes;
	bool is_little = v->n_answered + v->n_lost < COHORT_MIN;
	if (tolerance_is_exceeded(&c->tolerance, v) ||
	        (is_little && tolerance_is_exceeded(&c->tolerance, lately)))
		pace_lower(c, c->limits.pace_min_per_s);
	else if (c->pace.per_s && !c->queue_ns && loss_percent(v) <= LOSS_SMALL_PERCENT)
		pace_raise(c);
}

/* ---- a smaller window ---- */

static void window_restore(struct congestion *c)
{
	c->window = (unsigned)at_least(c->window, c->window_before);
}

/* The trial, if there is one, ends without a result. */
static void end_trying(struct congestion *c, uint64_t now_ns)
{
	if (c->crowding.tried_ns)
		window_restore(c);
	crowding_begin(&c->crowding, now_ns);
}

/* Half of what was under way, or what was answered within a round trip if that is less: all else
 * waits in a queue, or for nothing. */
static unsigned smaller_window(const struct congestion *c, const struct trip_times *times)
{
	uint64_t answered = crowding_answers(&c->crowding, times->trip_ns);
	uint64_t less = at_most(c->crowding.before.most_under_way / 2, answered);
	return (unsigned)at_most(at_least(less, TRIED_WINDOW_MIN), c->window);
}

/* What was sent with another window tells nothing of this one. */
static void try_less(struct congestion *c, const struct trip_times *times, uint64_t now_ns)
{
	enum crowding_step step = crowding_turn(
	        &c->crowding, &c->pipe, times, now_ns, c->common_ns ? c->common_ns : now_ns);
	if (step == CROWDING_NOTHING)
		return;
	if (step == CROWDING_TRY) {
		c->window_before = c->window;
		c->window = smaller_window(c, times);
	} else if (step == CROWDING_UNDO) {
		window_restore(c);
	} else {
		c->crowded_to_ns = now_ns + CROWDED_FOR_NS;
		c->grows_from_ns = now_ns + GROWTH_PAUSE_NS;
		c->grown_from = 0;
	}
	/* no smaller window helps where a rate is what is limited */
	if (step == CROWDING_MORE && c->window <= TRIED_WINDOW_MIN)
		pace_lower(c, c->limits.pace_min_per_s);
	cohort_begin(&c->cohort, now_ns);
}

/* ---- a queue, or not ---- */

/* Even the quickest answers take `trip_ns` now: asks less, and looks whether that helps. When the
 * smallest window does not help, the way to the upstream has become longer. */
static void queue_found(struct congestion *c, uint64_t trip_ns, uint64_t now_ns)
{
	if (c->queue_trial.cut_ns)
		return;
	end_trying(c, now_ns);
	if (c->window <= WINDOW_MIN) {
		c->trip_base_ns = trip_ns;
		c->queue_ns = 0;
		return;
	}
	answer_rate_guess(&c->answers, now_ns);
	c->queue_trial = (struct queue_trial){ .cut_ns = now_ns,
		.from_ns = now_ns + c->latest_trip_ns,
		.found_ns = trip_ns,
		.before_min_ns = UINT64_MAX,
		.after_min_ns = UINT64_MAX,
		.window = c->window,
		.starting = c->starting,
		.answers_per_s = c->answers.per_s,
		.pace_per_s = c->pace.per_s,
		.capacity_per_s = c->capacity_per_s };
	/* half of what there is, or nothing would be learnt */
	c->window = (unsigned)at_most(c->window, at_least(congestion_new(c), WINDOW_MIN));
	window_shrink(c, 1, 2);
	c->pace.per_s = at_least(c->answers.per_s / 2, WINDOW_MIN);
}

static void queue_was_one(struct congestion *c)
{
	c->pace.per_s = c->queue_trial.pace_per_s;
	c->answers.per_s = c->queue_trial.answers_per_s;
	pace_lower(c, WINDOW_MIN);
}

static void queue_was_none(struct congestion *c)
{
	const struct queue_trial *t = &c->queue_trial;
	c->trip_base_ns = t->after_min_ns;
	c->queue_ns = 0;
	c->n_latest = 0;
	c->window = (unsigned)at_least(c->window, t->window);
	c->starting = t->starting;
	c->pace.per_s = t->pace_per_s;
	c->capacity_per_s = t->capacity_per_s;
}

static void queue_trial_note(struct congestion *c, uint64_t sent_ns, uint64_t trip_ns)
{
	struct queue_trial *t = &c->queue_trial;
	c->latest_trip_ns = trip_ns;
	if (!t->cut_ns)
		return;
	if (sent_ns < t->cut_ns && sent_ns + QUEUE_BEFORE_NS >= t->cut_ns) {
		t->before_min_ns = at_most(t->before_min_ns, trip_ns);
		t->n_before++;
		t->from_ns = at_least(t->from_ns, sent_ns + trip_ns);
	}
	if (sent_ns < t->from_ns)
		return;
	t->after_min_ns = at_most(t->after_min_ns, trip_ns);
	if (++t->n_after < QUEUE_LATEST)
		return;
	uint64_t before_ns = t->n_before < QUEUE_LATEST ? t->found_ns : t->before_min_ns;
	uint64_t excess_ns = before_ns - at_most(before_ns, c->trip_base_ns);
	if (t->after_min_ns + excess_ns / QUEUE_HELPED_PART > before_ns)
		queue_was_none(c);
	else
		queue_was_one(c);
	t->cut_ns = 0;
}

/* ---- cohorts ---- */

static void cohort_judge(struct congestion *c, const struct votes *lately, uint64_t now_ns)
{
	const struct votes *v = &c->cohort.votes;
	unsigned n_votes = v->n_answered + v->n_lost;
	if (!n_votes && !c->cohort.n_answered)
		return;
	base_note(c);
	c->is_first = false;
	/* of an upstream that answers hardly anything, one cohort is too little to judge by */
	bool is_little = n_votes < COHORT_MIN && n_votes < c->cohort.n_sent / 2;
	if (tolerance_is_exceeded(&c->tolerance, v))
		window_shrink(c, v->n_answered, n_votes);
	else if (is_little && tolerance_is_exceeded(&c->tolerance, lately))
		window_shrink(c, lately->n_answered, lately->n_answered + lately->n_lost);
	else if (makes_it_queue(c))
		queue_found(c, c->cohort.trip_min_ns, now_ns);
	else if (c->cohort.was_full)
		window_grow(c, now_ns);
	pace_set(c, lately);
	uint64_t time_ns = c->cohort.end_ns - c->cohort.begin_ns;
	if (tolerance_note(&c->tolerance, c->cohort.n_sent, time_ns, v, now_ns)) {
		c->pace.per_s = c->capacity_per_s = 0;
		c->window = (unsigned)at_least(c->window, c->limits.window_max / 2);
	}
}

/* When the first retransmissions of what was lost may have been answered. */
static uint64_t judged_ns(const struct cohort *co, const struct trip_times *t)
{
	return co->end_ns + t->timeout_ns + t->timeout_ns / 4 + 2 * t->trip_ns + COHORT_MIN_NS;
}

static void cohort_turn(struct congestion *c, const struct trip_times *times,
        const struct votes *lately, uint64_t now_ns)
{
	struct cohort *co = &c->cohort;
	uint64_t age_ns = now_ns - co->begin_ns;
	uint64_t least_ns = c->pace.per_s ? COHORT_PACED_MIN_NS : COHORT_MIN_NS;
	if (!co->end_ns && age_ns >= at_least(times->trip_ns, least_ns) &&
	        (co->n_sent >= COHORT_MIN || age_ns >= COHORT_MAX_NS))
		co->end_ns = now_ns;
	if (co->end_ns && (co->n_answered >= co->n_sent || now_ns >= judged_ns(co, times))) {
		cohort_judge(c, lately, now_ns);
		cohort_begin(co, now_ns);
	}
}

void congestion_turn(struct congestion *c, const struct trip_times *times,
        const struct votes *lately, uint64_t now_ns)
{
	answer_rate_turn(&c->answers, now_ns);
	pipe_turn(&c->pipe, times->late_ns);
	c->asks_once_more = now_ns > c->asked_ns + 2 * times->late_ns && times->trip_ns;
	if (c->queue_trial.cut_ns && now_ns > c->queue_trial.from_ns + QUEUE_TRIAL_MAX_NS)
		c->queue_trial.cut_ns = 0;
	tolerance_turn(&c->tolerance, now_ns);
	if (!c->queue_trial.cut_ns)
		try_less(c, times, now_ns);
	cohort_turn(c, times, lately, now_ns);
}

/* ---- what happens to queries ---- */

void congestion_sent(struct congestion *c, bool is_new, uint64_t now_ns)
{
	c->in_flight += is_new;
	c->n_repeated += !is_new;
	pipe_sent(&c->pipe, is_new, now_ns);
	const unsigned n_new = congestion_new(c);
	crowding_sent(&c->crowding, n_new + congestion_repeated(c));
	if (is_new) {
		c->asked_ns = now_ns;
		c->asks_once_more = false;
	}
	pacing_spend(&c->pace);
	if (c->cohort.end_ns)
		return;
	c->cohort.n_sent++;
	c->cohort.was_full = c->cohort.was_full || n_new >= c->window;
	c->cohort.was_paced = c->cohort.was_paced || (c->pace.per_s && !pacing_room(&c->pace, 1));
}

void congestion_left(struct congestion *c, bool is_new, uint64_t sent_ns)
{
	assert(is_new ? c->in_flight > 0 : c->n_repeated > 0);
	c->in_flight -= is_new;
	c->n_repeated -= !is_new;
	pipe_left(&c->pipe, is_new, sent_ns);
}

void congestion_overdue(struct congestion *c, bool is_new, uint64_t sent_ns)
{
	congestion_left(c, is_new, sent_ns);
	c->answers.sample.n_overdue += is_new;
}

void congestion_answered(struct congestion *c, uint64_t sent_ns, uint64_t trip_ns, bool votes)
{
	struct cohort *co = &c->cohort;
	c->answers.sample.n_answers++;
	if (votes) {
		queue_trial_note(c, sent_ns, trip_ns);
		if (queue_note(c, sent_ns, trip_ns))
			queue_found(c, c->latest_min_ns, sent_ns + trip_ns);
		else if (c->starting && congestion_new(c) >= c->window / 2 && is_quick(c, trip_ns))
			start_grow(c, sent_ns + trip_ns);
	}
	if (!is_of_cohort(co, sent_ns))
		return;
	co->n_answered++;
	co->n_below_base += trip_ns < c->trip_base_ns;
	co->n_quick += is_quick(c, trip_ns);
	co->trip_min_ns = at_most(co->trip_min_ns, trip_ns);
}

void congestion_vote(struct congestion *c, uint64_t sent_ns, bool was_lost)
{
	if (!is_of_cohort(&c->cohort, sent_ns))
		return;
	c->cohort.votes.n_answered += !was_lost;
	c->cohort.votes.n_lost += was_lost;
}
