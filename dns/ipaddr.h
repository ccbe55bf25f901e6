/* ipaddr.h - an IPv4 or IPv6 address as a value. All functions are pure.
 *
 * An IPv4-mapped client address (::ffff:a.b.c.d) is parsed as IPv4. See docs/spf-decisions.md,
 * "Mapped addresses". */
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

/* A dotted quad without leading zeros; RFC 4291 section 2.2. No brackets, zone or prefix length.
 * ERROR_SYNTAX otherwise. ipaddr_parse_6() keeps a mapped address IPv6, for "ip6". */
enum error ipaddr_parse_4(struct ipaddr *ip, const char *text, size_t size);
enum error ipaddr_parse_6(struct ipaddr *ip, const char *text, size_t size);

/* Either family, with or without [brackets] and an "IPv6:" tag (RFC 5321 section 4.1.3). A mapped
 * address becomes IPv4. ERROR_EMPTY or ERROR_SYNTAX. */
enum error ipaddr_parse(struct ipaddr *ip, const char *text, size_t size);

struct ipaddr ipaddr_of_4(const uint8_t bytes[4]);
/* A mapped address becomes IPv4. */
struct ipaddr ipaddr_of_6(const uint8_t bytes[16]);

/* As two numbers, the first octets in the high bits of the first; IPv4 has the high half of the
 * first alone. */
void ipaddr_words(const struct ipaddr *ip, uint64_t words[2]);

bool ipaddr_equal(const struct ipaddr *a, const struct ipaddr *b);
/* True when both are of one family and equal in the first `prefix_bits` bits. False for more bits
 * than the family has. */
bool ipaddr_in_prefix(const struct ipaddr *ip, const struct ipaddr *network, unsigned prefix_bits);

/* True when it means another host, or none, for everybody: "this" network, loopback, link-local,
 * private and shared addresses (RFC 6890), and mapped ones. */
bool ipaddr_is_local(const struct ipaddr *ip);

/* The bits of its family: 32 or 128. */
static inline unsigned ipaddr_width(const struct ipaddr *ip)
{
	return ip->family == IPFAMILY_6 ? 128 : 32;
}

/* A dotted quad or RFC 5952 form; nothing for family NONE. ipaddr_text() gives the buffer back. */
void ipaddr_print(struct textbuf *out, const struct ipaddr *ip);
char *ipaddr_text(const struct ipaddr *ip, char buffer[IPADDR_TEXT_BYTES]);

#endif
