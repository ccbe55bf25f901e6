/* entropy.h - random numbers that nobody can guess, many for one system call: query ids, source
 * ports, 0x20 bits.
 *
 * A pool belongs to one thread. A zeroed pool may be used. */
#ifndef BASE_ENTROPY_H
#define BASE_ENTROPY_H

#include <stdint.h>

struct entropy {
	uint64_t words[128];
	unsigned left; /* words not given out yet */
	uint64_t current;
	unsigned current_bits;
};

/* From getrandom(2). Ends the program when the kernel has none, which does not happen once a
 * machine is up. */
uint64_t entropy_u64(struct entropy *e);
uint16_t entropy_u16(struct entropy *e);

#endif
