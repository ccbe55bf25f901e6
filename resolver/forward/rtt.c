/* rtt.c - RFC 6298 section 2. */
#include "resolver/forward/rtt.h"

#include "base/clock.h"

/* Most answers come within microseconds; those that must be looked for take seconds. A shorter
 * timeout would only double the work. */
#define TIMEOUT_MIN_NS (300 * CLOCK_NS_PER_MS)
#define TIMEOUT_FIRST_NS (500 * CLOCK_NS_PER_MS)

void rtt_note(struct rtt *r, uint64_t trip_ns)
{
	trip_ns = trip_ns ? trip_ns : 1;
	if (!r->srtt_ns) {
		*r = (struct rtt){ .srtt_ns = trip_ns, .rttvar_ns = trip_ns / 2 };
		return;
	}
	uint64_t off_ns = trip_ns > r->srtt_ns ? trip_ns - r->srtt_ns : r->srtt_ns - trip_ns;
	r->rttvar_ns += off_ns / 4 - r->rttvar_ns / 4;
	r->srtt_ns += trip_ns / 8 - r->srtt_ns / 8;
	r->srtt_ns = r->srtt_ns ? r->srtt_ns : 1;
}

uint64_t rtt_timeout_ns(const struct rtt *r, unsigned n_doublings, uint64_t most_ns)
{
	uint64_t timeout_ns = r->srtt_ns ? r->srtt_ns + 4 * r->rttvar_ns : TIMEOUT_FIRST_NS;
	timeout_ns = timeout_ns > TIMEOUT_MIN_NS ? timeout_ns : TIMEOUT_MIN_NS;
	for (; n_doublings && timeout_ns < most_ns; n_doublings--)
		timeout_ns *= 2;
	return timeout_ns < most_ns ? timeout_ns : most_ns;
}
