/* liveness.c - silence is measured by what is usual: an upstream that answers one query in ten is
 * not dead when sixteen stay without an answer. */
#include "resolver/forward/liveness.h"

#include "base/clock.h"

#define SILENCE_NS (1500 * CLOCK_NS_PER_MS)
/* For so long after an answer, an ICMP error may be about a datagram from before it. */
#define REFUSAL_IS_OLD_NS (100 * CLOCK_NS_PER_MS)
#define PROBE_FIRST_NS (250 * CLOCK_NS_PER_MS)
#define PROBE_LAST_NS (4 * CLOCK_NS_PER_S)

/* The unit of the moving average, its weight (1/8), and the most that one run counts. */
enum { SILENT_MIN = 16, RUN_ONE = 256, RUN_AVERAGE_OVER = 8, RUN_MAX = 32 };
/* With the time between them, 0.5 s: longer than most round trips. */
enum { SUSPECT_PROBES = 2 };

void liveness_init(struct liveness *l, uint64_t now_ns)
{
	*l = (struct liveness){ .heard_ns = now_ns, .silent_since_ns = now_ns };
}

static bool is_silent(const struct liveness *l, uint64_t now_ns)
{
	return (uint64_t)l->n_silent * RUN_ONE >= SILENT_MIN * ((uint64_t)RUN_ONE + l->usual_run) &&
	        now_ns - l->silent_since_ns >= SILENCE_NS;
}

void liveness_overdue(struct liveness *l, uint64_t sent_ns, uint64_t now_ns)
{
	l->n_overdue++;
	if (sent_ns >= l->heard_ns && l->n_silent++ == 0)
		l->silent_since_ns = sent_ns > l->heard_ns ? sent_ns : l->heard_ns;
	if (l->state != LIVENESS_ALIVE || !is_silent(l, now_ns))
		return;
	l->state = LIVENESS_SUSPECT;
	l->n_probes = 0;
	l->next_probe_ns = now_ns;
}

static bool die(struct liveness *l, uint64_t now_ns)
{
	if (l->state == LIVENESS_DEAD)
		return false;
	l->state = LIVENESS_DEAD;
	l->died_ns = now_ns;
	l->away_to_ns = UINT64_MAX;
	l->next_probe_ns = now_ns;
	l->probe_pause_ns = PROBE_FIRST_NS;
	return true;
}

bool liveness_turn(struct liveness *l, uint64_t now_ns)
{
	return l->state == LIVENESS_SUSPECT && l->n_probes >= SUSPECT_PROBES &&
	        now_ns >= l->next_probe_ns && die(l, now_ns);
}

bool liveness_unreachable(struct liveness *l, uint64_t now_ns)
{
	bool is_old = l->ever_answered && now_ns - l->heard_ns < REFUSAL_IS_OLD_NS;
	return !is_old && die(l, now_ns);
}

/* How many queries stay without an answer between two answers. How long it was dead is not what is
 * usual. */
static void run_note(struct liveness *l)
{
	unsigned run = l->n_overdue < RUN_MAX ? l->n_overdue : RUN_MAX;
	l->usual_run += run * RUN_ONE / RUN_AVERAGE_OVER;
	l->usual_run -= l->usual_run / RUN_AVERAGE_OVER;
}

uint64_t liveness_heard(struct liveness *l, uint64_t now_ns)
{
	uint64_t dead_ns = 0;
	if (liveness_is_dead(l)) {
		dead_ns = now_ns > l->died_ns ? now_ns - l->died_ns : 1;
		l->away_to_ns = now_ns;
	} else {
		run_note(l);
	}
	l->state = LIVENESS_ALIVE;
	l->n_silent = l->n_overdue = 0;
	l->heard_ns = l->silent_since_ns = now_ns;
	l->ever_answered = true;
	return dead_ns;
}

bool liveness_wants_probe(const struct liveness *l, uint64_t now_ns)
{
	return l->state != LIVENESS_ALIVE && now_ns >= l->next_probe_ns;
}

void liveness_probed(struct liveness *l, uint64_t now_ns)
{
	l->n_probes++;
	if (l->state == LIVENESS_SUSPECT) {
		l->next_probe_ns = now_ns + PROBE_FIRST_NS;
		return;
	}
	l->next_probe_ns = now_ns + l->probe_pause_ns;
	l->probe_pause_ns *= 2;
	if (l->probe_pause_ns > PROBE_LAST_NS)
		l->probe_pause_ns = PROBE_LAST_NS;
}
