/* rrtype.c - the names of the RR types. */
#include "dns/rrtype.h"

const char *rrtype_text(enum rrtype type)
{
	switch (type) {
	case RRTYPE_A:
		return "A";
	case RRTYPE_CNAME:
		return "CNAME";
	case RRTYPE_SOA:
		return "SOA";
	case RRTYPE_PTR:
		return "PTR";
	case RRTYPE_MX:
		return "MX";
	case RRTYPE_TXT:
		return "TXT";
	case RRTYPE_AAAA:
		return "AAAA";
	}
	return "?";
}
