/* idna.h - domain names as people write them: UTF-8 labels into A-labels (IDNA 2008, RFC 5890), the
 * rest as it stands. libidn2, seen by no other file. */
#ifndef DNS_IDNA_H
#define DNS_IDNA_H

#include "dns/dname.h"
#include "base/textbuf.h"

/* Like dname_parse(), but converts text with octets over 127 first. ERROR_IDN when it is no UTF-8
 * or not allowed by IDNA. If `ascii` is not NULL the text in A-label form is appended to it
 * (unchanged text too). Any thread. */
enum error idna_parse(struct dname *name, const char *text, size_t size, struct textbuf *ascii);

/* The version of libidn2 that is loaded. Any thread. */
const char *idna_library_version(void);

#endif
