/* tcp_window.c - the table in tcp_window.h. */
#include "resolver/forward/tcp_window.h"

#include <assert.h>

/* The first window is what comes of the longest answers within 2 s at 50 Mbit/s; the least, at
 * 4 Mbit/s. */
enum { SIZE_FIRST = 200, SIZE_MIN = 16 };

static unsigned at_most(unsigned value, unsigned limit)
{
	return value < limit ? value : limit;
}

void tcp_window_init(struct tcp_window *w, unsigned size_max)
{
	*w = (struct tcp_window){ .size = at_most(SIZE_FIRST, size_max), .size_max = size_max };
}

void tcp_window_enter(struct tcp_window *w)
{
	w->in_flight++;
}

void tcp_window_leave(struct tcp_window *w)
{
	assert(w->in_flight > 0);
	w->in_flight--;
}

void tcp_window_answered(struct tcp_window *w)
{
	if (++w->n_answered < w->size && w->has_shrunk)
		return;
	w->n_answered = 0;
	if (w->size < w->size_max)
		w->size++;
}

void tcp_window_late(struct tcp_window *w, uint64_t now_ns, uint64_t timeout_ns)
{
	if (w->shrunk_ns && now_ns - w->shrunk_ns < timeout_ns)
		return;
	w->shrunk_ns = now_ns;
	w->has_shrunk = true;
	unsigned least = at_most(SIZE_MIN, w->size_max);
	w->size = w->size / 2 > least ? w->size / 2 : least;
}

void tcp_window_broke(struct tcp_window *w)
{
	w->has_shrunk = true;
	w->size = (w->size + 1) / 2;
}

void tcp_window_silent(struct tcp_window *w)
{
	w->size = w->size > w->size_max / 2 ? w->size_max : 2 * w->size;
}
