/* clock.c - clock_gettime() in plain integers; for these clocks it cannot fail. */
#include "base/clock.h"

#include <time.h>

static uint64_t clock_read_ns(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * CLOCK_NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t clock_now_ns(void)
{
	return clock_read_ns(CLOCK_BOOTTIME);
}

uint64_t clock_wall_ms(void)
{
	return clock_read_ns(CLOCK_REALTIME) / CLOCK_NS_PER_MS;
}

uint64_t clock_cpu_ns(void)
{
	return clock_read_ns(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t clock_running_turn(struct clock_running *clock, uint64_t now_ns)
{
	if (!clock->read_ns)
		clock->now_ns = clock->read_ns = now_ns;
	uint64_t took_ns = now_ns - clock->read_ns,
	         ran_ns = took_ns < CLOCK_TURN_MAX_NS ? took_ns : CLOCK_TURN_MAX_NS;
	clock->read_ns = now_ns;
	clock->now_ns += ran_ns;
	clock->lost_ns += took_ns - ran_ns;
	return took_ns - ran_ns;
}
