/* silent_names.h - (private to resolver/forward/) names that did not answer once: they, and names
 * below them, have no further vote on what the way loses (loss.h).
 *
 * A table of fingerprints of fixed size, in which new names take the places of old ones. Pure; one
 * thread. */
#ifndef RESOLVER_FORWARD_SILENT_NAMES_H
#define RESOLVER_FORWARD_SILENT_NAMES_H

#include "dns/dname.h"

enum { SILENT_NAMES_SLOTS = 8192 };

/* Zeroed: none. */
struct silent_names {
	bool any;
	uint32_t fingerprints[SILENT_NAMES_SLOTS]; /* 0: none */
};

/* `name` is in lower case. */
void silent_names_note(struct silent_names *s, const struct dname *name);
/* True when the name was noted, or one above it of two labels or more. */
bool silent_names_has(const struct silent_names *s, const struct dname *name);

#endif
