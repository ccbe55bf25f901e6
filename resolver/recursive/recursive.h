/* recursive.h - the engines made from libunbound. Both serve --dnssec, which only libunbound can.
 */
#ifndef RESOLVER_RECURSIVE_RECURSIVE_H
#define RESOLVER_RECURSIVE_RECURSIVE_H

#include "resolver/engine.h"

/* Recurses from the root, or does what --unbound-config says. */
extern const struct engine_type recursive_engine;

/* Forwards to the upstreams and validates what they answer. Users see it as "forward", like the
 * engine of our own that it stands in for. */
extern const struct engine_type recursive_forward_engine;

#endif
