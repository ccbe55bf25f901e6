/* role.h - the four things that a column of the input can be, the one table of the names that they
 * are known by, and the layout: which column is which. layout.h decides it. Pure. */
#ifndef INPUT_ROLE_H
#define INPUT_ROLE_H

#include "base/textbuf.h"
#include "io/csv.h"

#include <stdbool.h>

enum { COLUMN_NONE = -1 };

enum role { ROLE_DOMAIN, ROLE_IP, ROLE_SENDER, ROLE_HELO, ROLE_COUNT };

struct layout {
	unsigned n_columns;
	int domain, ip, sender, helo; /* column index, or COLUMN_NONE */
	bool has_header;
	bool keeps_names; /* an output gives the columns no other names */
	bool guarded;     /* --csv-safe: see csv_put_guarded_field() */
	char delimiter;   /* of the input; an output always has commas. 0: ',' */
	bool is_empty;    /* there is no record at all */
	/* What is not sent to the DNS (privacy.h): local-parts of senders; and a sender without one
	 * is not postmaster, but one whose local-part is not in the input. */
	bool hides_local_parts, lacks_local_parts;
	/* The column names as they stood, without a line end. Where the first record is not
	 * understood, that record. Owned. */
	struct textbuf header;
	/* Where the name of each role's column stands in it; size 0: no column, no header row. */
	struct {
		uint32_t at, size;
	} names[ROLE_COUNT];
};

/* domain, ip, sender, helo: also how --columns and the note call it. */
const char *role_text(enum role role);
/* By a column's name, whatever its letter case. ROLE_COUNT: it is not known. */
enum role role_find(struct csv_field name);

/* What a name that is not known may mean, by the words in it: for advice, never for a decision.
 * ROLE_COUNT: nothing, or it is no name. */
enum role role_guess(struct csv_field name);

/* The layout's column of that role: the member, and its value. */
int *role_column(struct layout *layout, enum role role);
int role_column_of(const struct layout *layout, enum role role);

#endif
