/* answer_rate.h - (private to resolver/forward/) how much an upstream answers, by quarters of a
 * second. Pure, time is an argument. One thread. */
#ifndef RESOLVER_FORWARD_ANSWER_RATE_H
#define RESOLVER_FORWARD_ANSWER_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* What happened within a quarter of a second. */
struct sample {
	unsigned n_answers, n_overdue; /* n_overdue: of first transmissions */
};

struct answer_rate {
	uint64_t per_s;      /* moving average; 0: before the first sample, or nothing came */
	uint64_t most_per_s; /* of a sample, lately: fades by half in 5 s */
	uint64_t since_ns;
	struct sample sample, sample_before; /* the latest, and the one before it */
};

void answer_rate_init(struct answer_rate *r, uint64_t now_ns);
/* Once a turn. */
void answer_rate_turn(struct answer_rate *r, uint64_t now_ns);
/* There is no sample yet: takes what came until now for one. */
void answer_rate_guess(struct answer_rate *r, uint64_t now_ns);

/* More than one first transmission is overdue for eight answers. */
bool answer_rate_lags(const struct answer_rate *r);
/* Hardly anything is answered of what was lately. */
bool answer_rate_is_low(const struct answer_rate *r);

#endif
