/* expansion.h - a row whose address is a network, as the rows that its addresses would be.
 *
 *     example.com,192.0.2.0/30     example.com,192.0.2.0 ... example.com,192.0.2.3
 *
 * The rows are written out as they would stand in the input, one after the other, so nothing behind
 * the input knows of it. A network of more than EXPANSION_MAX addresses, or with bits set behind
 * its prefix, is left as it stands: it is bad input. One thread. Zeroed: nothing is expanded. */
#ifndef INPUT_EXPANSION_H
#define INPUT_EXPANSION_H

#include "dns/ipaddr.h"
#include "io/csv.h"

#include <stdbool.h>

enum { EXPANSION_MAX = 1 << 16 };

struct expansion {
	struct csv_record record; /* the row with the network; valid as long as its reader's */
	int column;               /* of the address */
	struct ipaddr next;
	unsigned n_left; /* rows that were not given yet */
	struct textbuf row, scratch;
};

/* Begins with a row, whose text stays as it is until all rows were given. False: its field of that
 * column, counted from 0, is no network; nothing was begun. */
bool expansion_begin(struct expansion *e, const struct csv_record *record, int column);
/* The next row, while n_left is not 0; valid until the next call. False: out of memory. */
bool expansion_next(struct expansion *e, struct csv_record *record);
/* Leaves the next row out, while n_left is not 0. */
void expansion_skip(struct expansion *e);
/* Takes a zeroed one. */
void expansion_fini(struct expansion *e);

#endif
