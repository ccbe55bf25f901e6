/* firstrow.h - what the fields of a first record look like, and what to type when they are not what
 * we know. Pure. */
#ifndef INPUT_FIRSTROW_H
#define INPUT_FIRSTROW_H

#include "input/role.h"

#include <stdbool.h>

enum firstrow_is {
	FIRSTROW_OTHER,
	FIRSTROW_PAIR,   /* a domain and an address, or a domain alone */
	FIRSTROW_RANKED, /* a number and a domain, as top lists have it */
};

struct firstrow {
	enum firstrow_is is;
	unsigned n_fields;
	int domain, ip, sender; /* the first fields that look like one, or COLUMN_NONE */
};

struct firstrow firstrow_look(struct csv_fields fields);
/* A field of it is a domain, an address or an e-mail address. */
bool firstrow_has_value(const struct firstrow *row);

/* `layout` was made by --columns without '='. True when the record is a header row all the same:
 * what stands in the columns that it names are names of columns. */
bool firstrow_is_header(const struct layout *layout, const struct csv_record *first);

/* Why such a record is refused, with what to type; appended. */
void firstrow_tell_header(
        const struct layout *layout, const struct csv_record *first, struct textbuf *why);
void firstrow_tell_other(
        const struct firstrow *row, const struct csv_record *first, struct textbuf *why);

/* Appends a foreign text: printable ASCII, cut where it is long. */
void firstrow_put(struct textbuf *out, struct csv_field text);

#endif
