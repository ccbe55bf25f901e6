/* forward.h - the engine of our own: it asks the upstreams by UDP, many datagrams a system call,
 * and by TCP when an answer was truncated. It does not validate. README.md tells how its parts fit.
 */
#ifndef RESOLVER_FORWARD_FORWARD_H
#define RESOLVER_FORWARD_FORWARD_H

#include "resolver/engine.h"

extern const struct engine_type forward_engine;

#endif
