/* clock.h - the two clocks. Machines that wait never read them: `now_ns` is read once a turn and handed down. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_NS_PER_MS 1000000ull
#define CLOCK_NS_PER_S 1000000000ull

/* Monotonic nanoseconds from an arbitrary start; never steps back. Any thread. */
uint64_t clock_now_ns(void);

/* Seconds and milliseconds since the Epoch, by the wall clock. Any thread. */
uint64_t clock_wall_ms(void);

/* CPU nanoseconds this process has used, user and system. Any thread. */
uint64_t clock_cpu_ns(void);

#endif
