/* throttle.c - our own limits, in the order in which they are checked and told. */
#include "resolver/throttle.h"

const char throttle_pause_text[] = "a pause after failures to end, to ask for ";
const char throttle_memory_text[] = "answers that take too much memory, to ask for ";

/* Abandoned questions count like those in flight once there are as many as we allow in flight: the
 * engine's memory stays bounded. */
const char *throttle_reason(const struct throttle *t, const struct engine *engine,
        uint64_t n_in_flight, bool is_urgent, uint64_t now_ns)
{
	const struct engine_type *type = engine->type;
	if (now_ns < t->pause_until_ns)
		return throttle_pause_text;
	if (n_in_flight >= t->max_in_flight)
		return "--in-flight to ask for ";
	if (n_in_flight + engine->n_abandoned >= 2 * (uint64_t)t->max_in_flight)
		return type->abandoned_text;
	if (type->has_room && !type->has_room(engine))
		return type->no_room_text;
	if (!is_urgent && !memory_budget_has_room(&t->memory, n_in_flight))
		return throttle_memory_text;
	return rate_room(&t->rate, 1) ? "" : "--qps to ask for ";
}

bool throttle_stops_clock(const char *reason, const struct engine *engine)
{
	const struct engine_type *type = engine->type;
	if (type->stands_still && type->stands_still(engine))
		return true;
	return *reason && !(type->stands_still && reason == type->no_room_text);
}
