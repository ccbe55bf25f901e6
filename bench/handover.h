/* handover.h - what it costs to hand items over a ring: within one thread, and between two that
 * sleep when they have nothing to do. */
#ifndef BENCH_HANDOVER_H
#define BENCH_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

/* `n` items; false when one was lost, or without memory, descriptors or threads. */
bool handover_alone(uint64_t n);
bool handover_between(uint64_t n);

#endif
