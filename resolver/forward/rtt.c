/* rtt.c - RFC 6298 section 2. */
#include "resolver/forward/rtt.h"

#include "base/clock.h"

/* Most answers come within microseconds; those that must be looked for take seconds. A shorter
 * timeout would only double the work. */
#define TIMEOUT_MIN_NS (300 * CLOCK_NS_PER_MS)
#define TIMEOUT_FIRST_NS (500 * CLOCK_NS_PER_MS)

/* Answers that take longer raise it, all others lower it, so that one of 20 takes longer. */
enum { USUAL_STEP_PART = 256, USUAL_OF = 20 };
/* Twice the usual is late, but nothing that our own turns make. */
#define LATE_MIN_NS (4 * CLOCK_NS_PER_MS)

static void usual_note(struct rtt *r, uint64_t trip_ns)
{
	uint64_t step_ns = r->usual_ns / USUAL_STEP_PART + 1;
	if (trip_ns > r->usual_ns)
		r->usual_ns += (USUAL_OF - 1) * step_ns;
	else if (r->usual_ns > step_ns)
		r->usual_ns -= step_ns;
}

void rtt_note(struct rtt *r, uint64_t trip_ns)
{
	trip_ns = trip_ns ? trip_ns : 1;
	if (!r->srtt_ns) {
		*r = (struct rtt){
			.srtt_ns = trip_ns, .rttvar_ns = trip_ns / 2, .usual_ns = trip_ns
		};
		return;
	}
	usual_note(r, trip_ns);
	uint64_t off_ns = trip_ns > r->srtt_ns ? trip_ns - r->srtt_ns : r->srtt_ns - trip_ns;
	r->rttvar_ns += off_ns / 4 - r->rttvar_ns / 4;
	r->srtt_ns += trip_ns / 8 - r->srtt_ns / 8;
	r->srtt_ns = r->srtt_ns ? r->srtt_ns : 1;
}

static uint64_t at_most(uint64_t value, uint64_t limit)
{
	return value < limit ? value : limit;
}

uint64_t rtt_late_ns(const struct rtt *r)
{
	return 2 * r->usual_ns > LATE_MIN_NS ? 2 * r->usual_ns : LATE_MIN_NS;
}

uint64_t rtt_timeout_ns(const struct rtt *r, unsigned n_doublings, uint64_t most_ns)
{
	uint64_t first_ns = r->srtt_ns ? r->srtt_ns + 4 * r->rttvar_ns : TIMEOUT_FIRST_NS;
	first_ns = at_most(first_ns > TIMEOUT_MIN_NS ? first_ns : TIMEOUT_MIN_NS, most_ns);
	uint64_t doubled_max_ns = first_ns > most_ns / 2 ? first_ns : most_ns / 2;
	uint64_t timeout_ns = first_ns;
	for (; n_doublings && timeout_ns < doubled_max_ns; n_doublings--)
		timeout_ns *= 2;
	return at_most(timeout_ns, doubled_max_ns);
}
