/* specialnet.c - the table of such networks. */
#include "checks/specialnet.h"

#define V4(a, b, c, bits)                                                                          \
	{                                                                                          \
		{ IPFAMILY_4, { a, b, c } }, bits                                                  \
	}
#define V6(bits, ...)                                                                              \
	{                                                                                          \
		{ IPFAMILY_6, { __VA_ARGS__ } }, bits                                              \
	}

static const struct net special[] = {
	V4(0, 0, 0, 8),       /* "this" network */
	V4(10, 0, 0, 8),      /* private (RFC 1918) */
	V4(100, 64, 0, 10),   /* shared (RFC 6598) */
	V4(127, 0, 0, 8),     /* loopback */
	V4(169, 254, 0, 16),  /* link-local */
	V4(172, 16, 0, 12),   /* private */
	V4(192, 0, 0, 24),    /* IETF protocol assignments */
	V4(192, 0, 2, 24),    /* documentation (RFC 5737) */
	V4(192, 168, 0, 16),  /* private */
	V4(198, 18, 0, 15),   /* benchmarks (RFC 2544) */
	V4(198, 51, 100, 24), /* documentation */
	V4(203, 0, 113, 24),  /* documentation */
	V4(224, 0, 0, 4),     /* multicast */
	V4(240, 0, 0, 4),     /* reserved */
	V6(96, 0),            /* unspecified, loopback, and IPv4-compatible (RFC 4291) */
	V6(96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff), /* IPv4-mapped */
	V6(64, 1),                                        /* discard-only (RFC 6666) */
	V6(32, 0x20, 0x01, 0x0d, 0xb8),                   /* documentation (RFC 3849) */
	V6(20, 0x3f, 0xff),                               /* documentation (RFC 9637) */
	V6(7, 0xfc),                                      /* unique local (RFC 4193) */
	V6(10, 0xfe, 0x80),                               /* link-local */
	V6(8, 0xff),                                      /* multicast */
};

bool specialnet_holds(const struct ipaddr *ip, unsigned prefix_bits)
{
	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (prefix_bits >= special[i].prefix_bits &&
		        ipaddr_in_prefix(ip, &special[i].ip, special[i].prefix_bits))
			return true;
	return false;
}
