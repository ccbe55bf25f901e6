/* edns.c - what upstreams show of it. */
#include "resolver/forward/edns.h"

enum { RCODE_FORMERR = 1, RCODE_NOTIMP = 4 };
/* After so many tries without an answer, an upstream that has not shown EDNS is asked without it.
 * After so many answers to those it is always asked without. */
enum { TRIES_BEFORE_PLAIN = 2, PLAIN_ANSWERS_PROVE = 3 };

static bool is_of_old_server(unsigned rcode)
{
	return rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP;
}

bool edns_asks_plain(const struct edns *edns, unsigned n_tries)
{
	return edns->state == EDNS_REFUSED ||
	        (edns->state == EDNS_UNKNOWN && n_tries >= TRIES_BEFORE_PLAIN && n_tries % 2 == 0);
}

void edns_note(struct edns *edns, bool was_plain, unsigned rcode)
{
	if (is_of_old_server(rcode) || edns->state != EDNS_UNKNOWN)
		return;
	if (!was_plain)
		edns->state = EDNS_WORKS;
	else if (++edns->n_plain_answers >= PLAIN_ANSWERS_PROVE)
		edns->state = EDNS_REFUSED;
}

bool edns_wants_plain(const struct edns *edns, unsigned rcode, bool is_passed_on)
{
	return is_of_old_server(rcode) &&
	        (edns->state != EDNS_WORKS || (rcode == RCODE_FORMERR && is_passed_on));
}
