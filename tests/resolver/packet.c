/* packet.c - see packet.h. What does not fit, or is no name, is a mistake of the test and fails it.
 */
#include "tests/resolver/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "dns/dname.h"
#include "dns/rrtype.h"

#include <string.h>

void packet_put(struct packet *p, const void *bytes, size_t size)
{
	assert_true(p->size + size <= sizeof p->bytes);
	memcpy(p->bytes + p->size, bytes, size);
	p->size += size;
}

void packet_put_u16(struct packet *p, unsigned value)
{
	const uint8_t octets[2] = { (uint8_t)(value >> 8), (uint8_t)value };
	packet_put(p, octets, 2);
}

static void packet_put_u32(struct packet *p, uint32_t value)
{
	packet_put_u16(p, value >> 16);
	packet_put_u16(p, value & 0xffff);
}

void packet_put_name(struct packet *p, const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	packet_put(p, name.wire, name.size);
}

void packet_put_pointer(struct packet *p, size_t target)
{
	packet_put_u16(p, 0xc000 | (unsigned)target);
}

void packet_count_up(struct packet *p, size_t at)
{
	unsigned n = (unsigned)(p->bytes[at] << 8 | p->bytes[at + 1]) + 1;
	p->bytes[at] = (uint8_t)(n >> 8);
	p->bytes[at + 1] = (uint8_t)n;
}

void packet_begin(struct packet *p, unsigned flags, const char *name, unsigned type)
{
	p->size = 0;
	packet_put_u16(p, 0x1234);
	packet_put_u16(p, flags);
	packet_put_u16(p, 1);
	packet_put_u16(p, 0);
	packet_put_u16(p, 0);
	packet_put_u16(p, 0);
	packet_put_name(p, name);
	packet_put_u16(p, type);
	packet_put_u16(p, CLASS_IN);
}

void packet_put_rr(struct packet *p, size_t section, unsigned type, unsigned class, uint32_t ttl_s,
        const void *rdata, size_t size)
{
	packet_count_up(p, section);
	packet_put_u16(p, type);
	packet_put_u16(p, class);
	packet_put_u32(p, ttl_s);
	packet_put_u16(p, (unsigned)size);
	packet_put(p, rdata, size);
}

void packet_put_name_rr(struct packet *p, unsigned type, uint32_t ttl_s, const char *target)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, target, strlen(target)), ERROR_NONE);
	packet_put_rr(p, ANSWER_SECTION, type, CLASS_IN, ttl_s, name.wire, name.size);
}

void packet_put_a(struct packet *p, const char *owner, uint32_t ttl_s, uint8_t last)
{
	const uint8_t octets[4] = { 192, 0, 2, last };
	packet_put_name(p, owner);
	packet_put_rr(p, ANSWER_SECTION, RRTYPE_A, CLASS_IN, ttl_s, octets, 4);
}

void packet_put_cname(struct packet *p, const char *owner, uint32_t ttl_s, const char *target)
{
	packet_put_name(p, owner);
	packet_put_name_rr(p, RRTYPE_CNAME, ttl_s, target);
}

void packet_put_soa(struct packet *p, uint32_t ttl_s, uint32_t minimum)
{
	packet_put_soa_of(p, "example.com", ttl_s, minimum);
}

void packet_put_soa_of(struct packet *p, const char *zone, uint32_t ttl_s, uint32_t minimum)
{
	uint8_t rdata[22] = { 0 };
	for (int i = 0; i < 4; i++)
		rdata[18 + i] = (uint8_t)(minimum >> (24 - 8 * i));
	packet_put_name(p, zone);
	packet_put_rr(p, AUTHORITY_SECTION, RRTYPE_SOA, CLASS_IN, ttl_s, rdata, sizeof rdata);
}
