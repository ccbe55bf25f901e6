/* engines.h - the table of the engines that the program may choose, and the one place where the
 * choice is made.
 *
 * A new engine is its folder, a row in engines.c, its library in resolver/CMakeLists.txt, and
 * tests. Read only; any thread. */
#ifndef RESOLVER_ENGINES_H
#define RESOLVER_ENGINES_H

#include "resolver/engine.h"

/* The first engine of the table that serves a set of wishes (enum engine_wish), and all of them.
 * NULL: none does, since some of them exclude each other. */
const struct engine_type *engines_choose(unsigned wishes);

/* The version of a library that an engine is made from; NULL: no engine is. */
const char *engines_library_version(const char *library);

#endif
