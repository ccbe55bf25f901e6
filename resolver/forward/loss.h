/* loss.h - (private to resolver/forward/) what the way to one upstream loses.
 *
 * Only questions that were answered in the end say something of the way: one vote each, whether
 * their first transmission was answered or lost. A name that nobody answers for has no vote. Votes
 * of lost transmissions come late, seconds after those of answered ones. So a vote counts for the
 * time at which its transmission was sent, and the latest times are left out: to compare the losses
 * and the answers that come in one moment would mix two loads.
 *
 * Pure, time is an argument. One thread. */
#ifndef RESOLVER_FORWARD_LOSS_H
#define RESOLVER_FORWARD_LOSS_H

#include <stdbool.h>
#include <stdint.h>

enum { LOSS_TOLERATED_PERCENT = 10, LOSS_SLOTS = 64 };
#define LOSS_SLOT_NS 500000000ull

struct votes {
	unsigned n_answered, n_lost;
};

struct loss_slot {
	uint64_t number; /* its time, in LOSS_SLOT_NS */
	struct votes votes;
};

struct loss {
	struct loss_slot slots[LOSS_SLOTS];
	uint64_t newest;    /* the latest slot with a vote */
	uint64_t summed_ns; /* when `lately` was summed up */
	struct votes
	        lately; /* of the latest slots that hold enough votes, old enough to be known */
};

/* The vote of a transmission of `sent_ns`. One that is older than all slots is dropped. */
void loss_note(struct loss *l, uint64_t sent_ns, bool was_lost);

/* Sums up `lately`. `known_after_ns`: how long after a transmission its loss is mostly known. Once
 * a turn; it does so every 10 ms. */
void loss_turn(struct loss *l, uint64_t now_ns, uint64_t known_after_ns);

/* The share that was lost; 0 without votes. */
static inline unsigned loss_percent(const struct votes *v)
{
	uint64_t n = (uint64_t)v->n_answered + v->n_lost;
	return n ? (unsigned)(v->n_lost * 100ull / n) : 0;
}

/* More was lost than `percent`, 1 to 99, by three standard deviations: few votes prove nothing. */
bool loss_exceeds(const struct votes *v, unsigned percent);

static inline bool loss_is_too_much(const struct votes *v)
{
	return loss_exceeds(v, LOSS_TOLERATED_PERCENT);
}

/* How many times as many transmissions, and how much longer, a question needs there than at an
 * upstream that loses little: the square of the answered share's inverse, in percent. 100 unless
 * too much is lost, 2000 at most. */
unsigned loss_stretch_percent(const struct votes *v);

#endif
