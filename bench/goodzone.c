/* goodzone.c - reads a question and writes the good answer, octet by octet: dns/ only reads, and
 * what measures it shall not be made of it. */
#include "goodzone.h"

#include <stdio.h>
#include <string.h>

enum {
	HEADER_BYTES = 12,
	LABEL_MAX = 63,
	QNAME = 0xc000 | HEADER_BYTES, /* a compression pointer (RFC 1035, 4.1.4) */
	TTL_S = 300,
	TYPE_A = 1,
	TYPE_SOA = 6,
	TYPE_PTR = 12,
	TYPE_MX = 15,
	TYPE_TXT = 16,
	CLASS_IN = 1,
	FLAGS = 0x8480, /* QR, AA, RA */
	FLAG_TC = 0x0200
};
static const char zone[] = ".test", mail_host[] = "mx.", reverse[] = ".in-addr.arpa",
                  clients[] = ".clients.test";

static uint8_t *put16(uint8_t *at, unsigned value)
{
	*at++ = (uint8_t)(value >> 8);
	*at++ = (uint8_t)value;
	return at;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, value >> 16), value & 0xffff);
}

/* Of a name that goodzone_parse() took, or one of ours. */
static uint8_t *put_name(uint8_t *at, const char *name)
{
	while (*name) {
		size_t size = strcspn(name, ".");
		*at++ = (uint8_t)size;
		memcpy(at, name, size);
		at += size;
		name += size + (name[size] == '.');
	}
	*at++ = 0;
	return at;
}

uint32_t goodzone_hash(const char *name)
{
	uint32_t hash = 2166136261u;
	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash;
}

/* ---- the question ---- */

static char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static bool is_host_octet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool goodzone_parse(struct goodzone_question *q, const uint8_t *packet, size_t size)
{
	size_t at = HEADER_BYTES, n = 0;
	if (size < HEADER_BYTES || (packet[2] & 0x80) || packet[4] || packet[5] != 1)
		return false;
	q->last_label = at;
	while (at < size && packet[at]) {
		size_t label = packet[at];
		if (label > LABEL_MAX || at + label >= size || n + label + 1 > sizeof q->name - 1)
			return false;
		q->last_label = at++;
		if (n)
			q->name[n++] = '.';
		for (size_t i = 0; i < label; i++, n++)
			if (!is_host_octet(q->name[n] = lower(packet[at + i])))
				return false;
		at += label;
	}
	if (at + 5 > size)
		return false;
	q->name[n] = 0;
	q->packet = packet;
	q->type = (uint16_t)(packet[at + 1] << 8 | packet[at + 2]);
	q->end = at + 5;
	q->has_edns = packet[10] || packet[11];
	return true;
}

/* ---- the answer ---- */

/* The header and the question. */
static uint8_t *put_head(const struct goodzone_question *q, uint8_t *out, unsigned flags,
        unsigned n_answers, unsigned n_authority)
{
	memcpy(out, q->packet, 2);
	uint8_t *at = put16(out + 2, FLAGS | flags | (q->packet[2] & 1u) << 8);
	at = put16(put16(put16(put16(at, 1), n_answers), n_authority), 0);
	memcpy(at, q->packet + HEADER_BYTES, q->end - HEADER_BYTES);
	return at + q->end - HEADER_BYTES;
}

/* An owner that is a pointer; the rdata follows, and its size is written by put_size(). */
static uint8_t *put_record(uint8_t *at, unsigned owner, unsigned type)
{
	return put32(put16(put16(put16(at, owner), type), CLASS_IN), TTL_S) + 2;
}

static size_t put_size(const uint8_t *out, uint8_t *rdata, const uint8_t *end)
{
	put16(rdata - 2, (unsigned)(end - rdata));
	return (size_t)(end - out);
}

/* No data, or no such name: with the SOA record of the top (RFC 2308, 3). */
static size_t deny(const struct goodzone_question *q, uint8_t *out, unsigned rcode)
{
	uint8_t *rdata = put_record(
	        put_head(q, out, rcode, 0, 1), 0xc000 | (unsigned)q->last_label, TYPE_SOA);
	uint8_t *at = put_name(put_name(rdata, "ns.test"), "host.test");
	for (unsigned i = 0; i < 5; i++)
		at = put32(at, TTL_S);
	return put_size(out, rdata, at);
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), n = strlen(end);
	return size > n && strcmp(text + size - n, end) == 0;
}

/* The address of the name of a client, or one that is made from the name. */
static uint32_t address_of(const char *name)
{
	unsigned a, b, c, d;
	if (ends_with(name, clients) && sscanf(name, "host-%u-%u-%u-%u.", &a, &b, &c, &d) == 4)
		return a << 24 | b << 16 | c << 8 | d;
	return 10u << 24 | (goodzone_hash(name) & 0xffffff);
}

static uint8_t *put_text(uint8_t *at, const char *name)
{
	int size = snprintf((char *)at + 1, 256, "v=spf1 ip4:192.0.2.0/24 -all of=%s", name);
	*at = (uint8_t)size; /* GOODZONE_NAME_BYTES leaves room */
	return at + 1 + size;
}

/* The rdata's end; NULL: no data. */
static uint8_t *put_rdata(uint8_t *at, const struct goodzone_question *q)
{
	char name[GOODZONE_NAME_BYTES + 40];
	unsigned a, b, c, d;
	bool is_host = strncmp(q->name, mail_host, sizeof mail_host - 1) == 0 ||
	        ends_with(q->name, clients);
	if (ends_with(q->name, reverse)) {
		if (q->type != TYPE_PTR || sscanf(q->name, "%u.%u.%u.%u.", &d, &c, &b, &a) != 4)
			return NULL;
		snprintf(name, sizeof name, "host-%u-%u-%u-%u%s", a, b, c, d, clients);
		return put_name(at, name);
	}
	if (!*q->name || (is_host && q->type != TYPE_A))
		return NULL;
	snprintf(name, sizeof name, "%s%s", mail_host, q->name);
	switch (q->type) {
	case TYPE_A:
		return put32(at, address_of(q->name));
	case TYPE_MX:
		return put_name(put16(at, 10), name);
	case TYPE_TXT:
		return put_text(at, q->name);
	default:
		return NULL;
	}
}

size_t goodzone_answer(const struct goodzone_question *q, uint8_t *out)
{
	uint8_t *rdata = put_record(put_head(q, out, 0, 1, 0), QNAME, q->type);
	if (*q->name && !ends_with(q->name, zone) && !ends_with(q->name, reverse))
		return deny(q, out, GOODZONE_NXDOMAIN);
	uint8_t *end = put_rdata(rdata, q);
	return end ? put_size(out, rdata, end) : deny(q, out, 0);
}

size_t goodzone_refuse(const struct goodzone_question *q, uint8_t *out, unsigned rcode)
{
	if (rcode == GOODZONE_NXDOMAIN)
		return deny(q, out, rcode);
	return (size_t)(put_head(q, out, rcode, 0, 0) - out);
}

size_t goodzone_truncate(const struct goodzone_question *q, uint8_t *out)
{
	return (size_t)(put_head(q, out, FLAG_TC, 0, 0) - out);
}
