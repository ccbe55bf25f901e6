/* worker_resolver.h - the resolver of one worker: the options as its configuration, with the
 * worker's share of the limits. */
#ifndef SCANNER_WORKER_RESOLVER_H
#define SCANNER_WORKER_RESOLVER_H

#include "base/loop.h"
#include "resolver/resolver.h"
#include "scanner/options.h"

/* The resolver of worker `index` of `n_workers`; NULL after telling the user why, and `*status` is
 * the exit status then: EXIT_USAGE, or EXIT_STOPPED when memory is missing. */
struct resolver *worker_resolver_new(const struct options *options, unsigned index,
        unsigned n_workers, struct loop *loop, int *status);

/* What the memo of a worker may take, of --cache; the rest is for answers. 0: there is no memo. Any
 * thread. */
size_t worker_memo_bytes(const struct options *options, unsigned n_workers);

#endif
