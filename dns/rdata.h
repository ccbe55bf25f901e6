/* rdata.h - the rdata of any type: read from a message, and printed as in master files (RFC 1035
 * section 5.1, and the RFC of each type), which is what `dig +short +nosplit` prints.
 *
 * Both follow the type's fields in the table of rrtype.c. A type that is not there stays octets,
 * and is printed as RFC 3597 section 5 has it: "\# 4 C0000201". Any octets may come from a message;
 * what is printed is an answer's, which was read before. Pure. */
#ifndef DNS_RDATA_H
#define DNS_RDATA_H

#include "base/reader.h"
#include "dns/answer.h"

/* The longest rdata with a name in it: NAPTR's two numbers, three character-strings, one name. */
enum { RDATA_ROOM_BYTES = 2 * 2 + 3 * 256 + DNAME_MAX_BYTES };

/* Reads the rdata from `r->at` to `r->end`; `r->start` is the message's first octet. Gives its
 * `*size` octets, names uncompressed and in lower case (RFC 4034 section 6.2): in `room`, or in the
 * message when it holds no name. NULL: it does not follow its type. */
const uint8_t *rdata_read(
        uint8_t room[RDATA_ROOM_BYTES], enum rrtype type, struct reader r, size_t *size);

/* Appends record `i` of an answer of any type. Names end in a dot. In quotes `"` and `\` have a
 * backslash before them; a `;`, and what is no printable ASCII, is \DDD. So no record holds a `;`.
 */
void rdata_print(struct textbuf *out, const struct answer *a, unsigned i);

/* Appends all records, with `between` between them, in an order that depends on nothing but what
 * they say: that of the answer; of TXT, by octets. False: they are over `most_bytes`, and nothing
 * is appended. Out of memory: out->failed. */
bool rdata_print_all(
        struct textbuf *out, const struct answer *a, const char *between, size_t most_bytes);

#endif
