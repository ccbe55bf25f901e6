/* pipe.h - (private to resolver/forward/) which of an upstream's first transmissions are most
 * likely lost, long before their retransmission timeout: later ones were answered, by more than
 * what an answer takes (after RFC 8985, RACK). What is in flight without them is the pipe of RFC
 * 6675.
 *
 * Only what is overtaken counts, so an upstream that stands still loses nothing by this. A slow
 * name may be overtaken, too: it is a count, no query is sent again for it. Time is in slots of a
 * millisecond; what was sent half a second ago is no longer looked at.
 *
 * Pure, time is an argument. One thread. */
#ifndef RESOLVER_FORWARD_PIPE_H
#define RESOLVER_FORWARD_PIPE_H

#include <stdbool.h>
#include <stdint.h>

enum { PIPE_SLOTS = 512 };
#define PIPE_SLOT_NS 1000000ull

/* Those that were sent within one millisecond. */
struct pipe_slot {
	uint64_t number;            /* of its millisecond */
	unsigned n_sent;            /* first transmissions */
	unsigned n_new, n_repeated; /* that are open: first transmissions, retransmissions */
	bool is_judged;
};

/* Of first transmissions. */
struct pipe_sums {
	uint64_t n_sent, n_overtaken;
};

/* Zeroed: nothing was sent. */
struct pipe {
	struct pipe_slot slots[PIPE_SLOTS];
	uint64_t newest;   /* the latest slot in which something was sent */
	uint64_t judged;   /* slots before this one are judged, or too old */
	uint64_t heard_ns; /* the latest that was answered was sent then */
	/* of what is in flight: most likely lost */
	unsigned n_new_overtaken, n_repeated_overtaken;
	struct pipe_sums judge; /* of all judged slots, as each was when it was judged */
};

/* A query leaves; `is_new`: the first transmission of a question. `now_ns` never goes back. */
void pipe_sent(struct pipe *p, bool is_new, uint64_t now_ns);
/* One of `sent_ns` was answered. */
void pipe_heard(struct pipe *p, uint64_t sent_ns);
/* One of `sent_ns` is no longer waited for: it was answered, or is overdue. */
void pipe_left(struct pipe *p, bool is_new, uint64_t sent_ns);
/* Once a turn. `late_ns`: longer than an answer usually takes. */
void pipe_turn(struct pipe *p, uint64_t late_ns);

#endif
