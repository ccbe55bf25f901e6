/* congestion.h - (private to resolver/forward/) how much one upstream may be asked: the congestion
 * window, in queries, and the pacing rate.
 *
 * The window is not TCP's. A scan over a line that loses 5 % at random must not collapse, but an
 * upstream that drops what is too much must be found out. So the window shrinks only when more is
 * lost than is tolerated, and in proportion. The share is that of a cohort: the queries sent within
 * 50 ms or more, judged when all of them could have been answered.
 *
 *     cohort                          window                       pacing rate
 *     too much was lost               shrinks by the share         little more than is answered
 *     even the quickest answer took   shrinks to what the          what is answered
 *     0.2 s longer than without load  round trip allows
 *     ... and is no quicker since     as before: it is no queue,   as before
 *                                     trips take so long now
 *     ... and it has hardly anything  as before: slow names        as before
 *     to do
 *     it was full, and all is well    grows, doubled at first      grows, if there is one
 *     ... but no more was answered    as before the growth, for
 *     than before the window grew     a second
 *
 * At first each answer that did not wait in a queue lets the window grow by one, too: it doubles
 * with every round trip, while a cohort takes several. Not while more than one first transmission
 * is overdue for eight answers: too much is asked, perhaps, and only the cohort will tell.
 *
 * While much is overtaken (pipe.h) it does not grow, and less is tried (crowding.h).
 *
 * What is tolerated: tolerance.h. Where that is found to be much, there is no pace until even more
 * is lost.
 *
 * Losses are votes (loss.h). Pure, time is an argument. One thread. */
#ifndef RESOLVER_FORWARD_CONGESTION_H
#define RESOLVER_FORWARD_CONGESTION_H

#include "resolver/forward/answer_rate.h"
#include "resolver/forward/crowding.h"
#include "resolver/forward/loss.h"
#include "resolver/forward/pacing.h"
#include "resolver/forward/pipe.h"
#include "resolver/forward/tolerance.h"

struct cohort {
	uint64_t begin_ns, end_ns; /* end 0: it is being sent */
	unsigned n_sent, n_answered;
	struct votes votes;
	uint64_t trip_min_ns;  /* UINT64_MAX: not known */
	unsigned n_below_base; /* answers that came sooner than congestion.trip_base_ns */
	unsigned n_quick;      /* answers that did not wait in a queue */
	bool was_full;         /* the window, while it was sent */
	bool was_paced;        /* the pace was used up meanwhile */
};

/* Less is asked because all answers take long. If that makes them no quicker, they did not wait for
 * each other: a recursor with an empty cache asks far servers for every name, or the way itself has
 * become longer. Then all is as it was before, and a trip may take so long. */
struct queue_trial {
	uint64_t cut_ns;   /* since when less is asked; 0: there is no trial */
	uint64_t from_ns;  /* what waited then is answered: queries sent from then on tell */
	uint64_t found_ns; /* the trip by which it seemed a queue */
	/* the quickest answer to what was sent just before the cut; while these are few, found_ns
	 * stands for it */
	uint64_t before_min_ns;
	uint64_t after_min_ns;
	unsigned n_before, n_after;
	/* as they were before it */
	unsigned window;
	bool starting;
	uint64_t pace_per_s, capacity_per_s, answers_per_s;
};

/* Of all workers together: a server with the usual buffer takes no more at once. */
enum { CONGESTION_WINDOW_FIRST = 256 };

struct congestion_limits {
	unsigned window_max;     /* the window never grows over this; at least 1 */
	unsigned window_first;   /* 0: CONGESTION_WINDOW_FIRST */
	unsigned pace_min_per_s; /* the least pace, however little it answers; at least 1 */
};

struct congestion {
	struct congestion_limits limits;
	/* window */
	unsigned in_flight;  /* first transmissions */
	unsigned n_repeated; /* retransmissions in flight: most likely for silent names */
	struct pipe pipe;
	unsigned window;
	struct crowding crowding;
	uint64_t common_ns;     /* the clock of all workers; 0: now */
	unsigned window_before; /* the window before less was tried */
	uint64_t crowded_to_ns; /* less was enough: until then retransmissions need the window, too
	                         */
	uint64_t asked_ns;      /* when the latest question was sent */
	/* nothing was sent for long because the window is full: perhaps all of it is lost, and only
	 * an answer to a later one would tell (RFC 8985, tail loss probe) */
	bool asks_once_more;
	bool starting; /* slow start: it has not lost much yet, the window doubles */
	/* the latest growth, which must have brought more answers; 0: it has */
	unsigned grown_from;
	uint64_t rate_before, grows_from_ns; /* not before that */
	struct cohort cohort;
	bool is_first;         /* the cohort: every answer may tell the trip without a queue */
	uint64_t trip_base_ns; /* the round trip without a queue; UINT64_MAX: not known */
	/* the queue at the upstream that our own load makes: by how much the quickest of the latest
	 * answers took longer than a trip without it; 0: none to speak of */
	uint64_t queue_ns, latest_min_ns;
	uint64_t latest_trip_ns;          /* of the latest answer with a vote */
	uint64_t queue_was_ns, queued_ns; /* the latest one, and when it was found */
	unsigned n_latest;
	uint64_t quick_sent_ns; /* the latest query that was answered without a queue */
	struct queue_trial queue_trial;
	struct tolerance tolerance; /* of losses */
	/* pace */
	struct pacing pace;
	unsigned growth_percent; /* of the next cohort without losses */
	uint64_t capacity_per_s; /* what was answered when too much was lost; 0: never */
	struct answer_rate answers;
};

/* What is in flight without what is most likely lost: of first transmissions, of retransmissions.
 * But never more than twice the window is in flight, or a limit would be met by ever more queries.
 */
unsigned congestion_new(const struct congestion *c);
unsigned congestion_repeated(const struct congestion *c);

void congestion_init(struct congestion *c, const struct congestion_limits *limits, uint64_t now_ns);

/* Once a turn, before anything is sent: ends and judges the cohort. `lately` is what the way loses.
 */
void congestion_turn(struct congestion *c, const struct trip_times *times,
        const struct votes *lately, uint64_t now_ns);

/* A query leaves; it is answered in time, or no longer waited for. `is_new`: the first transmission
 * of a question. */
void congestion_sent(struct congestion *c, bool is_new, uint64_t now_ns);
void congestion_left(struct congestion *c, bool is_new, uint64_t sent_ns);
/* It was not answered in time, and is no longer waited for. */
void congestion_overdue(struct congestion *c, bool is_new, uint64_t sent_ns);

/* A query of `sent_ns` was answered, in time or late. `votes`: see loss.h. */
void congestion_answered(struct congestion *c, uint64_t sent_ns, uint64_t trip_ns, bool votes);
/* A vote: see loss.h. */
void congestion_vote(struct congestion *c, uint64_t sent_ns, bool was_lost);

/* The upstream was away for long: slow start again, with the pace as it was. */
void congestion_restart(struct congestion *c, uint64_t now_ns);

#endif
