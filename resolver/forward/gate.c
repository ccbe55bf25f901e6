/* gate.c - the window of TCP: see gate.h for when it moves. */
#include "resolver/forward/gate.h"

#include <assert.h>

/* The first window is what 2 s bring of the longest answers at 50 Mbit/s; the least, at 4. */
enum { WINDOW_FIRST = 200, WINDOW_MIN = 16 };

static unsigned at_most(unsigned value, unsigned limit)
{
	return value < limit ? value : limit;
}

void gate_init(struct gate *g, unsigned window_max)
{
	*g = (struct gate){ .window = at_most(WINDOW_FIRST, window_max), .window_max = window_max };
}

void gate_enter(struct gate *g)
{
	g->n_out++;
}

void gate_leave(struct gate *g)
{
	assert(g->n_out > 0);
	g->n_out--;
}

void gate_answered(struct gate *g)
{
	if (++g->n_answered < g->window && g->has_shrunk)
		return;
	g->n_answered = 0;
	if (g->window < g->window_max)
		g->window++;
}

void gate_late(struct gate *g, uint64_t now_ns, uint64_t patience_ns)
{
	if (g->shrunk_ns && now_ns - g->shrunk_ns < patience_ns)
		return;
	g->shrunk_ns = now_ns;
	g->has_shrunk = true;
	unsigned least = at_most(WINDOW_MIN, g->window_max);
	g->window = g->window / 2 > least ? g->window / 2 : least;
}

void gate_broke(struct gate *g)
{
	g->has_shrunk = true;
	g->window = (g->window + 1) / 2;
}

void gate_silent(struct gate *g)
{
	g->window = g->window > g->window_max / 2 ? g->window_max : 2 * g->window;
}
