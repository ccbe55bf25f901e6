/* ede.c - the options of an OPT (RFC 6891 section 6.1.2), and the error codes' names. */
#include "dns/ede.h"

#include "dns/wirename.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_EDE = 15, TEXT_MAX_BYTES = 120 };

/* RFC 8914 section 4, and what IANA has registered since. */
static const char *const names[] = {
	"Other Error",
	"Unsupported DNSKEY Algorithm",
	"Unsupported DS Digest Type",
	"Stale Answer",
	"Forged Answer",
	"DNSSEC Indeterminate",
	"DNSSEC Bogus",
	"Signature Expired",
	"Signature Not Yet Valid",
	"DNSKEY Missing",
	"RRSIGs Missing",
	"No Zone Key Bit Set",
	"NSEC Missing",
	"Cached Error",
	"Not Ready",
	"Blocked",
	"Censored",
	"Filtered",
	"Prohibited",
	"Stale NXDOMAIN Answer",
	"Not Authoritative",
	"Not Supported",
	"No Reachable Authority",
	"Network Error",
	"Invalid Data",
	"Signature Expired before Valid",
	"Too Early",
	"Unsupported NSEC3 Iterations Value",
	"Unable to conform to policy",
	"Synthesized",
};

/* What is printed of one error. */
struct error_text {
	char text[TEXT_MAX_BYTES + 64];
};

static void print(struct error_text *e, unsigned code, const uint8_t *extra, size_t size)
{
	size_t at;
	if (code < sizeof names / sizeof names[0])
		at = (size_t)snprintf(e->text, sizeof e->text, "%s", names[code]);
	else
		at = (size_t)snprintf(e->text, sizeof e->text, "%u", code);
	while (size && !extra[size - 1])
		size--; /* some end it with zeros, which RFC 8914 section 2 lets be */
	if (!size)
		return;
	at += (size_t)snprintf(e->text + at, sizeof e->text - at, " (");
	for (size_t i = 0; i < size && i < TEXT_MAX_BYTES; i++)
		e->text[at++] = extra[i] < ' ' || extra[i] > '~' ? '?' : (char)extra[i];
	e->text[at++] = ')';
	e->text[at] = '\0';
}

void ede_append(char *out, size_t out_bytes, const uint8_t *rdata, size_t size)
{
	static const char begin[] = "the upstream says: ";
	struct reader r = reader_of(rdata, size);
	size_t begun = strlen(out), at = begun;
	for (;;) {
		unsigned option = reader_u16(&r), option_size = reader_u16(&r);
		const uint8_t *value = reader_bytes(&r, option_size);
		if (!reader_ok(&r))
			return;
		if (option != OPTION_EDE || option_size < 2)
			continue;
		struct error_text e;
		print(&e, (unsigned)value[0] << 8 | value[1], value + 2, option_size - 2);
		if (at > begun && strstr(out + begun, e.text))
			continue;
		char more[sizeof e.text + sizeof begin + 4];
		int n = snprintf(more, sizeof more, "%s%s%s", at ? ", " : "",
		        at > begun ? "" : begin, e.text);
		if (at + (size_t)n >= out_bytes)
			continue;
		memcpy(out + at, more, (size_t)n + 1);
		at += (size_t)n;
	}
}
