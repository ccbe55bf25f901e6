/* look.h - what a text looks like: an address, a domain, an e-mail address, or something that is
 * none of them; and why such a thing cannot stand in a column.
 *
 * The one place that judges a value. The header row is told from data by it, the advice on columns
 * follows it, and so do the reasons of bad input. Names that stand elsewhere than in a domain
 * (HELO, names inside SPF records) are free and not judged. Pure; any thread. */
#ifndef INPUT_LOOK_H
#define INPUT_LOOK_H

#include "dns/dname.h"
#include "io/csv.h"

#include <stdbool.h>

enum look {
	LOOK_EMPTY,
	LOOK_NAME,        /* as a domain, without a dot */
	LOOK_DOMAIN,      /* with a dot */
	LOOK_ADDRESS,     /* as clean_address() takes it */
	LOOK_MAIL,        /* something, @, and a domain */
	LOOK_NUMBER,      /* digits alone */
	LOOK_NETWORK,     /* 192.0.2.0/24 */
	LOOK_RANGE,       /* 192.0.2.1-192.0.2.9 */
	LOOK_ZONED,       /* fe80::1%eth0 */
	LOOK_ZEROS,       /* 192.000.002.001 */
	LOOK_SEVERAL,     /* 192.0.2.1, 192.0.2.2 */
	LOOK_MISTYPED,    /* 300.1.1.1, 2001:db8:::1 */
	LOOK_URL,         /* https://www.example.com/ */
	LOOK_PORT,        /* www.example.com:25 */
	LOOK_PLACEHOLDER, /* NULL, n/a */
	LOOK_OTHER,
	LOOK_COUNT
};

/* What stands around it means nothing. */
enum look look_at(struct csv_field value);
/* What nobody calls a column: an address, an e-mail address, a URL, ... A domain may be a name of
 * one. */
bool look_is_value(enum look look);

enum { LOOK_REASON_BYTES = 96 };

/* Why a cleaned name (clean.h) is no domain name. One consists of letters, digits, '-', '_', '*'
 * and octets over 127 between dots, and has a letter in its last label. NULL: nothing is to be said
 * against it; its labels and what IDNA says are for idna_parse(). The text may be `why`. */
const char *look_no_domain(char why[LOOK_REASON_BYTES], struct csv_field name);
/* Why a cleaned text, which clean_address() did not take, is no address. */
const char *look_no_address(struct csv_field text);
/* True for a domain that no mail host can have: of one label, or with a '*'. */
bool look_is_no_host(const struct dname *name);

/* For messages: what an octet or control is called, as "';'" or "U+0000". Into `text`, given back.
 */
enum { LOOK_OCTET_BYTES = 8 };
const char *look_octet(char text[LOOK_OCTET_BYTES], char octet);

#endif
