/* privacy.h - whether the local-parts of an input's senders may be sent to the DNS.
 *
 * `%{l}` in a record sends the local-part to the servers of whoever published it. Mail logs name
 * people, so what comes out of one is not sent unless the user says so:
 *
 *     a column spf_then           the rows are of `scan --log` or of `extract`
 *     sender_domain as sender     the local-part was left out: it is never known
 *     sender_hashed as sender     a hash stands for it: it is never sent
 *
 * Pure. */
#ifndef INPUT_PRIVACY_H
#define INPUT_PRIVACY_H

#include "input/layout.h"

/* Sets hides_local_parts and lacks_local_parts of a layout, from the names of its columns. */
void privacy_decide(struct layout *layout, bool send_local_parts);

#endif
