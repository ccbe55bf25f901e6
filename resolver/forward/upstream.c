/* upstream.c - round trip, congestion window, pacing and liveness of one upstream.
 *
 * The window is not TCP's. A scan over a line that loses 5 % at random must not collapse, but an
 * upstream that drops what is too much must be found out. So the window shrinks only when more than
 * LOSS_TOLERATED_PERCENT is lost, and in proportion. The share is that of a cohort, the queries
 * sent in a short time. Losses are known later than answers, so to compare the losses and the
 * answers of one moment would mix two loads. */
#include "resolver/forward/upstream.h"

#include "base/clock.h"

#include <assert.h>

/* Most answers come within microseconds; those that must be looked for take seconds. A shorter
 * timeout would only double the work. */
#define TIMEOUT_MIN_NS (300 * CLOCK_NS_PER_MS)
#define TIMEOUT_FIRST_NS (500 * CLOCK_NS_PER_MS) /* before a round trip was measured */
#define COHORT_MIN_NS (50 * CLOCK_NS_PER_MS)
#define COHORT_MAX_NS CLOCK_NS_PER_S
#define SILENCE_NS (2 * CLOCK_NS_PER_S)
/* For so long after an answer, an ICMP error may be about a datagram from before it. */
#define REFUSAL_IS_OLD_NS (100 * CLOCK_NS_PER_MS)
#define PROBE_FIRST_NS (250 * CLOCK_NS_PER_MS)
#define PROBE_LAST_NS (4 * CLOCK_NS_PER_S)

enum {
	WINDOW_FIRST = 256,
	WINDOW_MIN = 8,
	COHORT_MIN = 32,
	SILENT_MIN = 16,
	LOSS_TOLERATED_PERCENT = 10
};
/* The pace, in percent of what was answered: 110, at which a hard limit costs one query in eleven;
 * 125 while hardly anything is lost, so that it rises quickly. A burst is 8 queries and 10 ms. */
enum { PACE_PERCENT = 110, PACE_RAISED_PERCENT = 125, LOSS_SMALL_PERCENT = 6, PACE_BURST = 8 };
#define PACE_BURST_NS (10 * CLOCK_NS_PER_MS)
#define QUEUE_TOLERATED_NS (200 * CLOCK_NS_PER_MS)
enum { QUEUE_ANSWERS_MIN = 8, QUICK_PART = 8 };
/* Queries without an answer between two answers: the unit, the weight of the moving average (1/8),
 * and the most that one run counts. */
enum { RUN_ONE = 256, RUN_AVERAGE_OVER = 8, RUN_MAX = 32 };
/* See n_only_lives. */
enum { ONLY_LIVES_MAX = 2 };
/* With so many recent outcomes, half are forgotten. */
enum { RECENT_MAX = 64 };

static uint64_t at_most(uint64_t value, uint64_t limit)
{
	return value < limit ? value : limit;
}

static uint64_t at_least(uint64_t value, uint64_t limit)
{
	return value > limit ? value : limit;
}

static void window_start(struct upstream *u)
{
	u->window = (unsigned)at_most(WINDOW_FIRST, u->limits.max_in_flight);
	u->starting = true;
	u->trip_base_ns = UINT64_MAX;
}

static void cohort_begin(struct upstream *u, uint64_t now_ns)
{
	u->cohort_begin_ns = now_ns;
	u->cohort_end_ns = 0;
	u->n_cohort = u->n_answered = u->n_lost = u->n_quick = 0;
	u->was_full = u->pace_limits = false;
	u->cohort_trip_min_ns = UINT64_MAX;
}

static bool is_of_cohort(const struct upstream *u, uint64_t sent_ns)
{
	return sent_ns >= u->cohort_begin_ns && (!u->cohort_end_ns || sent_ns < u->cohort_end_ns);
}

void upstream_init(struct upstream *u, const struct upstream_limits *limits, uint64_t now_ns)
{
	*u = (struct upstream){ .limits = *limits,
		.turned_at_ns = now_ns,
		.silent_since_ns = now_ns,
		.answered_ns = now_ns };
	if (!u->limits.max_in_flight)
		u->limits.max_in_flight = 1;
	if (!u->limits.pace_min_per_s)
		u->limits.pace_min_per_s = 1;
	u->credit = (int64_t)CLOCK_NS_PER_S;
	window_start(u);
	cohort_begin(u, now_ns);
}

/* ---- rate ---- */

/* A burst is what a tenth of a second brings, but at least one query. */
static void rate_fill(struct upstream *u, uint64_t elapsed_ns)
{
	int64_t most = (int64_t)(at_least(u->limits.queries_per_s / 10, 1) * CLOCK_NS_PER_S);
	u->credit += (int64_t)(elapsed_ns * u->limits.queries_per_s);
	if (u->credit > most)
		u->credit = most;
}

/* A dead upstream has the least pace. */
static uint64_t pace_now(const struct upstream *u)
{
	return u->dead ? u->limits.pace_min_per_s : u->pace_per_s;
}

static void pace_fill(struct upstream *u, uint64_t elapsed_ns)
{
	int64_t most = (int64_t)(PACE_BURST * CLOCK_NS_PER_S + PACE_BURST_NS * pace_now(u));
	u->pace_limits =
	        u->pace_limits || (!u->cohort_end_ns && u->pace_credit < (int64_t)CLOCK_NS_PER_S);
	u->pace_credit += (int64_t)(elapsed_ns * pace_now(u));
	if (u->pace_credit > most)
		u->pace_credit = most;
}

/* ---- round trip: RFC 6298 section 2 ---- */

static void trip_note(struct upstream *u, uint64_t trip_ns)
{
	trip_ns = at_least(trip_ns, 1);
	if (!u->srtt_ns) {
		u->srtt_ns = trip_ns;
		u->rttvar_ns = trip_ns / 2;
		return;
	}
	uint64_t off_ns = trip_ns > u->srtt_ns ? trip_ns - u->srtt_ns : u->srtt_ns - trip_ns;
	u->rttvar_ns += off_ns / 4 - u->rttvar_ns / 4;
	u->srtt_ns = at_least(u->srtt_ns + trip_ns / 8 - u->srtt_ns / 8, 1);
}

uint64_t upstream_timeout_ns(const struct upstream *u, unsigned n_tries)
{
	uint64_t most_ns = at_least(u->limits.timeout_ms, 1) * CLOCK_NS_PER_MS;
	uint64_t timeout_ns = u->srtt_ns ? at_least(u->srtt_ns + 4 * u->rttvar_ns, TIMEOUT_MIN_NS)
	                                 : TIMEOUT_FIRST_NS;
	for (; n_tries && timeout_ns < most_ns; n_tries--)
		timeout_ns *= 2;
	return at_most(timeout_ns, most_ns);
}

/* ---- window ---- */

static void window_grow(struct upstream *u)
{
	unsigned more = u->starting ? u->window : (unsigned)at_least(u->window / 8, 4);
	u->window = (unsigned)at_most((uint64_t)u->window + more, u->limits.max_in_flight);
}

/* To `part` of `whole`, but not to less than half at once. */
static void window_shrink(struct upstream *u, uint64_t part, uint64_t whole)
{
	uint64_t smaller = at_least(u->window * part / whole, u->window / 2);
	u->window = (unsigned)at_most(at_least(smaller, WINDOW_MIN), u->limits.max_in_flight);
	u->starting = false;
}

static void recent_note(struct upstream *u, unsigned n_answered, unsigned n_lost)
{
	u->recent_answered += n_answered;
	u->recent_lost += n_lost;
	while (u->recent_answered + u->recent_lost > RECENT_MAX) {
		u->recent_answered -= u->recent_answered / 2;
		u->recent_lost /= 2;
	}
}

/* More was lost than LOSS_TOLERATED_PERCENT, by three standard deviations: few outcomes prove
 * nothing. */
static bool is_too_much(unsigned n_answered, unsigned n_lost)
{
	int64_t n_outcomes = (int64_t)n_answered + n_lost;
	int64_t excess = n_lost * 100ll - n_outcomes * LOSS_TOLERATED_PERCENT;
	int64_t variance = n_outcomes * LOSS_TOLERATED_PERCENT * (100 - LOSS_TOLERATED_PERCENT);
	return excess > 0 && excess * excess > 9 * variance;
}

/* While less is asked than the pace allows, few answers do not lower the pace. When much was lost
 * lately, a cohort without losses is one whose losses are not known yet, because its
 * retransmissions still wait: it does not raise the pace. */
static void pace_set(struct upstream *u, unsigned n_outcomes, uint64_t age_ns)
{
	bool is_small = u->n_lost * 100ull <= n_outcomes * (uint64_t)LOSS_SMALL_PERCENT &&
	        !is_too_much(u->recent_answered, u->recent_lost);
	/* without losses, silence is the names' own: the upstream handled those queries, too */
	uint64_t n_handled = is_small ? at_least(u->n_cohort, u->n_answered) : u->n_answered;
	uint64_t percent_per_s = n_handled * CLOCK_NS_PER_S / age_ns *
	        (is_small ? PACE_RAISED_PERCENT : PACE_PERCENT);
	uint64_t pace_per_s = at_least((percent_per_s + 99) / 100,
	        u->limits.pace_min_per_s); /* rounded up: a pace of 1 must grow, too */
	if (!u->pace_per_s || u->pace_limits || pace_per_s > u->pace_per_s)
		u->pace_per_s = pace_per_s;
}

/* When the first retransmissions of what was lost may have been answered. */
static uint64_t cohort_judged_ns(const struct upstream *u)
{
	uint64_t timeout_ns = upstream_timeout_ns(u, 0);
	return u->cohort_end_ns + timeout_ns + timeout_ns / 4 + 2 * u->srtt_ns + COHORT_MIN_NS;
}

/* A few quick answers may come from a cache, which says nothing of the way that the others take. */
static void base_note(struct upstream *u)
{
	if (u->n_quick && u->n_quick * QUICK_PART >= u->n_answered)
		u->trip_base_ns = u->cohort_trip_min_ns;
}

/* Even the quickest answer of a cohort took long: they all wait in a queue at the upstream, which
 * our own load makes. When the names' own servers are slow, some answers are still quick. */
static bool makes_it_queue(const struct upstream *u)
{
	return u->n_answered >= QUEUE_ANSWERS_MIN &&
	        u->cohort_trip_min_ns > u->trip_base_ns + QUEUE_TOLERATED_NS;
}

/* When the smallest window does not help, the way to the upstream has become longer. */
static void window_shorten_queue(struct upstream *u)
{
	if (u->window <= WINDOW_MIN)
		u->trip_base_ns = u->cohort_trip_min_ns;
	window_shrink(u, u->trip_base_ns + QUEUE_TOLERATED_NS, u->cohort_trip_min_ns);
}

static void cohort_judge(struct upstream *u)
{
	unsigned n_outcomes = u->n_answered + u->n_lost;
	if (!n_outcomes)
		return;
	base_note(u);
	/* of an upstream that answers hardly anything, one cohort is too little to judge by */
	bool is_little = n_outcomes < COHORT_MIN && n_outcomes < u->n_cohort / 2;
	if (is_too_much(u->n_answered, u->n_lost))
		window_shrink(u, u->n_answered, n_outcomes);
	else if (is_little && is_too_much(u->recent_answered, u->recent_lost))
		window_shrink(u, u->recent_answered, u->recent_answered + u->recent_lost);
	else if (makes_it_queue(u))
		window_shorten_queue(u);
	else if (u->was_full)
		window_grow(u);
	if (!u->starting || u->pace_per_s)
		pace_set(u, n_outcomes, u->cohort_end_ns - u->cohort_begin_ns);
}

static void cohort_turn(struct upstream *u, uint64_t now_ns)
{
	uint64_t age_ns = now_ns - u->cohort_begin_ns;
	if (!u->cohort_end_ns && age_ns >= at_least(u->srtt_ns, COHORT_MIN_NS) &&
	        (u->n_cohort >= COHORT_MIN || age_ns >= COHORT_MAX_NS))
		u->cohort_end_ns = now_ns;
	if (u->cohort_end_ns &&
	        (u->n_answered + u->n_lost >= u->n_cohort || now_ns >= cohort_judged_ns(u))) {
		cohort_judge(u);
		cohort_begin(u, now_ns);
	}
}

static bool has_credit(uint64_t per_s, int64_t credit)
{
	return !per_s || credit >= (int64_t)CLOCK_NS_PER_S;
}

bool upstream_may_repeat(const struct upstream *u)
{
	return has_credit(pace_now(u), u->pace_credit) &&
	        has_credit(u->limits.queries_per_s, u->credit);
}

unsigned upstream_room(const struct upstream *u)
{
	if (u->dead || u->in_flight >= u->window || !upstream_may_repeat(u))
		return 0;
	uint64_t room = u->window - u->in_flight;
	if (u->pace_per_s)
		room = at_most(room, (uint64_t)u->pace_credit / CLOCK_NS_PER_S);
	if (u->limits.queries_per_s)
		room = at_most(room, (uint64_t)u->credit / CLOCK_NS_PER_S);
	return (unsigned)room;
}

unsigned upstream_try_cost(const struct upstream *u)
{
	unsigned n = u->recent_answered + u->recent_lost;
	if (u->dead || u->n_only_lives >= ONLY_LIVES_MAX || !n)
		return TRY_COST;
	return (unsigned)at_least(
	        (uint64_t)u->recent_answered * u->recent_answered * TRY_COST / (n * n),
	        TRY_COST_MIN);
}

/* ---- alive or dead ---- */

/* The moving average of how many queries stay without an answer between two answers. */
static void run_note(struct upstream *u)
{
	u->usual_run += (unsigned)at_most(u->n_overdue, RUN_MAX) * RUN_ONE / RUN_AVERAGE_OVER;
	u->usual_run -= u->usual_run / RUN_AVERAGE_OVER;
}

/* Silence is measured by what is usual: an upstream that answers one query in ten is not dead when
 * sixteen stay without an answer. */
static bool is_silent(const struct upstream *u, uint64_t now_ns)
{
	return (uint64_t)u->n_silent * RUN_ONE >= SILENT_MIN * ((uint64_t)RUN_ONE + u->usual_run) &&
	        now_ns - u->silent_since_ns >= SILENCE_NS;
}

/* After a short time the window stays: perhaps only names were silent. After a long one it begins
 * anew. The pace stays: it grows by itself. */
static void revive(struct upstream *u, uint64_t now_ns)
{
	u->dead = false;
	u->pace_credit = 0;
	u->away_to_ns = now_ns;
	if (!u->pace_per_s)
		u->recent_answered = u->recent_lost = 0;
	if (now_ns - u->died_ns >= SILENCE_NS) {
		window_start(u);
		cohort_begin(u, now_ns);
	}
}

static void heard(struct upstream *u, uint64_t now_ns)
{
	if (u->dead)
		revive(u, now_ns);
	else
		run_note(u);
	u->n_silent = u->n_overdue = 0;
	u->answered_ns = u->silent_since_ns = now_ns;
	u->ever_answered = true;
}

static void die(struct upstream *u, uint64_t now_ns)
{
	if (u->dead)
		return;
	u->dead = true;
	u->died_ns = now_ns;
	u->away_to_ns = UINT64_MAX;
	u->pace_credit = 0;
	u->next_probe_ns = now_ns;
	u->probe_pause_ns = PROBE_FIRST_NS;
}

void upstream_turn(struct upstream *u, uint64_t now_ns)
{
	uint64_t elapsed_ns = at_most(now_ns - u->turned_at_ns, CLOCK_NS_PER_S);
	u->turned_at_ns = now_ns;
	if (u->limits.queries_per_s)
		rate_fill(u, elapsed_ns);
	if (pace_now(u))
		pace_fill(u, elapsed_ns);
	cohort_turn(u, now_ns);
}

static void leave(struct upstream *u)
{
	assert(u->in_flight > 0);
	u->in_flight--;
}

void upstream_sent(struct upstream *u)
{
	u->in_flight++;
	if (!u->cohort_end_ns) {
		u->n_cohort++;
		u->was_full = u->was_full || u->in_flight >= u->window;
	}
	if (u->limits.queries_per_s)
		u->credit -= (int64_t)CLOCK_NS_PER_S;
	if (pace_now(u))
		u->pace_credit -= (int64_t)CLOCK_NS_PER_S;
}

void upstream_sent_by_tcp(struct upstream *u)
{
	if (u->limits.queries_per_s)
		u->credit -= (int64_t)CLOCK_NS_PER_S;
}

void upstream_answered(struct upstream *u, uint64_t sent_ns, uint64_t now_ns)
{
	leave(u);
	upstream_answered_late(u, sent_ns, now_ns);
}

void upstream_answered_late(struct upstream *u, uint64_t sent_ns, uint64_t now_ns)
{
	if (is_of_cohort(u, sent_ns)) {
		u->n_answered++;
		u->n_quick += now_ns - sent_ns < u->trip_base_ns;
		u->cohort_trip_min_ns = at_most(u->cohort_trip_min_ns, now_ns - sent_ns);
	}
	recent_note(u, 1, 0);
	trip_note(u, now_ns - sent_ns);
	heard(u, now_ns);
	u->n_only_lives = 0;
}

void upstream_overdue(struct upstream *u, uint64_t sent_ns, uint64_t now_ns)
{
	leave(u);
	u->n_overdue++;
	if (sent_ns >= u->answered_ns && u->n_silent++ == 0)
		u->silent_since_ns = at_least(u->answered_ns, sent_ns);
	if (is_silent(u, now_ns))
		die(u, now_ns);
}

void upstream_dropped(struct upstream *u)
{
	leave(u);
}

void upstream_lost(struct upstream *u, uint64_t sent_ns)
{
	if (sent_ns >= u->died_ns && sent_ns < u->away_to_ns)
		return;
	u->n_lost += is_of_cohort(u, sent_ns);
	recent_note(u, 0, 1);
}

void upstream_unreachable(struct upstream *u, uint64_t now_ns)
{
	if (!u->ever_answered || now_ns - u->answered_ns >= REFUSAL_IS_OLD_NS)
		die(u, now_ns);
}

bool upstream_wants_probe(const struct upstream *u, uint64_t now_ns)
{
	return u->dead && now_ns >= u->next_probe_ns;
}

void upstream_probed(struct upstream *u, uint64_t now_ns)
{
	u->next_probe_ns = now_ns + u->probe_pause_ns;
	u->probe_pause_ns = at_most(2 * u->probe_pause_ns, PROBE_LAST_NS);
}

void upstream_lives(struct upstream *u, uint64_t now_ns)
{
	u->n_only_lives += u->dead;
	heard(u, now_ns);
}
