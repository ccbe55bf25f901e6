/* tcp_window.h - (private to resolver/forward/) how many queries may be in flight by TCP at one
 * upstream.
 *
 * Answers by TCP come one behind the other, up to 64 KiB each. Whoever asks for more of them than
 * can come within the timeout, and then asks again, gets less and less. So the window moves:
 *
 *     it was answered                      it grows by one: for every answer until it first shrank,
 *                                          later for every windowful of answers
 *     an answer is late, others came       it halves, down to 16, once within a timeout
 *     the connection ended after answers   it halves, down to 1
 *     nothing came at all                  it doubles: what is not answered cannot be too much
 *
 * Pure, time is an argument. One thread. */
#ifndef RESOLVER_FORWARD_TCP_WINDOW_H
#define RESOLVER_FORWARD_TCP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

struct tcp_window {
	unsigned in_flight, size, size_max;
	unsigned n_answered; /* since it grew */
	bool has_shrunk;
	uint64_t shrunk_ns; /* 0: never, because an answer was late */
};

/* `size_max` is at least 1. */
void tcp_window_init(struct tcp_window *w, unsigned size_max);

static inline bool tcp_window_is_open(const struct tcp_window *w)
{
	return w->in_flight < w->size;
}

/* A query is sent; it is answered or given up. */
void tcp_window_enter(struct tcp_window *w);
void tcp_window_leave(struct tcp_window *w);

/* The four events of the table above, in its order. */
void tcp_window_answered(struct tcp_window *w);
void tcp_window_late(struct tcp_window *w, uint64_t now_ns, uint64_t timeout_ns);
void tcp_window_broke(struct tcp_window *w);
void tcp_window_silent(struct tcp_window *w);

#endif
