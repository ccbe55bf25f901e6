/* worlds.h - an engine whose answers are drawn by chance, for tests of whole rows.
 *
 *     a world     records with networks that touch, overlap and nest, a, mx, ptr, exists, include,
 *                 redirect, exp, and macros of every letter; some names fail
 *     its time    answers have TTLs of 0, 1, 2 and more seconds, and many change meanwhile;
 *                 names without records come and go
 *
 * The answer to a question hangs on the seed of the world, the name, the type and the time, and on
 * nothing else: two resolvers that ask at the same time get the same. */
#ifndef TESTS_SCANNER_WORLDS_H
#define TESTS_SCANNER_WORLDS_H

#include "resolver/engine.h"

#include <stdint.h>

/* d0.t to d8.t. */
enum { WORLDS_DOMAINS = 9 };

/* The configuration's `source` is the seed, a const uint64_t. It asks nobody and needs no loop. */
extern const struct engine_type worlds_engine;

/* Another number, by chance. */
uint64_t worlds_mix(uint64_t x);
/* A number under n; the state goes on. */
unsigned worlds_draw(uint64_t *state, unsigned n);

#define WORLDS_ONE_OF(state, list) (list)[worlds_draw(state, sizeof(list) / sizeof((list)[0]))]

#endif
