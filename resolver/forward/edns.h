/* edns.h - (private to resolver/forward/) whether an upstream understands EDNS (RFC 6891), and so
 * whether a query has an OPT record.
 *
 *     UNKNOWN   with OPT; from the third transmission of a question on every second one without
 *     WORKS     with OPT; without it after a server behind the upstream said FORMERR
 *     REFUSED   without
 *
 * Pure. One thread. */
#ifndef RESOLVER_FORWARD_EDNS_H
#define RESOLVER_FORWARD_EDNS_H

#include <stdbool.h>

enum edns_state { EDNS_UNKNOWN, EDNS_WORKS, EDNS_REFUSED };

/* Of one upstream; zeroed: unknown. */
struct edns {
	enum edns_state state;
	unsigned n_plain_answers; /* to queries without OPT, while none with it was answered */
};

/* True when the `n_tries`-th retransmission of a question goes without OPT; 0: the first
 * transmission, and each by TCP, of which none is lost. */
bool edns_asks_plain(const struct edns *edns, unsigned n_tries);

/* It answered a query with `rcode`. `was_plain`: the query had no OPT. */
void edns_note(struct edns *edns, bool was_plain, unsigned rcode);

/* True when the answer to a query with OPT says that the question must be asked without. An
 * upstream that understands EDNS passes FORMERR on from a server that does not, without OPT (RFC
 * 6891 section 7): that says something of this question only. `is_passed_on`: the answer has no
 * OPT, and the question was not asked without it yet. */
bool edns_wants_plain(const struct edns *edns, unsigned rcode, bool is_passed_on);

#endif
