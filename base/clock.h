/* clock.h - the clocks. Machines that wait never read them: `now_ns` is read once a turn and handed
 * down. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_NS_PER_MS 1000000ull
#define CLOCK_NS_PER_S 1000000000ull

/* Nanoseconds from an arbitrary start, those of a suspended machine included; never steps, neither
 * back nor with the wall clock. Any thread. */
uint64_t clock_now_ns(void);

/* Seconds and milliseconds since the Epoch, by the wall clock. Any thread. */
uint64_t clock_wall_ms(void);

/* CPU nanoseconds this process has used, user and system. Any thread. */
uint64_t clock_cpu_ns(void);

/* The time that a thread lived: the sum of its turns, of which each counts CLOCK_TURN_MAX_NS at the
 * most. A turn that took longer was one in which the thread did not run (SIGSTOP, a suspended
 * machine, a processor that was given to others): that time is nobody's delay, so no deadline may
 * count it. Starts all zero; lived time begins where the first turn finds the clock. */
struct clock_lived {
	uint64_t now_ns;
	uint64_t lost_ns; /* since the start */
	uint64_t read_ns; /* private: the clock at the last turn */
};

/* The loops that live by it never sleep longer than some 10 ms. */
#define CLOCK_TURN_MAX_NS (250 * CLOCK_NS_PER_MS)

/* A turn begins, at `now_ns` by clock_now_ns(). Gives how much of the last one was not lived: 0
 * nearly always. */
uint64_t clock_lived_turn(struct clock_lived *clock, uint64_t now_ns);

#endif
