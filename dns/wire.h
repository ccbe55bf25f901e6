/* wire.h - the wire codec: a DNS message (RFC 1035 section 4) into an answer, and a question into a
 * message.
 *
 * Bytes from the network: anything may come. The decoder reads within bounds, follows compression
 * pointers only backwards, follows CNAME chains of at most WIRE_CNAME_MAX links, and gives
 * ANSWER_MALFORMED for what is no answer to the question. Pure. */
#ifndef DNS_WIRE_H
#define DNS_WIRE_H

#include "dns/answer.h"

#define WIRE_CNAME_MAX 16
#define WIRE_QUERY_MAX_BYTES (12 + 255 + 4 + 11)

/* Decodes `packet` as the answer to (canonical, type) of `b`, which has been begun, its canonical
 * being the qname or the name that CNAMEs led to so far: status, canonical name, records, TTL. Sets
 * is_half for CNAMEs that lead to a name of which the message knows nothing: there is neither a
 * record of it nor the SOA of a zone that it lies in. False on a message that must not be believed
 * (not a response, another question, lying counts): b->status is then ANSWER_MALFORMED and b->cause
 * says what was wrong in a few words. */
bool wire_decode(struct answer_builder *b, const uint8_t *packet, size_t size);

/* Writes a query with RD and, with `udp_payload` > 0, EDNS(0) of that size (RFC 6891). Gives its
 * size. */
size_t wire_encode_query(uint8_t packet[WIRE_QUERY_MAX_BYTES], uint16_t id,
        const struct dname *qname, enum rrtype type, unsigned udp_payload, bool dnssec_ok);

#endif
