/* ipaddr.c - addresses from text and back.
 *
 * IPv4 and printing are our own code: inet_ntop() goes through printf() and writes ::102:304 as
 * ::1.2.3.4. IPv6 is read by inet_pton(), which is as strict as RFC 4291 section 2.2. Input is no C
 * string; a NUL in it must not end it early. Leading zeros in a dotted quad are refused, since some
 * programs read them as octal. */
#include "dns/ipaddr.h"

#include <arpa/inet.h>
#include <endian.h>
#include <string.h>
#include <strings.h>

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

struct ipaddr ipaddr_of_4(const uint8_t bytes[4])
{
	struct ipaddr ip = { .family = IPFAMILY_4 };
	memcpy(ip.bytes, bytes, 4);
	return ip;
}

struct ipaddr ipaddr_of_6(const uint8_t bytes[16])
{
	if (memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0)
		return ipaddr_of_4(bytes + 12);
	struct ipaddr ip = { .family = IPFAMILY_6 };
	memcpy(ip.bytes, bytes, 16);
	return ip;
}

/* One number of a dotted quad. Gives the octets read, 0 when there is none. */
static size_t octet_parse(uint8_t *octet, const char *text, size_t size)
{
	unsigned value = 0;
	size_t n = 0;
	while (n < size && n < 4 && text[n] >= '0' && text[n] <= '9')
		value = value * 10 + (unsigned)(text[n++] - '0');
	if (n == 0 || value > 255 || (n > 1 && text[0] == '0'))
		return 0;
	*octet = (uint8_t)value;
	return n;
}

enum error ipaddr_parse_4(struct ipaddr *ip, const char *text, size_t size)
{
	uint8_t bytes[4];
	size_t at = 0;
	*ip = (struct ipaddr){ .family = IPFAMILY_NONE };
	for (int i = 0; i < 4; i++) {
		if (i > 0 && (at == size || text[at++] != '.'))
			return ERROR_SYNTAX;
		const size_t n = octet_parse(&bytes[i], text + at, size - at);
		if (n == 0)
			return ERROR_SYNTAX;
		at += n;
	}
	if (at != size)
		return ERROR_SYNTAX;
	*ip = ipaddr_of_4(bytes);
	return ERROR_NONE;
}

enum error ipaddr_parse_6(struct ipaddr *ip, const char *text, size_t size)
{
	char copy[IPADDR_TEXT_BYTES];
	struct ipaddr parsed = { .family = IPFAMILY_6 };
	*ip = (struct ipaddr){ .family = IPFAMILY_NONE };
	if (size == 0 || size >= sizeof(copy) || memchr(text, '\0', size))
		return ERROR_SYNTAX;
	memcpy(copy, text, size);
	copy[size] = '\0';
	if (inet_pton(AF_INET6, copy, parsed.bytes) != 1)
		return ERROR_SYNTAX;
	*ip = parsed;
	return ERROR_NONE;
}

enum error ipaddr_parse(struct ipaddr *ip, const char *text, size_t size)
{
	static const char tag[] = "IPv6:";
	const size_t tag_size = sizeof(tag) - 1;
	*ip = (struct ipaddr){ .family = IPFAMILY_NONE };
	if (size == 0)
		return ERROR_EMPTY;
	if (text[0] == '[') {
		if (size < 2 || text[size - 1] != ']')
			return ERROR_SYNTAX;
		text++;
		size -= 2;
	}
	const bool tagged = size >= tag_size && (text[0] | 0x20) == 'i' &&
	        strncasecmp(text, tag, tag_size) == 0;
	if (tagged) {
		text += tag_size;
		size -= tag_size;
	} else if (!memchr(text, ':', size)) {
		return ipaddr_parse_4(ip, text, size);
	}
	enum error err = ipaddr_parse_6(ip, text, size);
	if (!err)
		*ip = ipaddr_of_6(ip->bytes);
	return err;
}

static uint64_t word_load(const uint8_t *bytes)
{
	uint64_t v;
	memcpy(&v, bytes, sizeof(v));
	return be64toh(v);
}

void ipaddr_words(const struct ipaddr *ip, uint64_t words[2])
{
	words[0] = word_load(ip->bytes);
	words[1] = word_load(ip->bytes + 8);
}

/* Are the first `bits` of 64 equal? */
static bool words_match(uint64_t a, uint64_t b, unsigned bits)
{
	return bits == 0 || (a ^ b) >> (64 - bits) == 0;
}

bool ipaddr_equal(const struct ipaddr *a, const struct ipaddr *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool ipaddr_in_prefix(const struct ipaddr *ip, const struct ipaddr *network, unsigned prefix_bits)
{
	if (ip->family != network->family || ip->family == IPFAMILY_NONE)
		return false;
	if (prefix_bits > (ip->family == IPFAMILY_4 ? 32u : 128u))
		return false;
	const uint64_t a = word_load(ip->bytes), b = word_load(network->bytes);
	if (prefix_bits <= 64)
		return words_match(a, b, prefix_bits);
	return a == b &&
	        words_match(
	                word_load(ip->bytes + 8), word_load(network->bytes + 8), prefix_bits - 64);
}

static char *decimal_write(char *to, uint8_t value)
{
	if (value >= 100)
		*to++ = (char)('0' + value / 100);
	if (value >= 10)
		*to++ = (char)('0' + value / 10 % 10);
	*to++ = (char)('0' + value % 10);
	return to;
}

static char *quad_write(char *to, const uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			*to++ = '.';
		to = decimal_write(to, bytes[i]);
	}
	return to;
}

/* One group without leading zeros (RFC 5952 section 4.1). */
static char *group_write(char *to, unsigned group)
{
	bool started = false;
	for (int shift = 12; shift >= 0; shift -= 4) {
		const unsigned digit = group >> shift & 15;
		started = started || digit || shift == 0;
		if (started)
			*to++ = "0123456789abcdef"[digit];
	}
	return to;
}

/* The longest run of two or more zero groups, the first of equals (RFC 5952 section 4.2); *n is 0
 * without one. */
static unsigned zero_run_find(const unsigned groups[8], unsigned *n)
{
	unsigned best = 8;
	*n = 0;
	for (unsigned i = 0; i < 8; i++) {
		unsigned end = i;
		while (end < 8 && groups[end] == 0)
			end++;
		if (end - i >= 2 && end - i > *n) {
			best = i;
			*n = end - i;
		}
	}
	return best;
}

static char *ipaddr_write_6(char *to, const uint8_t bytes[16])
{
	unsigned groups[8], run_size;
	for (unsigned i = 0; i < 8; i++)
		groups[i] = (unsigned)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
	if (memcmp(bytes, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		memcpy(to, "::ffff:", 7);
		return quad_write(to + 7, bytes + 12);
	}
	const unsigned run = zero_run_find(groups, &run_size);
	for (unsigned i = 0; i < 8; i++) {
		if (i == run) {
			*to++ = ':';
			*to++ = ':';
			i += run_size - 1;
			continue;
		}
		if (i > 0 && to[-1] != ':')
			*to++ = ':';
		to = group_write(to, groups[i]);
	}
	return to;
}

/* Writes no NUL, and nothing for family NONE; gives the end. */
static char *ipaddr_write(const struct ipaddr *ip, char *to)
{
	if (ip->family == IPFAMILY_4)
		return quad_write(to, ip->bytes);
	return ip->family == IPFAMILY_6 ? ipaddr_write_6(to, ip->bytes) : to;
}

static bool is_local_4(const uint8_t b[4])
{
	switch (b[0]) {
	case 0:
	case 10:
	case 127:
		return true;
	case 100:
		return (b[1] & 0xc0) == 64;
	case 169:
		return b[1] == 254;
	case 172:
		return (b[1] & 0xf0) == 16;
	case 192:
		return b[1] == 168;
	default:
		return false;
	}
}

bool ipaddr_is_local(const struct ipaddr *ip)
{
	static const uint8_t zero[15];
	const uint8_t *b = ip->bytes;
	if (ip->family != IPFAMILY_6)
		return ip->family == IPFAMILY_4 && is_local_4(b);
	return (memcmp(b, zero, sizeof zero) == 0 && b[15] <= 1) ||
	        memcmp(b, mapped_prefix, sizeof mapped_prefix) == 0 || (b[0] & 0xfe) == 0xfc ||
	        (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}

void ipaddr_print(struct textbuf *out, const struct ipaddr *ip)
{
	char text[IPADDR_TEXT_BYTES];
	textbuf_put(out, text, (size_t)(ipaddr_write(ip, text) - text));
}

char *ipaddr_text(const struct ipaddr *ip, char buffer[IPADDR_TEXT_BYTES])
{
	*ipaddr_write(ip, buffer) = '\0';
	return buffer;
}
