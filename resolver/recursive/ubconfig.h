/* ubconfig.h - (private to resolver/recursive/) our settings for libunbound, as the text of an
 * unbound.conf.
 *
 * Text and not calls of ub_ctx_set_option(), for three reasons: forward-no-cache and "nodefault"
 * have no option; users know the format; and their own file is read after it and overrides it. */
#ifndef RESOLVER_RECURSIVE_UBCONFIG_H
#define RESOLVER_RECURSIVE_UBCONFIG_H

#include "base/textbuf.h"
#include "resolver/resolver.h"

/* A name that is answered locally and at once: asking for it makes libunbound finish its set-up
 * without a query. */
#define UBCONFIG_READY_NAME "_ready.invalid."

/* Appends the text for this worker: with upstreams it forwards to them, otherwise it recurses. It
 * tries out which UDP ports are free, so the text is of use only now and for this worker. */
void ubconfig_print(struct textbuf *out, const struct resolver_config *config);

#endif
