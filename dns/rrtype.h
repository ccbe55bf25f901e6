/* rrtype.h - the RR types that are asked or followed, by their numbers (RFC 1035 section 3.2.2,
 * RFC 3596). Type 99 (SPF) is never asked: RFC 7208 section 3.1. */
#ifndef DNS_RRTYPE_H
#define DNS_RRTYPE_H

#include <stdint.h>

enum rrtype {
	RRTYPE_A = 1,
	RRTYPE_CNAME = 5,
	RRTYPE_SOA = 6,
	RRTYPE_PTR = 12,
	RRTYPE_MX = 15,
	RRTYPE_TXT = 16,
	RRTYPE_AAAA = 28,
};

/* "TXT"; "?" for an unknown number. Lives for ever. */
const char *rrtype_text(enum rrtype type);

#endif
