/* ubsetup.h - makes a context of libunbound that is ready to ask: our settings, the user's, the
 * trust anchor, and a first question that shows whether all of them are good. */
#ifndef RESOLVER_RECURSIVE_UBSETUP_H
#define RESOLVER_RECURSIVE_UBSETUP_H

#include "resolver/resolver.h"

struct ub_ctx;

/* On an error `why` (of `why_size` octets) gets one line for the user, and *ctx may still be a
 * context, which is the caller's to delete; NULL: there is none. *ready must live as long as the
 * context: true when the first question was answered. One thread at a time in the process, since
 * libunbound writes process-wide variables. */
enum error ubsetup(struct ub_ctx **ctx, bool *ready, const struct resolver_config *config,
        struct loop *loop, char *why, size_t why_size);

#endif
