/* tolerance.c - two loads, and what was lost of each. */
#include "resolver/forward/tolerance.h"

#include "base/clock.h"

/* A trial needs so many votes. Where a third less is asked, and the share that is answered is not
 * larger by 15 %, our load is not the cause. 50 % would be expected. */
enum { TRIAL_VOTES = 128, TRIAL_HELPED_PERCENT = 115, TOLERATED_MORE = 8, TOLERATED_MAX = 90 };
#define TOLERATED_FOR_NS (30 * CLOCK_NS_PER_S)

void tolerance_init(struct tolerance *t)
{
	*t = (struct tolerance){ .percent = LOSS_TOLERATED_PERCENT };
}

void tolerance_turn(struct tolerance *t, uint64_t now_ns)
{
	if (now_ns >= t->to_ns)
		t->percent = LOSS_TOLERATED_PERCENT;
}

bool tolerance_is_exceeded(const struct tolerance *t, const struct votes *v)
{
	return loss_exceeds(v, t->percent);
}

static uint64_t rate_of(const struct trial *t)
{
	return t->n_sent * CLOCK_NS_PER_S / (t->time_ns ? t->time_ns : 1);
}

/* Compares `trial` with `reference`, in which more was asked. True: that it is less has not helped.
 */
static bool less_does_not_help(const struct tolerance *t)
{
	const struct votes *now = &t->trial.votes, *then = &t->reference.votes;
	uint64_t n_now = now->n_answered + now->n_lost, n_then = then->n_answered + then->n_lost;
	return now->n_answered * n_then * 100 < then->n_answered * n_now * TRIAL_HELPED_PERCENT;
}

/* The trial has enough votes. */
static bool judge(struct tolerance *t, uint64_t now_ns)
{
	bool is_lossy = tolerance_is_exceeded(t, &t->trial.votes);
	bool is_less = rate_of(&t->trial) * 3 <= rate_of(&t->reference) * 2;
	if (is_lossy && is_less && less_does_not_help(t)) {
		unsigned percent = loss_percent(&t->trial.votes) + TOLERATED_MORE;
		t->percent = percent < TOLERATED_MAX ? percent : TOLERATED_MAX;
		t->to_ns = now_ns + TOLERATED_FOR_NS;
		t->reference = (struct trial){ 0 };
		return true;
	}
	if (!is_lossy || is_less || rate_of(&t->trial) > rate_of(&t->reference))
		t->reference = is_lossy ? t->trial : (struct trial){ 0 };
	return false;
}

bool tolerance_note(struct tolerance *t, unsigned n_sent, uint64_t time_ns, const struct votes *v,
        uint64_t now_ns)
{
	struct trial *trial = &t->trial;
	trial->n_sent += n_sent;
	trial->time_ns += time_ns;
	trial->votes.n_answered += v->n_answered;
	trial->votes.n_lost += v->n_lost;
	if (trial->votes.n_answered + trial->votes.n_lost < TRIAL_VOTES)
		return false;
	bool is_found = judge(t, now_ns);
	*trial = (struct trial){ 0 };
	return is_found;
}
