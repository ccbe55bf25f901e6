/* question_match.h - (private to resolver/forward/) whether a packet answers the question that was
 * sent: RFC 5452 section 9.1. The socket, the upstream's address and the id are compared elsewhere.
 *
 * With 0x20 (draft-vixie-dnsext-dns0x20-00) the letters of the name are sent in random case, and
 * the answer must repeat the very same octets. Without it, the case does not matter. Pure. */
#ifndef RESOLVER_FORWARD_QUESTION_MATCH_H
#define RESOLVER_FORWARD_QUESTION_MATCH_H

#include "dns/dname.h"
#include "dns/rrtype.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUESTION_MATCH_HEADER_BYTES = 12 };

enum question_match {
	QUESTION_MATCH,       /* a response to this question */
	QUESTION_MATCH_EMPTY, /* FORMERR or NOTIMP without a question, as servers respond that do
	                         not understand EDNS */
	QUESTION_MATCH_NONE,  /* anything else */
};

/* Sets the case of the letters in the wire-form name at `octets`, one bit for each letter in turn;
 * the 64 bits repeat. Bits 0: the letters stay as they are. */
void question_match_mix_case(uint8_t *octets, size_t size, uint64_t bits);

/* `qname` is in lower case; `bits` are those that it was sent with. `packet` may have any size. */
enum question_match question_match(const uint8_t *packet, size_t size, const struct dname *qname,
        enum rrtype type, uint64_t bits);

#endif
