/* ipaddr.h - an IPv4 or IPv6 address as a value. An IPv4-mapped IPv6 address (::ffff:a.b.c.d) is an
 * IPv4 one from the moment it is parsed (RFC 7208 section 5). All functions are pure. */
#ifndef DNS_IPADDR_H
#define DNS_IPADDR_H

#include "base/error.h"
#include "base/textbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPADDR_TEXT_BYTES 46

enum ipfamily { IPFAMILY_NONE = 0, IPFAMILY_4 = 4, IPFAMILY_6 = 6 };

struct ipaddr {
	uint8_t family;    /* enum ipfamily */
	uint8_t bytes[16]; /* network order; the first 4 for IPv4, the others zero */
};

/* Strict textual forms: dotted quad without leading zeros, RFC 4291 section 2.2. No brackets, no
 * zone, no prefix. ERROR_SYNTAX otherwise. ipaddr_parse_6 keeps a mapped address IPv6, for "ip6:"
 * networks. */
enum error ipaddr_parse_4(struct ipaddr *ip, const char *text, size_t size);
enum error ipaddr_parse_6(struct ipaddr *ip, const char *text, size_t size);

/* What people write in files: either family, with or without [brackets] or an "IPv6:" tag (RFC 5321
 * section 4.1.3), mapped addresses turned into IPv4. ERROR_EMPTY or ERROR_SYNTAX. */
enum error ipaddr_parse(struct ipaddr *ip, const char *text, size_t size);

struct ipaddr ipaddr_of_4(const uint8_t bytes[4]);
/* Turns a mapped address into IPv4. */
struct ipaddr ipaddr_of_6(const uint8_t bytes[16]);

bool ipaddr_equal(const struct ipaddr *a, const struct ipaddr *b);
/* Same family and the first `prefix_bits` bits equal; prefix_bits over the family's width never
 * matches. */
bool ipaddr_in_prefix(const struct ipaddr *ip, const struct ipaddr *network, unsigned prefix_bits);

/* The bits of its family: 32 or 128. */
static inline unsigned ipaddr_width(const struct ipaddr *ip)
{
	return ip->family == IPFAMILY_6 ? 128 : 32;
}

/* Dotted quad or RFC 5952 form. */
void ipaddr_print(struct textbuf *out, const struct ipaddr *ip);
char *ipaddr_text(const struct ipaddr *ip, char buffer[IPADDR_TEXT_BYTES]);

#endif
