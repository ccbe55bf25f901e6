/* ubcontext.h - a libunbound context for a bare loop, ready to be asked: with the engine's
 * settings, or with less of them. */
#ifndef BENCH_UBCONTEXT_H
#define BENCH_UBCONTEXT_H

#include "resolver/resolver.h"

#include <event2/event.h>
#include <unbound.h>

enum ubcontext_settings {
	UBCONTEXT_LIBRARY,         /* libunbound's own, but for the forwarder */
	UBCONTEXT_DEFAULT_SOCKETS, /* ours, without what they say about sockets */
	UBCONTEXT_TUNED,           /* ours */
};

/* `config` says whom it asks: its first upstream, or its unbound_config, which is read last. The
 * caller ends it with ub_ctx_delete(), before its event base. NULL when it cannot be had; then
 * `why` has some words. */
struct ub_ctx *ubcontext_new(struct event_base *base, enum ubcontext_settings settings,
        const struct resolver_config *config, char *why, size_t why_size);

#endif
