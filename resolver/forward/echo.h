/* echo.h - (private to resolver/) the question of a query as it was sent, and whether an answer
 * repeats it: what makes answers hard to forge, beside the port and the id.
 *
 * With 0x20 (draft-vixie-dnsext-dns0x20) the letters of the name are sent in a case that bits
 * decide, and the answer must have the very same octets; without, only the same name. */
#ifndef RESOLVER_FORWARD_ECHO_H
#define RESOLVER_FORWARD_ECHO_H

#include "dns/dname.h"
#include "dns/rrtype.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ECHO_HEADER_BYTES = 12 };

/* What a message turned out to be. */
enum echo {
	ECHO_ANSWER,     /* a response to this question */
	ECHO_BARE_ERROR, /* a response with an error and without a question, as servers send that
	                    understand no EDNS: FORMERR, NOTIMP */
	ECHO_OTHER,      /* anything else */
};

/* Puts the letters of the name at `octets` into the case that `bits` say; 0 leaves them as they
 * are. */
void echo_mix_case(uint8_t *octets, size_t size, uint64_t bits);

/* `packet` came where an answer to (qname, type) is expected; its id is right. `qname` is in lower
 * case, `bits` are those of echo_mix_case(). */
enum echo echo_check(const uint8_t *packet, size_t size, const struct dname *qname,
        enum rrtype type, uint64_t bits);

#endif
