/* counters.c - the table of counters, and what is made of it. */
#include "resolver/counters.h"

#define AT(member) .offset = offsetof(struct resolver_counters, member), .n = 1
#define NAMED(member) .name = #member, AT(member)

/* docs/output.md says what the named ones count. */
static const struct resolver_counter table[] = {
	{ NAMED(questions) },
	{ NAMED(cache_hits) },
	{ NAMED(spared_by_nxdomain) },
	{ NAMED(joined) },
	{ NAMED(excluded) },
	{ NAMED(queries_sent) },
	{ NAMED(answers) },
	{ NAMED(failures) },
	{ NAMED(timeouts) },
	{ NAMED(retries) },
	{ NAMED(tcp_queries) },
	{ NAMED(stray_packets) },
	{ NAMED(bad_packets) },
	{ NAMED(busiest_second), .is_peak = true },
	{ NAMED(rate_waits) },
	{ NAMED(local_answers) },
	{ NAMED(cache_entries), .is_peak = true },
	{ NAMED(cache_bytes), .is_peak = true },
	{ NAMED(cache_evictions) },
	{ NAMED(replayed) },
	{ NAMED(not_recorded) },
	{ AT(replayed_answers) },
	{ AT(late_answers) },
	{ .offset = offsetof(struct resolver_counters, failed_as), .n = ANSWER_STATUS_COUNT },
	{ AT(in_flight), .is_peak = true },
	{ AT(queued), .is_peak = true },
};
enum {
	ROWS = sizeof table / sizeof table[0],
	COUNTERS = sizeof(struct resolver_counters) / sizeof(uint64_t)
};
_Static_assert((int)ROWS - 1 + (int)ANSWER_STATUS_COUNT == (int)COUNTERS, "a row for each member");

const struct resolver_counter *resolver_counter_at(unsigned i)
{
	return i < ROWS ? &table[i] : NULL;
}

void resolver_counters_add(struct resolver_counters *sum, const struct resolver_counters *counters)
{
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)counters;
	for (size_t i = 0; i < COUNTERS; i++)
		to[i] += from[i];
}

void resolver_counters_sum(struct resolver_counters *sum, const struct resolver_counters *counters)
{
	const struct resolver_counters before = *sum;
	resolver_counters_add(sum, counters);
	for (size_t i = 0; i < ROWS; i++) {
		if (!table[i].is_peak)
			continue;
		const uint64_t old = resolver_counter_value(&before, &table[i]),
		               new = resolver_counter_value(counters, &table[i]);
		*(uint64_t *)((char *)sum + table[i].offset) = old > new ? old : new;
	}
}
