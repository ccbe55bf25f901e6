/* anchortext.h - (private to resolver/recursive/) does a file of trust anchors hold one?
 *
 * libunbound reads the file itself, and refuses what is no record. But it takes a file without any
 * DS or DNSKEY record: then every answer is insecure, and nobody is told. Pure; any thread. */
#ifndef RESOLVER_RECURSIVE_ANCHORTEXT_H
#define RESOLVER_RECURSIVE_ANCHORTEXT_H

#include <stdbool.h>
#include <stddef.h>

/* True when the zone text (RFC 1035 section 5.1) has the word DS or DNSKEY, or their generic names
 * (RFC 3597), outside of comments and behind the first word of a line, an owner. `text` may be NULL
 * when `size` is 0. */
bool anchortext_has_any(const char *text, size_t size);

#endif
