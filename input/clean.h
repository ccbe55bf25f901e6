/* clean.h - what stands around the value of a known field and means nothing, taken away; and why a
 * text can be no domain name.
 *
 * The one place that cleans. Spreadsheets leave blanks and U+00A0, Postfix writes <...> and
 * unknown[192.0.2.1]:25, Exim (helo.example) and host (helo) [192.0.2.1]:25. The rest of the row is
 * never changed. Results point into the text that was given. Pure; any thread. */
#ifndef INPUT_CLEAN_H
#define INPUT_CLEAN_H

#include "dns/ipaddr.h"
#include "io/csv.h"

#include <stdbool.h>

/* Without spaces, tabs, CR, LF and U+00A0 at its ends. */
struct csv_field clean_blanks(struct csv_field field);
/* A domain or HELO name: without blanks, <...>, (...) and one final dot as well. */
struct csv_field clean_name(struct csv_field field);
/* A sender: without blanks, <...> and the final dot of its domain. */
struct csv_field clean_sender(struct csv_field field);

/* The address in a field, which may be a literal, have a port behind it or a host name before its
 * brackets. False: it holds none. */
bool clean_address(struct ipaddr *ip, struct csv_field field);

/* True for names that a mail host can have: letters, digits, hyphens, underscores, octets over 127,
 * and a dot between two labels. */
bool clean_is_host(struct csv_field name);

/* Why a cleaned text is no domain name although it could be read as one: an address, a URL, a port,
 * an e-mail address, a display name. NULL: nothing is to be said against it. */
const char *clean_objection(struct csv_field name);

#endif
