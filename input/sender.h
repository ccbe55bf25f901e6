/* sender.h - the two parts of a sender, and why a text is none. Pure; any thread. */
#ifndef INPUT_SENDER_H
#define INPUT_SENDER_H

#include "input/look.h"

/* Behind the last @ of a cleaned sender, or all of it: "user@example.com", "@example.com",
 * "example.com". */
struct csv_field sender_domain(struct csv_field sender);

/* Why a cleaned sender is no address, apart from its domain: a display name or text around it,
 * several addresses, an octet that only a quoted local-part may hold (RFC 5321 section 4.1.2). A
 * blank is legal in logs. NULL: nothing is to be said. The text may be `why`. */
const char *sender_objection(char why[LOOK_REASON_BYTES], struct csv_field sender);

#endif
