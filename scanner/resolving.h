/* resolving.h - the options' resolver: which engine, with which patience and share of the limits. */
#ifndef SCANNER_RESOLVING_H
#define SCANNER_RESOLVING_H

#include "base/loop.h"
#include "resolver/resolver.h"
#include "scanner/options.h"

/* The resolver of worker `index` of `n_workers`; NULL after telling the user why. */
struct resolver *resolving_new(const struct options *options, unsigned index, unsigned n_workers, struct loop *loop);

/* False after telling the user that the process may not open as many files as so many resolvers need. Call before anything else is opened. */
bool resolving_has_descriptors(const struct options *options, unsigned n_workers);

/* "recursive" or "forward". */
const char *resolving_engine_text(const struct options *options);

#endif
