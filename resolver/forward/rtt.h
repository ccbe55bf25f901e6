/* rtt.h - (private to resolver/forward/) the round trip to one upstream, and the retransmission
 * timeout that follows from it (RFC 6298 section 2). Pure, one thread. */
#ifndef RESOLVER_FORWARD_RTT_H
#define RESOLVER_FORWARD_RTT_H

#include <stdint.h>

/* Zeroed: not measured yet. */
struct rtt {
	uint64_t srtt_ns, rttvar_ns; /* smoothed round trip, and how much it varies */
	uint64_t usual_ns;           /* 19 of 20 answers take no longer */
};

/* A query was answered after `trip_ns`. Every transmission has an id of its own, so none is
 * ambiguous (RFC 6298 section 3). */
void rtt_note(struct rtt *r, uint64_t trip_ns);

/* An answer that takes longer is late. Where some answers are at hand and others far away, the
 * smoothed round trip is that of neither, so it says nothing of this. */
uint64_t rtt_late_ns(const struct rtt *r);

/* How long to wait for an answer before the next transmission: doubled `n_doublings` times, but not
 * beyond half of `most_ns`, so that a name that loses most queries has many of them within its
 * question's time. At least 300 ms, 500 ms before anything was measured; at most `most_ns`, which
 * wins. */
uint64_t rtt_timeout_ns(const struct rtt *r, unsigned n_doublings, uint64_t most_ns);

#endif
