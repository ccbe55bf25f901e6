/* upstream.c - which controller hears of which event. */
#include "resolver/forward/upstream.h"

/* A burst of the pace is 8 queries, and what a hundredth of a second brings. */
enum { PACE_BURST = 8 };
enum { FIRST_QUESTIONS = 16 };
/* After a short death the window stays: perhaps only names were silent. After a long one it begins
 * anew. */
#define LONG_DEATH_NS (2 * CLOCK_NS_PER_S)
/* After a queue has gone, what waited in it is still sent once more. */
#define QUEUE_HOLDS_NS (4 * CLOCK_NS_PER_S)
/* How many timeouts pass until most losses are known. */
enum { TIMEOUTS_UNTIL_KNOWN = 3 };

void upstream_init(struct upstream *u, const struct upstream_limits *limits, uint64_t now_ns)
{
	*u = (struct upstream){ .limits = *limits,
		.rate = { .per_s = limits->queries_per_s, .credit = (int64_t)CLOCK_NS_PER_S },
		.turned_ns = now_ns };
	congestion_init(&u->congestion, &limits->congestion, now_ns);
	liveness_init(&u->liveness, now_ns);
}

static uint64_t timeout_max_ns(const struct upstream *u)
{
	return (u->limits.timeout_ms ? u->limits.timeout_ms : 1) * CLOCK_NS_PER_MS;
}

uint64_t upstream_timeout_ns(const struct upstream *u, unsigned n_lost)
{
	return rtt_timeout_ns(&u->rtt, n_lost, timeout_max_ns(u));
}

uint64_t upstream_timeout_alone_ns(const struct upstream *u, unsigned n_lost)
{
	const struct congestion *c = &u->congestion;
	if (c->trip_base_ns == UINT64_MAX)
		return upstream_timeout_ns(u, n_lost);
	/* opening the connection is a trip of its own */
	struct rtt way = { .srtt_ns = 2 * c->trip_base_ns + c->queue_ns,
		.rttvar_ns = c->trip_base_ns / 2 };
	return rtt_timeout_ns(&way, n_lost, timeout_max_ns(u));
}

/* The pace that holds now. */
static struct pacing pace_of(const struct upstream *u)
{
	struct pacing pace = u->congestion.pace;
	if (upstream_is_dead(u))
		pace.per_s = u->congestion.limits.pace_min_per_s;
	return pace;
}

static void fill(struct upstream *u, uint64_t elapsed_ns)
{
	struct pacing pace = pace_of(u);
	pacing_fill(&pace, elapsed_ns, PACE_BURST);
	u->congestion.pace.credit = pace.credit;
	/* a burst of a rate is what a tenth of a second brings, but at least one query */
	unsigned per_s = u->limits.queries_per_s;
	pacing_fill(&u->rate, elapsed_ns, per_s < 12 ? 1 : per_s / 10 - per_s / 100);
}

void upstream_turn(struct upstream *u, uint64_t now_ns)
{
	uint64_t timeout_ns = upstream_timeout_ns(u, 0);
	fill(u, now_ns - u->turned_ns);
	u->turned_ns = now_ns;
	loss_turn(&u->loss, now_ns, TIMEOUTS_UNTIL_KNOWN * timeout_ns);
	const struct trip_times times = {
		.trip_ns = u->rtt.srtt_ns, .late_ns = rtt_late_ns(&u->rtt), .timeout_ns = timeout_ns
	};
	congestion_turn(&u->congestion, &times, &u->loss.lately, now_ns);
	if (liveness_turn(&u->liveness, now_ns))
		u->congestion.pace.credit = 0;
}

void upstream_note_waiting(struct upstream *u, unsigned n_waiting)
{
	struct pacing pace = pace_of(u);
	u->is_behind = pace.per_s && n_waiting > pace.per_s;
}

/* ---- what may be sent ---- */

/* Half of the window is for new questions, since nothing is learnt from others. */
static unsigned repeated_max(const struct congestion *c)
{
	return c->window < 2 ? 1 : c->window / 2;
}

/* Retransmissions are as much of the load as new questions, where that is known to be the cause.
 * Not when silent names are left, for which nothing is answered. */
static bool is_crowded(const struct upstream *u)
{
	const struct congestion *c = &u->congestion;
	return u->turned_ns < c->crowded_to_ns && !answer_rate_is_low(&c->answers);
}

bool upstream_may_repeat(const struct upstream *u)
{
	struct pacing pace = pace_of(u);
	const struct congestion *c = &u->congestion;
	if (is_crowded(u) && congestion_repeated(c) >= repeated_max(c))
		return false;
	return pacing_room(&pace, 1) && pacing_room(&u->rate, 1);
}

bool upstream_rate_holds(const struct upstream *u)
{
	struct pacing pace = pace_of(u);
	return pacing_room(&pace, 1) && !pacing_room(&u->rate, 1);
}

static unsigned counted(const struct congestion *c)
{
	unsigned n_repeated = congestion_repeated(c), most = repeated_max(c);
	return congestion_new(c) + (n_repeated < most ? n_repeated : most);
}

/* As long as nothing came from it: their answers do not wait for each other, so they tell how long
 * the way is. */
static unsigned first_questions(const struct congestion *c)
{
	return c->window < FIRST_QUESTIONS ? c->window : FIRST_QUESTIONS;
}

unsigned upstream_room(const struct upstream *u)
{
	const struct congestion *c = &u->congestion;
	bool is_loaded = is_crowded(u) || loss_is_too_much(&u->loss.lately) || c->queue_ns;
	unsigned in_flight = is_loaded ? counted(c) : congestion_new(c);
	unsigned window = u->liveness.ever_answered ? c->window : first_questions(c);
	if (upstream_is_dead(u) || (in_flight >= window && !c->asks_once_more))
		return 0;
	unsigned free = in_flight < window ? window - in_flight : 1;
	uint64_t room = pacing_room(&c->pace, free);
	return (unsigned)pacing_room(&u->rate, room);
}

bool upstream_takes_more(const struct upstream *u)
{
	const struct congestion *c = &u->congestion;
	if (upstream_is_dead(u) || c->pace.per_s || c->queue_ns || c->queue_trial.cut_ns ||
	        c->crowding.tried_ns || loss_is_too_much(&u->loss.lately))
		return false;
	unsigned under_way = congestion_new(c);
	return under_way < 2 * c->window && under_way < c->limits.window_max &&
	        pacing_room(&u->rate, 1);
}

unsigned upstream_stretch_percent(const struct upstream *u)
{
	if (upstream_is_dead(u))
		return 100;
	unsigned for_loss = loss_stretch_percent(&u->loss.lately);
	const struct congestion *c = &u->congestion;
	uint64_t queue_ns =
	        u->turned_ns - c->queued_ns < QUEUE_HOLDS_NS ? c->queue_was_ns : c->queue_ns;
	uint64_t for_queue = 100 + queue_ns / (CLOCK_NS_PER_S / 100);
	return for_queue > for_loss ? (unsigned)for_queue : for_loss;
}

/* ---- what happens to queries ---- */

void upstream_sent(struct upstream *u, bool is_new)
{
	congestion_sent(&u->congestion, is_new, u->turned_ns);
	if (!u->congestion.pace.per_s && upstream_is_dead(u))
		u->congestion.pace.credit -= (int64_t)CLOCK_NS_PER_S;
	pacing_spend(&u->rate);
	if (is_new)
		retry_budget_earn(&u->retries, u->is_behind);
	else
		retry_budget_spend(&u->retries);
}

void upstream_sent_by_tcp(struct upstream *u)
{
	pacing_spend(&u->rate);
}

static void vote(struct upstream *u, uint64_t sent_ns, bool was_lost)
{
	loss_note(&u->loss, sent_ns, was_lost);
	congestion_vote(&u->congestion, sent_ns, was_lost);
}

void upstream_answered_late(struct upstream *u, uint64_t sent_ns, bool votes, uint64_t now_ns)
{
	congestion_answered(&u->congestion, sent_ns, now_ns - sent_ns, votes);
	if (votes)
		vote(u, sent_ns, false);
	rtt_note(&u->rtt, now_ns - sent_ns);
	upstream_lives(u, now_ns);
}

void upstream_answered(
        struct upstream *u, uint64_t sent_ns, bool is_new, bool votes, uint64_t now_ns)
{
	congestion_left(&u->congestion, is_new, sent_ns);
	if (is_new)
		pipe_heard(&u->congestion.pipe, sent_ns);
	upstream_answered_late(u, sent_ns, votes, now_ns);
}

void upstream_overdue(struct upstream *u, uint64_t sent_ns, bool is_new, uint64_t now_ns)
{
	congestion_overdue(&u->congestion, is_new, sent_ns);
	liveness_overdue(&u->liveness, sent_ns, now_ns);
}

void upstream_dropped(struct upstream *u, bool is_new, uint64_t sent_ns)
{
	congestion_left(&u->congestion, is_new, sent_ns);
}

void upstream_lost(struct upstream *u, uint64_t sent_ns)
{
	if (!liveness_was_away(&u->liveness, sent_ns))
		vote(u, sent_ns, true);
}

/* ---- whether it is alive ---- */

void upstream_unreachable(struct upstream *u, uint64_t now_ns)
{
	if (liveness_unreachable(&u->liveness, now_ns))
		u->congestion.pace.credit = 0;
}

void upstream_lives(struct upstream *u, uint64_t now_ns)
{
	uint64_t dead_ns = liveness_heard(&u->liveness, now_ns);
	if (dead_ns)
		u->congestion.pace.credit = 0;
	if (dead_ns >= LONG_DEATH_NS)
		congestion_restart(&u->congestion, now_ns);
}
