/* fuzz_ipaddr.c - any octets as the text of an address, and as the 16 octets of one: what is taken
 * is what inet_pton() takes, what is printed is the same address again, and prefixes and reverse
 * names fit. */
#include "target.h"

#include "dns/dname.h"
#include "dns/ipaddr.h"

#include <arpa/inet.h>
#include <stdio.h>

static void check_address(const struct ipaddr *ip)
{
	char text[IPADDR_TEXT_BYTES], bracketed[IPADDR_TEXT_BYTES + 8];
	struct ipaddr again, other = *ip;
	const unsigned width = ip->family == IPFAMILY_4 ? 32 : 128;
	ipaddr_text(ip, text);
	require(ipaddr_parse(&again, text, strlen(text)) == ERROR_NONE && ipaddr_equal(ip, &again));
	/* but for ::1.2.3.4, as it writes ::102:304 */
	char theirs[INET6_ADDRSTRLEN];
	require(inet_ntop(width == 32 ? AF_INET : AF_INET6, ip->bytes, theirs, sizeof(theirs)));
	require(strcmp(text, theirs) == 0 || (width == 128 && strchr(theirs, '.')));
	const int n =
	        snprintf(bracketed, sizeof(bracketed), width == 32 ? "[%s]" : "[IPv6:%s]", text);
	require(ipaddr_parse(&again, bracketed, (size_t)n) == ERROR_NONE &&
	        ipaddr_equal(ip, &again));
	for (unsigned bits = 0; bits < width; bits++) {
		other.bytes[bits / 8] ^= (uint8_t)(0x80 >> bits % 8);
		require(ipaddr_in_prefix(ip, &other, bits) &&
		        !ipaddr_in_prefix(ip, &other, bits + 1) && !ipaddr_equal(ip, &other));
		other.bytes[bits / 8] = ip->bytes[bits / 8];
	}
	require(ipaddr_in_prefix(ip, &other, width) && !ipaddr_in_prefix(ip, &other, width + 1));
}

static void check_reverse(const struct ipaddr *ip)
{
	struct dname name, arpa, decoded;
	dname_of_reverse(&name, ip);
	require(dname_parse(&arpa, "arpa", 4) == ERROR_NONE &&
	        dname_decode(&decoded, name.wire, name.size));
	require(dname_is_within(&name, &arpa) &&
	        dname_label_count(&name) == (ip->family == IPFAMILY_4 ? 6 : 34));
}

/* The strict forms are those of inet_pton(), which reads up to a NUL. */
static void check_strict(const char *text, size_t size)
{
	char copy[128];
	uint8_t octets[16];
	struct ipaddr ip;
	if (size >= sizeof(copy))
		return;
	if (size)
		memcpy(copy, text, size);
	copy[size] = '\0';
	bool whole = strlen(copy) == size;
	require((ipaddr_parse_4(&ip, text, size) == ERROR_NONE) ==
	        (whole && inet_pton(AF_INET, copy, octets) == 1));
	require(ip.family == IPFAMILY_NONE || memcmp(ip.bytes, octets, 4) == 0);
	require((ipaddr_parse_6(&ip, text, size) == ERROR_NONE) ==
	        (whole && inet_pton(AF_INET6, copy, octets) == 1));
	require(ip.family == IPFAMILY_NONE || memcmp(ip.bytes, octets, 16) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipaddr ip;
	check_strict((const char *)data, size);
	enum error error = ipaddr_parse(&ip, (const char *)data, size);
	require((error == ERROR_NONE) == (ip.family != IPFAMILY_NONE) &&
	        (error == ERROR_EMPTY) == (size == 0));
	tell_outcome(!error ? (ip.family == IPFAMILY_4 ? "ipv4" : "ipv6") : "refused");
	if (!error) {
		check_address(&ip);
		check_reverse(&ip);
	}
	if (size == 16) {
		if (error)
			tell_outcome("octets");
		ip = ipaddr_of_6(data);
		check_address(&ip);
		check_reverse(&ip);
	}
	return 0;
}
