/* gate.h - (private to resolver/) how many questions may be out by TCP at one upstream.
 *
 * Answers by TCP come one behind the other, up to 64 KiB each. Whoever asks for more of them than
 * can come in the time that a question is waited for, and then asks again, gets less and less. So
 * the window grows with what is answered, one by one at first and later one in a windowful, and
 * shrinks when an answer is late though others come, or the connection ends after some answers.
 * While nothing comes at all there is nothing that could be too much, and no reason to let anybody
 * wait: it opens. Pure, time is an argument. */
#ifndef RESOLVER_FORWARD_GATE_H
#define RESOLVER_FORWARD_GATE_H

#include <stdbool.h>
#include <stdint.h>

struct gate {
	unsigned n_out, window, window_max;
	unsigned n_answered; /* since the window grew */
	bool has_shrunk;
	uint64_t shrunk_ns;
};

/* `window_max` is at least 1. */
void gate_init(struct gate *g, unsigned window_max);

static inline bool gate_is_open(const struct gate *g)
{
	return g->n_out < g->window;
}

/* A question goes out; it is answered, or given up. */
void gate_enter(struct gate *g);
void gate_leave(struct gate *g);

void gate_answered(struct gate *g);
/* An answer is late, and others came; shrinks once in `patience_ns`. */
void gate_late(struct gate *g, uint64_t now_ns, uint64_t patience_ns);
/* The connection ended, or fell silent, after some answers: fewer at once are wanted, down to one
 * for each connection. */
void gate_broke(struct gate *g);
/* An answer is late, or the connection gone, and nothing came. */
void gate_silent(struct gate *g);

#endif
