/* goodzone.h - what a name server says that behaves well: made from the name, so that no zone has
 * to be loaded, and an answer that was given to another name shows.
 *
 *     NAME.test   TXT    "v=spf1 ip4:192.0.2.0/24 -all of=NAME" ("of" is no modifier of RFC 7208,
 *                        and means nothing)
 *                 A      10. and the low 24 bits of FNV-1a, 32 bits, of the name
 *                 MX     10 mx.NAME
 *                 AAAA   and all else: no data
 *     mx.NAME            has the A record, and no data beside it
 *     D.C.B.A.in-addr.arpa    PTR host-A-B-C-D.clients.test, whose A record is A.B.C.D
 *     all else    NXDOMAIN; the root has no data
 *
 * Names are compared and printed in lower case. Octets in a name that no host name has make it no
 * question. Pure; any thread. */
#ifndef BENCH_GOODZONE_H
#define BENCH_GOODZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	GOODZONE_NAME_BYTES = 200, /* of a name's text with its NUL; longer ones are no question */
	GOODZONE_ANSWER_BYTES = 1024, /* the largest answer */
	GOODZONE_FORMERR = 1,
	GOODZONE_SERVFAIL = 2,
	GOODZONE_NXDOMAIN = 3,
	GOODZONE_NOTIMP = 4,
	GOODZONE_REFUSED = 5
};

/* Belongs to the caller; `packet` is the question's own, which must outlive it. */
struct goodzone_question {
	const uint8_t *packet;
	size_t end;        /* behind the question section */
	size_t last_label; /* the place of the name's last label, for the SOA record's owner */
	uint16_t type;
	bool has_edns;
	char name[GOODZONE_NAME_BYTES]; /* without the final dot; "" is the root */
};

/* False: no question that could be answered. */
bool goodzone_parse(struct goodzone_question *q, const uint8_t *packet, size_t size);

/* The good answer, of at most GOODZONE_ANSWER_BYTES. Gives its size. */
size_t goodzone_answer(const struct goodzone_question *q, uint8_t *out);

/* An answer without records that says `rcode`; NXDOMAIN has the SOA record of RFC 2308. The same
 * bound. Gives its size. */
size_t goodzone_refuse(const struct goodzone_question *q, uint8_t *out, unsigned rcode);

/* Nothing but the question and the TC bit. The same bound. Gives its size. */
size_t goodzone_truncate(const struct goodzone_question *q, uint8_t *out);

/* FNV-1a, 32 bits. */
uint32_t goodzone_hash(const char *name);

#endif
