/* firstrow.h - what the fields of a first record look like: a header row, or which data. Pure. */
#ifndef INPUT_FIRSTROW_H
#define INPUT_FIRSTROW_H

#include "input/look.h"
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
	int value;              /* the first that nobody calls a column, or COLUMN_NONE */
	bool is_data;           /* each field is a domain, an address, a number or empty */
};

struct firstrow firstrow_look(struct csv_fields fields);
/* A field of it is a domain, an address or an e-mail address. */
bool firstrow_has_value(const struct firstrow *row);

/* `layout` was made by --columns without '='. True when the record is a header row all the same:
 * what stands in the columns that it names are names of columns. */
bool firstrow_is_header(const struct layout *layout, const struct csv_record *first);

/* What a column of a role holds: an address, a domain, ... An empty field holds nothing. */
bool firstrow_fits(enum role role, enum look look);

/* The field at a place, counted from 0. False: there is none. `scratch` as in csv.h. */
bool firstrow_field(
        const struct csv_record *record, int at, struct textbuf *scratch, struct csv_field *field);

#endif
