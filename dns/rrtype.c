/* rrtype.c - the table of RR types. */
#include "dns/rrtype.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
	uint16_t type;
	const char *name, *form;
} types[] = {
	{ 1, "A", "i" },
	{ 2, "NS", "n" },
	{ 5, "CNAME", "n" },
	{ 6, "SOA", "nn44444" },
	{ 12, "PTR", "n" },
	{ 13, "HINFO", "ss" },
	{ 15, "MX", "2n" },
	{ 16, "TXT", "S" },
	{ 17, "RP", "nn" },
	{ 18, "AFSDB", "2n" },
	{ 28, "AAAA", "I" },
	{ 33, "SRV", "222n" },
	{ 35, "NAPTR", "22sssn" },
	{ 36, "KX", "2n" },
	{ 39, "DNAME", "n" },
	{ 43, "DS", "211x" },
	{ 44, "SSHFP", "11x" },
	{ 48, "DNSKEY", "211b" },
	{ 52, "TLSA", "111x" },
	{ 53, "SMIMEA", "111x" },
	{ 59, "CDS", "211x" },
	{ 60, "CDNSKEY", "211b" },
	{ 61, "OPENPGPKEY", "b" },
	{ 99, "SPF", "S" },
	{ 256, "URI", "22v" },
	{ 257, "CAA", "1tv" },
};
enum { TYPE_COUNT = sizeof types / sizeof types[0] };

/* Its place in the table; TYPE_COUNT: none. */
static unsigned place_of(enum rrtype type)
{
	unsigned i = 0;
	while (i < TYPE_COUNT && types[i].type != (unsigned)type)
		i++;
	return i;
}

const char *rrtype_text(enum rrtype type)
{
	const unsigned i = place_of(type);
	return i < TYPE_COUNT ? types[i].name : "?";
}

char *rrtype_print(char text[RRTYPE_TEXT_BYTES], enum rrtype type)
{
	const unsigned i = place_of(type);
	if (i < TYPE_COUNT)
		snprintf(text, RRTYPE_TEXT_BYTES, "%s", types[i].name);
	else
		snprintf(text, RRTYPE_TEXT_BYTES, "TYPE%u", (unsigned)(uint16_t)type);
	return text;
}

/* Types of data (RFC 6895 section 3.1), but for OPT: not the questions and what stands beside them
 * (128 to 255), nor what is reserved. */
static bool can_be_asked(unsigned number)
{
	return number > 0 && number < UINT16_MAX && number != 41 && (number < 128 || number > 255);
}

/* The number of "TYPE65"; 0: it is none. */
static unsigned generic_number(const char *text, size_t size)
{
	unsigned number = 0;
	if (size < 5 || size > 9 || strncasecmp(text, "TYPE", 4) != 0)
		return 0;
	for (size_t i = 4; i < size; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		number = number * 10 + (unsigned)(text[i] - '0');
	}
	return number;
}

bool rrtype_parse(enum rrtype *type, const char *text, size_t size)
{
	unsigned number = generic_number(text, size);
	for (unsigned i = 0; i < TYPE_COUNT && !number; i++)
		if (strlen(types[i].name) == size && !strncasecmp(types[i].name, text, size))
			number = types[i].type;
	*type = (enum rrtype)number;
	return can_be_asked(number);
}

const char *rrtype_form(enum rrtype type)
{
	const unsigned i = place_of(type);
	return i < TYPE_COUNT ? types[i].form : NULL;
}
