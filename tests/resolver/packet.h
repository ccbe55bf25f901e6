/* packet.h - DNS messages put together piece by piece, in any order and also wrongly: what the wire
 * decoder is tested with. */
#ifndef TESTS_RESOLVER_PACKET_H
#define TESTS_RESOLVER_PACKET_H

#include <stddef.h>
#include <stdint.h>

enum { CLASS_IN = 1, CLASS_CH = 3, TYPE_NS = 2, TYPE_DNAME = 39, TYPE_OPT = 41 };
enum { RESPONSE = 0x8180, TRUNCATED = 0x0200, QNAME_AT = 12 };
/* Sections, by where their counts are. */
enum { ANSWER_SECTION = 6, AUTHORITY_SECTION = 8, ADDITIONAL_SECTION = 10 };

struct packet {
	uint8_t bytes[65535];
	size_t size;
};

/* A response to (name, type) with nothing in it yet. */
void packet_begin(struct packet *p, unsigned flags, const char *name, unsigned type);

void packet_put(struct packet *p, const void *bytes, size_t size);
void packet_put_u16(struct packet *p, unsigned value);
void packet_put_name(struct packet *p, const char *text);
void packet_put_pointer(struct packet *p, size_t target);
/* One more in the count at `at`. */
void packet_count_up(struct packet *p, size_t at);

/* All of an RR but its owner, which was put before. */
void packet_put_rr(struct packet *p, size_t section, unsigned type, unsigned class, uint32_t ttl_s,
        const void *rdata, size_t size);
/* The same for the answer section, with a name as rdata. */
void packet_put_name_rr(struct packet *p, unsigned type, uint32_t ttl_s, const char *target);

/* Whole RRs: an address 192.0.2.`last` and a CNAME in the answer section, an SOA in the authority
 * section, example.com's or another zone's. */
void packet_put_a(struct packet *p, const char *owner, uint32_t ttl_s, uint8_t last);
void packet_put_cname(struct packet *p, const char *owner, uint32_t ttl_s, const char *target);
void packet_put_soa(struct packet *p, uint32_t ttl_s, uint32_t minimum);
void packet_put_soa_of(struct packet *p, const char *zone, uint32_t ttl_s, uint32_t minimum);

#endif
