/* answer_rate.c - the latest two samples, their average, and the most of them. */
#include "resolver/forward/answer_rate.h"

#include "base/clock.h"

#define SAMPLE_NS (250 * CLOCK_NS_PER_MS)
enum { MOST_FADES_PART = 32, OVERDUE_PART = 8, LOW_PART = 16 };

void answer_rate_init(struct answer_rate *r, uint64_t now_ns)
{
	*r = (struct answer_rate){ .since_ns = now_ns };
}

void answer_rate_turn(struct answer_rate *r, uint64_t now_ns)
{
	uint64_t age_ns = now_ns - r->since_ns;
	if (age_ns < SAMPLE_NS)
		return;
	uint64_t per_s = r->sample.n_answers * CLOCK_NS_PER_S / age_ns;
	r->per_s = r->per_s ? (r->per_s + per_s + 1) / 2 : per_s;
	r->most_per_s -= r->most_per_s / MOST_FADES_PART;
	r->most_per_s = per_s > r->most_per_s ? per_s : r->most_per_s;
	r->sample_before = r->sample;
	r->sample = (struct sample){ 0 };
	r->since_ns = now_ns;
}

void answer_rate_guess(struct answer_rate *r, uint64_t now_ns)
{
	uint64_t age_ns = now_ns - r->since_ns;
	if (!r->per_s)
		r->per_s = r->sample.n_answers * CLOCK_NS_PER_S /
		        (age_ns > CLOCK_NS_PER_MS ? age_ns : CLOCK_NS_PER_MS);
}

bool answer_rate_lags(const struct answer_rate *r)
{
	const struct sample *now = &r->sample, *before = &r->sample_before;
	return (now->n_overdue + before->n_overdue) * OVERDUE_PART >
	        now->n_answers + before->n_answers;
}

bool answer_rate_is_low(const struct answer_rate *r)
{
	return r->per_s < r->most_per_s / LOW_PART;
}
