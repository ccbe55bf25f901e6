/* target.h - what every fuzz target begins with: the function that it is, and how it says that a
 * promise was broken. */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts when it does not hold: the stack says which promise it was. */
static inline void require(bool holds)
{
	if (!holds)
		abort();
}

#endif
