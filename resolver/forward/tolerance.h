/* tolerance.h - (private to resolver/forward/) which share of losses is tolerated at an upstream.
 *
 * LOSS_TOLERATED_PERCENT at first. When a third less is asked, and no larger share of it is
 * answered, our load is not what makes the losses: then that much is tolerated for half a minute.
 *
 * Losses are votes (loss.h). Pure, time is an argument. One thread. */
#ifndef RESOLVER_FORWARD_TOLERANCE_H
#define RESOLVER_FORWARD_TOLERANCE_H

#include "resolver/forward/loss.h"

/* Queries of much the same load, as many as it takes to compare two of them. */
struct trial {
	uint64_t n_sent, time_ns;
	struct votes votes;
};

struct tolerance {
	unsigned percent;
	uint64_t to_ns; /* it is LOSS_TOLERATED_PERCENT again */
	struct trial trial, reference;
};

void tolerance_init(struct tolerance *t);

/* Once a turn. */
void tolerance_turn(struct tolerance *t, uint64_t now_ns);

/* More is lost than is tolerated. */
bool tolerance_is_exceeded(const struct tolerance *t, const struct votes *v);

/* `n_sent` queries were sent within `time_ns`, and voted so. True: less does not help, and what
 * they lose is tolerated from now on. */
bool tolerance_note(struct tolerance *t, unsigned n_sent, uint64_t time_ns, const struct votes *v,
        uint64_t now_ns);

#endif
