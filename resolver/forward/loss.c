/* loss.c - a ring of slots by time. */
#include "resolver/forward/loss.h"

/* So many votes are enough to judge by. */
#define SUM_NS 10000000ull
enum { VOTES_ENOUGH = 64, STRETCH_MAX_PERCENT = 2000 };

void loss_note(struct loss *l, uint64_t sent_ns, bool was_lost)
{
	uint64_t number = sent_ns / LOSS_SLOT_NS;
	struct loss_slot *slot = &l->slots[number % LOSS_SLOTS];
	if (slot->number > number)
		return;
	l->newest = number > l->newest ? number : l->newest;
	if (slot->number < number)
		*slot = (struct loss_slot){ .number = number };
	slot->votes.n_answered += !was_lost;
	slot->votes.n_lost += was_lost;
}

static bool has_enough(const struct votes *v)
{
	return v->n_answered + v->n_lost >= VOTES_ENOUGH;
}

/* Adds the slots from that of `from_ns` back in time, until there are enough votes. While nothing
 * new was asked, old votes are the best there are. */
static void add_slots(struct votes *sum, const struct loss *l, uint64_t from_ns)
{
	uint64_t first = from_ns / LOSS_SLOT_NS < l->newest ? from_ns / LOSS_SLOT_NS : l->newest;
	for (unsigned back = 0; back < LOSS_SLOTS && back <= first && !has_enough(sum); back++) {
		const struct loss_slot *slot = &l->slots[(first - back) % LOSS_SLOTS];
		if (slot->number != first - back)
			continue;
		sum->n_answered += slot->votes.n_answered;
		sum->n_lost += slot->votes.n_lost;
	}
}

/* At the beginning all slots are young, and these are better than none. */
void loss_turn(struct loss *l, uint64_t now_ns, uint64_t known_after_ns)
{
	if (now_ns - l->summed_ns < SUM_NS)
		return;
	l->summed_ns = now_ns;
	uint64_t known_ns = now_ns > known_after_ns ? now_ns - known_after_ns : 0;
	struct votes sum = { 0 };
	add_slots(&sum, l, known_ns);
	if (!has_enough(&sum)) {
		sum = (struct votes){ 0 };
		add_slots(&sum, l, now_ns);
	}
	l->lately = sum;
}

bool loss_exceeds(const struct votes *v, unsigned percent)
{
	int64_t n = (int64_t)v->n_answered + v->n_lost;
	int64_t excess = v->n_lost * 100ll - n * percent;
	int64_t variance = n * percent * (100 - percent);
	return excess > 0 && excess * excess > 9 * variance;
}

unsigned loss_stretch_percent(const struct votes *v)
{
	if (!loss_is_too_much(v))
		return 100;
	uint64_t n = (uint64_t)v->n_answered + v->n_lost;
	uint64_t share = (uint64_t)v->n_answered * v->n_answered;
	uint64_t percent = share ? n * n * 100 / share : STRETCH_MAX_PERCENT;
	return percent < STRETCH_MAX_PERCENT ? (unsigned)percent : STRETCH_MAX_PERCENT;
}
