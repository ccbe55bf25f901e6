/* crowding.c - two measurements, and whether the second is better. */
#include "resolver/forward/crowding.h"

#include "base/clock.h"
#include "resolver/forward/loss.h"

/* A measurement has so many transmissions and takes so long at least. */
enum { SENT_MIN = 192, TRIED_MIN = 64 };
#define TIME_MIN_NS (8 * CLOCK_NS_PER_MS)
/* A frame takes so long, or twice, four times that, and four times as long as an answer that is
 * late. A trial ends after so many of them. */
#define FRAME_NS (64 * CLOCK_NS_PER_MS)
enum { FRAME_LATES = 4, TRIAL_FRAMES_MAX = 8 };
/* One answer in twenty takes longer than usual, whatever the load; what is more than was in a trial
 * in vain; for how long. */
enum { USUAL_PERCENT = 5, USUAL_MORE_PERCENT = 5, USUAL_MAX_PERCENT = 90 };
#define USUAL_FOR_NS (30 * CLOCK_NS_PER_S)
/* Standard deviations by which less must be overtaken. */
enum { DEVIATIONS = 3 };

void crowding_sent(struct crowding *k, unsigned n_under_way)
{
	k->most_under_way = n_under_way > k->most_under_way ? n_under_way : k->most_under_way;
}

void crowding_begin(struct crowding *k, uint64_t from_ns)
{
	k->from_ns = from_ns;
	k->is_begun = k->is_suspect = false;
	k->most_under_way = 0;
	k->tried_ns = 0;
}

static struct crowding_measure measured(const struct crowding *k, const struct pipe *p)
{
	return (struct crowding_measure){ .n_sent = p->judge.n_sent - k->begun.n_sent,
		.n_overtaken = p->judge.n_overtaken - k->begun.n_overtaken,
		.time_ns = (p->judged - k->begun_slot) * PIPE_SLOT_NS,
		.most_under_way = k->most_under_way };
}

static bool is_more_than_usual(const struct crowding *k, const struct crowding_measure *m)
{
	const struct votes v = { .n_answered = (unsigned)(m->n_sent - m->n_overtaken),
		.n_lost = (unsigned)m->n_overtaken };
	return loss_exceeds(&v, USUAL_PERCENT + k->usual_percent);
}

static double share(const struct crowding_measure *m)
{
	return (double)m->n_overtaken / (double)m->n_sent;
}

static double answers_per_ns(const struct crowding_measure *m)
{
	return (double)(m->n_sent - m->n_overtaken) / (double)m->time_ns;
}

uint64_t crowding_answers(const struct crowding *k, uint64_t trip_ns)
{
	return (uint64_t)(answers_per_ns(&k->before) * (double)trip_ns);
}

static bool has_helped(const struct crowding_measure *before, const struct crowding_measure *now)
{
	double n = (double)(before->n_sent + now->n_sent);
	double all = (double)(before->n_overtaken + now->n_overtaken) / n;
	double less = share(before) - share(now);
	double variance = all * (1 - all) * (1 / (double)before->n_sent + 1 / (double)now->n_sent);
	return less > 0 && less * less > DEVIATIONS * DEVIATIONS * variance;
}

static uint64_t frame_ns(const struct trip_times *times)
{
	uint64_t ns = FRAME_NS;
	while (ns < FRAME_LATES * times->late_ns)
		ns *= 2;
	return ns;
}

static enum crowding_step undo(struct crowding *k, uint64_t from_ns, uint64_t now_ns)
{
	unsigned percent = (unsigned)(share(&k->before) * 100) + USUAL_MORE_PERCENT;
	k->usual_percent = percent < USUAL_MAX_PERCENT ? percent : USUAL_MAX_PERCENT;
	k->usual_to_ns = now_ns + USUAL_FOR_NS;
	crowding_begin(k, from_ns);
	return CROWDING_UNDO;
}

/* A frame of a trial has ended. */
static enum crowding_step judge(struct crowding *k, const struct crowding_measure *m,
        const struct trip_times *times, uint64_t now_ns)
{
	uint64_t from_ns = now_ns + times->trip_ns;
	bool is_enough = k->is_begun && m->n_sent >= TRIED_MIN;
	if (!is_enough && now_ns - k->tried_ns < TRIAL_FRAMES_MAX * frame_ns(times))
		return CROWDING_NOTHING;
	if (!is_enough || !has_helped(&k->before, m))
		return undo(k, from_ns, now_ns);
	crowding_begin(k, from_ns);
	return is_more_than_usual(k, m) ? CROWDING_MORE : CROWDING_KEEP;
}

/* A frame has ended without a trial. */
static enum crowding_step consider(struct crowding *k, const struct crowding_measure *m,
        const struct trip_times *times, uint64_t now_ns)
{
	if (!k->is_suspect) {
		crowding_begin(k, now_ns);
		return CROWDING_NOTHING;
	}
	k->before = *m;
	crowding_begin(k, now_ns + times->trip_ns);
	k->tried_ns = now_ns;
	return CROWDING_TRY;
}

enum crowding_step crowding_turn(struct crowding *k, const struct pipe *p,
        const struct trip_times *times, uint64_t now_ns, uint64_t common_ns)
{
	if (now_ns >= k->usual_to_ns)
		k->usual_percent = 0;
	if (!k->is_begun && p->judged * PIPE_SLOT_NS >= k->from_ns) {
		k->is_begun = true;
		k->begun = p->judge;
		k->begun_slot = p->judged;
	}
	const struct crowding_measure m = measured(k, p);
	if (k->is_begun && m.n_sent >= SENT_MIN && m.time_ns >= TIME_MIN_NS)
		k->is_suspect = is_more_than_usual(k, &m);
	uint64_t frame = common_ns / frame_ns(times);
	if (frame == k->frame)
		return CROWDING_NOTHING;
	k->frame = frame;
	return k->tried_ns ? judge(k, &m, times, now_ns) : consider(k, &m, times, now_ns);
}
