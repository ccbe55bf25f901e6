/* genericname.h - whether a name of the reverse DNS was generated from the address: such a name
 * says that somebody has the address, not who. Pure; any thread.
 *
 * A name is generic when it holds the whole address, and only then: words like "dyn" or "pool" are
 * a guess. The rule is docs/output.md's, "ptr_generic". */
#ifndef CHECKS_GENERICNAME_H
#define CHECKS_GENERICNAME_H

#include "dns/dname.h"
#include "dns/ipaddr.h"

#include <stdbool.h>

/* `ip` has a family. */
bool genericname_holds(const struct dname *name, const struct ipaddr *ip);

#endif
