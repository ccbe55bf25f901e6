/* clean.h - what stands around the value of a known field and means nothing, taken away.
 *
 * The one place that cleans. Spreadsheets leave blanks and U+00A0, files that were joined
 * byte-order marks, a blank before a quote the quotes; Postfix writes <...> and
 * unknown[192.0.2.1]:25, Exim (helo.example) and host (helo) [192.0.2.1]:25. The rest of the row is
 * never changed. Results point into the text that was given. Pure; any thread. */
#ifndef INPUT_CLEAN_H
#define INPUT_CLEAN_H

#include "dns/ipaddr.h"
#include "io/csv.h"

#include <stdbool.h>

/* Without spaces, tabs, CR, LF, U+00A0 and characters without width (U+200B, U+2060, U+FEFF) at its
 * ends; then without a pair of double quotes around it. */
struct csv_field clean_blanks(struct csv_field field);
/* A domain or HELO name: without blanks, <...>, (...) and one final dot as well. */
struct csv_field clean_name(struct csv_field field);
/* A sender: without blanks, <...>, a source route (RFC 5321 section 4.1.2, A-d-l) and the final dot
 * of its domain. */
struct csv_field clean_sender(struct csv_field field);

/* The address in a field, which may be a literal, have a port behind it or a host name before its
 * brackets. False: it holds none. */
bool clean_address(struct ipaddr *ip, struct csv_field field);

/* Takes a port behind a text without other colons away: ":25". False: there is none. */
bool clean_port(struct csv_field *text);

#endif
