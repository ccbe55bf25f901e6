/* net.c - networks, and the reverse zones that belong to them. */
#include "dns/net.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { MAPPED_BITS = 96 };

/* "24". False: no number of at most 3 digits. */
static bool parse_bits(unsigned *bits, const char *text, size_t size)
{
	*bits = 0;
	for (size_t i = 0; i < size; i++) {
		if (!isdigit((unsigned char)text[i]) || (i > 0 && text[0] == '0'))
			return false;
		*bits = *bits * 10 + (unsigned)(text[i] - '0');
	}
	return size > 0 && size <= 3;
}

static void unmap(struct net *net)
{
	struct ipaddr inner = ipaddr_of_6(net->ip.bytes);
	if (inner.family != IPFAMILY_4 || net->prefix_bits < MAPPED_BITS)
		return;
	net->ip = inner;
	net->prefix_bits -= MAPPED_BITS;
}

/* Clears the bits behind the prefix. True when there was one. */
static bool clear_rest(struct net *net)
{
	bool any = false;
	for (unsigned bit = net->prefix_bits; bit < ipaddr_width(&net->ip); bit++) {
		uint8_t *octet = &net->ip.bytes[bit / 8], mask = (uint8_t)(0x80 >> bit % 8);
		any |= (*octet & mask) != 0;
		*octet = (uint8_t)(*octet & ~mask);
	}
	return any;
}

enum error net_parse(struct net *net, const char *text, size_t size)
{
	const char *slash = memchr(text, '/', size);
	size_t ip_size = slash ? (size_t)(slash - text) : size;
	bool is_6 = memchr(text, ':', ip_size);
	*net = (struct net){ .prefix_bits = 0 };
	enum error err = is_6 ? ipaddr_parse_6(&net->ip, text, ip_size)
	                      : ipaddr_parse_4(&net->ip, text, ip_size);
	if (err)
		return ERROR_SYNTAX;
	net->prefix_bits = ipaddr_width(&net->ip);
	if (slash &&
	        (!parse_bits(&net->prefix_bits, slash + 1, size - ip_size - 1) ||
	                net->prefix_bits > ipaddr_width(&net->ip)))
		return ERROR_SYNTAX;
	if (is_6)
		unmap(net);
	return clear_rest(net) ? ERROR_RANGE : ERROR_NONE;
}

char *net_text(const struct net *net, char buffer[NET_TEXT_BYTES])
{
	char ip[IPADDR_TEXT_BYTES];
	snprintf(buffer, NET_TEXT_BYTES, "%s/%u", ipaddr_text(&net->ip, ip), net->prefix_bits);
	return buffer;
}

/* ---- reverse zones ---- */

/* A label as an octet in decimal, or as a nibble. -1: it is none. */
static int label_value(const uint8_t *label, bool is_4)
{
	unsigned size = label[0], value = 0;
	if (is_4) {
		char digits[4] = { 0 };
		memcpy(digits, label + 1, size < 3 ? size : 3);
		return parse_bits(&value, digits, size) && value < 256 ? (int)value : -1;
	}
	if (size != 1 || !isxdigit(label[1]))
		return -1;
	return isdigit(label[1]) ? label[1] - '0' : (label[1] | 0x20) - 'a' + 10;
}

bool net_of_reverse(struct net *net, const struct dname *name)
{
	static const struct dname arpa_4 = { .size = 14, .wire = "\7in-addr\4arpa" },
	                          arpa_6 = { .size = 10, .wire = "\3ip6\4arpa" };
	bool is_4 = dname_is_within(name, &arpa_4);
	if (!is_4 && !dname_is_within(name, &arpa_6))
		return false;
	size_t labels[DNAME_MAX_BYTES / 2], n = 0, at = 0;
	for (; at + (is_4 ? arpa_4.size : arpa_6.size) < name->size; at += 1u + name->wire[at])
		labels[n++] = at;
	*net = (struct net){ .ip.family = is_4 ? IPFAMILY_4 : IPFAMILY_6 };
	unsigned step = is_4 ? 8 : 4;
	for (int value; n > 0 && net->prefix_bits < ipaddr_width(&net->ip) &&
	        (value = label_value(name->wire + labels[n - 1], is_4)) >= 0;
	        n--, net->prefix_bits += step) {
		uint8_t *octet = &net->ip.bytes[net->prefix_bits / 8];
		*octet = (uint8_t)(*octet | value << (8 - step - net->prefix_bits % 8));
	}
	return net->prefix_bits > 0;
}

bool net_reverse(struct dname *name, const struct net *net, unsigned i)
{
	unsigned width = ipaddr_width(&net->ip), step = width == 32 ? 8 : 4;
	unsigned whole = (net->prefix_bits + step - 1) / step * step;
	whole = whole ? whole : step;
	if (i >= 1u << (whole - net->prefix_bits))
		return false;
	struct ipaddr ip = net->ip;
	ip.bytes[(whole - 1) / 8] =
	        (uint8_t)(ip.bytes[(whole - 1) / 8] + (i << (8 - step - (whole - step) % 8)));
	struct dname full;
	dname_of_reverse(&full, &ip);
	size_t at = 0;
	for (unsigned bits = width; bits > whole; bits -= step)
		at += 1u + full.wire[at];
	name->size = (uint8_t)(full.size - at);
	memcpy(name->wire, full.wire + at, name->size);
	return true;
}
