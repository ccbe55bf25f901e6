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

/* Says what the input at hand came to, in one word. A seed's name begins with the word that it must
 * reach, as "refused--other-options": replay.c compares, so a seed cannot go dead in silence. */
__attribute__((weak)) void fuzz_outcome(const char *word); /* replay.c's; the fuzzer has none */

static inline void tell_outcome(const char *word)
{
	if (fuzz_outcome)
		fuzz_outcome(word);
}

#endif
