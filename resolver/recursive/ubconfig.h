/* ubconfig.h - (private to resolver/) our settings for libunbound, as the text of an unbound.conf.
 *
 * Text and not ub_ctx_set_option() calls, because a file can say everything (forward-no-cache and
 * "nodefault" have no option), it reads like what users know, and their own file, read after it,
 * overrides it in the same words. */
#ifndef RESOLVER_RECURSIVE_UBCONFIG_H
#define RESOLVER_RECURSIVE_UBCONFIG_H

#include "base/textbuf.h"
#include "resolver/resolver.h"

/* Answered at once and locally: asking for it makes libunbound finish its set-up without a query.
 */
#define UBCONFIG_READY_NAME "_ready.invalid."

/* Appends the text for this worker. Tries out which UDP ports are free, so what it says is good for
 * now and for this worker only.
 * */
void ubconfig_print(struct textbuf *out, const struct resolver_config *config);

#endif
