/* target.h - the target-name of a domain-spec without a check: for what looks at a policy and has
 * neither a client nor a sender.
 *
 * A domain-spec whose macros are all %{d} says the same for every client (RFC 7208 section 7.2).
 * Any other depends on who sends, and no target-name is guessed for it. Pure; any thread. */
#ifndef SPF_TARGET_H
#define SPF_TARGET_H

#include "spf/record.h"

enum spf_target {
	SPF_TARGET_NAME,
	SPF_TARGET_BAD,     /* the expansion is no domain name */
	SPF_TARGET_DEPENDS, /* on the client or the sender */
};

/* Of a domain-spec in the record of <domain>. */
enum spf_target spf_target_of(
        struct dname *target, const struct macro_string *m, const struct dname *domain);

#endif
