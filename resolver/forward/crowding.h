/* crowding.h - (private to resolver/forward/) whether our own load at an upstream makes what is
 * lost there: many a server takes 250 datagrams at once, and drops the others.
 *
 * While more is overtaken (pipe.h) than usual, the window does not grow, and in the next frame of
 * time less is tried.
 *
 *     what came of it                             then
 *     a smaller share is overtaken                less is enough, or even less is tried
 *     anything else: silent names, a way that     the window is as before, and so much is usual for
 *     loses at random, a slow recursor            half a minute
 *
 * It takes a tenth of a second, where the loss of a question is known after its timeout. All
 * workers have the same frames, so those that ask the same upstream try less together: one alone
 * would learn nothing, since the others make up for it. Pure, time is an argument. One thread. */
#ifndef RESOLVER_FORWARD_CROWDING_H
#define RESOLVER_FORWARD_CROWDING_H

#include "resolver/forward/pipe.h"

#include <stdbool.h>

enum crowding_step {
	CROWDING_NOTHING,
	CROWDING_TRY,  /* less of the window */
	CROWDING_KEEP, /* that is enough */
	CROWDING_MORE, /* that helps, and is not enough */
	CROWDING_UNDO, /* the window as it was */
};

/* How long an answer takes. */
struct trip_times {
	uint64_t trip_ns;    /* the smoothed round trip */
	uint64_t late_ns;    /* longer than it usually takes */
	uint64_t timeout_ns; /* the retransmission timeout */
};

/* What was sent within some time. */
struct crowding_measure {
	uint64_t n_sent, n_overtaken, time_ns;
	unsigned most_under_way;
};

struct crowding {
	uint64_t from_ns;       /* what is sent from then on is measured */
	bool is_begun;          /* that was reached */
	struct pipe_sums begun; /* the pipe's then */
	uint64_t begun_slot;
	unsigned most_under_way;        /* since then */
	bool is_suspect;                /* more is overtaken than usual */
	uint64_t frame;                 /* the present one */
	uint64_t tried_ns;              /* since when less is tried; 0: it is not */
	struct crowding_measure before; /* the trial */
	unsigned usual_percent;         /* beyond what is usual anyway */
	uint64_t usual_to_ns;
};

/* So many transmissions are under way, since one more was sent. */
void crowding_sent(struct crowding *k, unsigned n_under_way);

/* Once a turn, after pipe_turn(). `now_ns` is the time of what is sent, and `common_ns` that of all
 * workers. */
enum crowding_step crowding_turn(struct crowding *k, const struct pipe *p,
        const struct trip_times *times, uint64_t now_ns, uint64_t common_ns);

/* How many were answered within `trip_ns` before the trial began. */
uint64_t crowding_answers(const struct crowding *k, uint64_t trip_ns);

/* What is sent from `from_ns` on is measured; a trial ends without a result. */
void crowding_begin(struct crowding *k, uint64_t from_ns);

#endif
