/* rrtype.h - the RR types by their numbers, as one table: the name of each (IANA's registry of
 * resource record types), and the fields of its rdata, from which dns/rdata.h reads and prints it.
 *
 * The checks ask for some of them. `--ask` takes any type of data: one that is not in the table is
 * written TYPE65 (RFC 3597 section 5). No check asks for type 99 (SPF): RFC 7208 section 3.1. Pure;
 * any thread. */
#ifndef DNS_RRTYPE_H
#define DNS_RRTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rrtype {
	RRTYPE_A = 1,
	RRTYPE_NS = 2,
	RRTYPE_CNAME = 5,
	RRTYPE_SOA = 6,
	RRTYPE_PTR = 12,
	RRTYPE_MX = 15,
	RRTYPE_TXT = 16,
	RRTYPE_AAAA = 28,
	RRTYPE_DNAME = 39,
};

/* A field of rdata, as one letter. `form` of a type is a text of them. */
enum rrtype_field {
	FIELD_U8 = '1',
	FIELD_U16 = '2',
	FIELD_U32 = '4',
	FIELD_IPV4 = 'i',
	FIELD_IPV6 = 'I',
	FIELD_NAME = 'n',    /* may be compressed (RFC 3597 section 4) */
	FIELD_STRING = 's',  /* one character-string, printed in quotes */
	FIELD_STRINGS = 'S', /* character-strings to the end, each in quotes */
	FIELD_TAG = 't',     /* one character-string of letters and digits, without quotes */
	FIELD_TEXT = 'v',    /* to the end, in quotes */
	FIELD_HEX = 'x',     /* to the end, hexadecimal */
	FIELD_BASE64 = 'b',  /* to the end, one octet or more */
};

/* "TXT"; "?" for a number that is not in the table. Lives for ever. */
const char *rrtype_text(enum rrtype type);

/* "OPENPGPKEY", the longest, and a NUL. */
enum { RRTYPE_TEXT_BYTES = 11 };

/* The same, and "TYPE65" for a number that is not in the table. Gives the buffer back. */
char *rrtype_print(char text[RRTYPE_TEXT_BYTES], enum rrtype type);

/* From "TXT", "txt" or "TYPE16". False: no type of data that can be asked for alone. */
bool rrtype_parse(enum rrtype *type, const char *text, size_t size);

/* The fields of its rdata, letters of enum rrtype_field. NULL: not in the table. Lives for ever. */
const char *rrtype_form(enum rrtype type);

#endif
