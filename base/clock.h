/* clock.h - the clocks. `now_ns` is read once a turn of an event loop and handed down; state
 * machines never read a clock. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_NS_PER_MS 1000000ull
#define CLOCK_NS_PER_S 1000000000ull

/* Nanoseconds from an arbitrary start, suspended time included. Never steps. Any thread. */
uint64_t clock_now_ns(void);

/* Milliseconds since the Epoch, by the wall clock. Any thread. */
uint64_t clock_wall_ms(void);

/* Seconds since the Epoch as RFC 3339 in UTC, "2026-11-23T07:30:34Z"; gives the buffer back. After
 * the year 9999 it is that year's end. Pure, and quick: no time zone is looked at. */
#define CLOCK_UTC_BYTES 21
char *clock_utc_text(uint64_t s, char text[CLOCK_UTC_BYTES]);
/* The same form back. False: it is no such text, or a day that does not exist. */
bool clock_utc_parse(uint64_t *s, const char *text, size_t size);

/* CPU nanoseconds of this process, user and system. Any thread. */
uint64_t clock_cpu_ns(void);

/* A clock that stands still while its thread does not run: SIGSTOP, a suspended machine, a busy
 * processor. Deadlines count by it, since such a pause is no delay of a server. Each turn of the
 * loop counts at most CLOCK_TURN_MAX_NS. Starts zeroed; the first turn sets it to clock_now_ns().
 * Single thread. */
struct clock_running {
	uint64_t now_ns;
	uint64_t lost_ns; /* not counted, since the start */
	uint64_t read_ns; /* private: clock_now_ns() at the last turn */
};

/* Loops with such a clock sleep at most some 10 ms. */
#define CLOCK_TURN_MAX_NS (250 * CLOCK_NS_PER_MS)

/* A turn begins at `now_ns` of clock_now_ns(). Gives what was not counted of the last turn, nearly
 * always 0. */
uint64_t clock_running_turn(struct clock_running *clock, uint64_t now_ns);

#endif
