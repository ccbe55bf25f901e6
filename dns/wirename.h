/* wirename.h - names in a DNS message, compressed or not (RFC 1035 section 4.1.4): read, or passed
 * over. Any octets may come: a reader stays within its bounds, and a compression pointer must lead
 * before the part of the name that it stands in, so there is no loop. Pure. */
#ifndef DNS_WIRENAME_H
#define DNS_WIRENAME_H

#include "base/reader.h"
#include "dns/dname.h"

/* Reads a name, uncompressed and in lower case; the reader then stands behind it. `r->start` is the
 * message's first octet, from which pointers count. False: r->failed. */
bool wirename_read(struct reader *r, struct dname *name);

/* Passes over a name. What a pointer leads to is not looked at. */
void wirename_skip(struct reader *r);

#endif
