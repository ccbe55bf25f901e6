/* scripted.h - the engine that answers from a script (script.h), in virtual time: a scenario of
 * hours runs in milliseconds. For tests and benchmarks only: no library of the program links it. */
#ifndef RESOLVER_SCRIPTED_SCRIPTED_H
#define RESOLVER_SCRIPTED_SCRIPTED_H

#include "resolver/engine.h"

/* The configuration's `source` is a const struct script. It asks nobody and needs no loop. */
extern const struct engine_type scripted_engine;

#endif
