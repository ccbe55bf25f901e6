/* wire.h - the wire format (RFC 1035 section 4): a DNS message into an answer, a question into a
 * message. Pure.
 *
 * Any octets may come. The decoder reads within bounds, follows compression pointers only
 * backwards, follows at most WIRE_CNAME_MAX CNAMEs, and gives ANSWER_MALFORMED for what is no
 * answer to the question. */
#ifndef DNS_WIRE_H
#define DNS_WIRE_H

#include "dns/answer.h"

#define WIRE_CNAME_MAX 16
#define WIRE_QUERY_MAX_BYTES (12 + 255 + 4 + 11)

/* Decodes `packet` as the answer to (b->canonical, b->type). `b` was begun; its canonical is the
 * qname or where CNAMEs led so far. Sets status, canonical name, records and TTL. Sets is_half when
 * CNAMEs lead to a name of which the message says nothing: it holds neither a record of it nor the
 * SOA of its zone. Sets is_of_root when NXDOMAIN comes with the SOA of the root.
 *
 * False for a message that must not be believed (no response, another question, wrong counts).
 * b->status is ANSWER_MALFORMED then, and b->cause says why. */
bool wire_decode(struct answer_builder *b, const uint8_t *packet, size_t size);

/* Writes a query with RD and gives its size. With `udp_payload` > 0 it has an OPT of that payload
 * size (RFC 6891), with DO if `dnssec_ok`. */
size_t wire_encode_query(uint8_t packet[WIRE_QUERY_MAX_BYTES], uint16_t id,
        const struct dname *qname, enum rrtype type, unsigned udp_payload, bool dnssec_ok);

#endif
