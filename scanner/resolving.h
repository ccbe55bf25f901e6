/* resolving.h - the options' resolver: which engine, with which patience and share of the limits.
 */
#ifndef SCANNER_RESOLVING_H
#define SCANNER_RESOLVING_H

#include "base/loop.h"
#include "resolver/engines.h"
#include "resolver/resolver.h"
#include "scanner/options.h"

/* The resolver of worker `index` of `n_workers`; NULL after telling the user why, and `*status` is
 * the exit status then: EXIT_USAGE, or EXIT_STOPPED when memory is missing. */
struct resolver *resolving_new(const struct options *options, unsigned index, unsigned n_workers,
        struct loop *loop, int *status);

/* "recursive" or "forward". */
const char *resolving_engine_text(const struct options *options);

#endif
