/* idna.h - domain names as people write them: U-labels into A-labels (IDNA 2008, RFC 5890), all
 * else as it stands. By libidn2, which no other file sees. Pure; any thread. */
#ifndef DNS_IDNA_H
#define DNS_IDNA_H

#include "dns/dname.h"
#include "base/textbuf.h"

/* As dname_parse(), but text with octets over 127 is converted first. ERROR_IDN: it is no UTF-8, or
 * IDNA does not allow it. The text with A-labels is appended to `ascii`, unless that is NULL. */
enum error idna_parse(struct dname *name, const char *text, size_t size, struct textbuf *ascii);

/* No octet over 127: the text is its own A-label text. */
bool idna_is_ascii(const char *text, size_t size);

enum { IDNA_REASON_BYTES = 96 };
/* Why idna_parse() gave ERROR_IDN for this text: with the character that is not allowed, if it is
 * one. Into the buffer, which is given back. */
const char *idna_reason(char reason[IDNA_REASON_BYTES], const char *text, size_t size);

/* The version of libidn2 that is loaded. Lives for ever. */
const char *idna_library_version(void);

#endif
