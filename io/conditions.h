/* conditions.h - which rows of a CSV file are wanted, by the values in named columns: what --where
 * says.
 *
 *     spf=fail,iprev!=pass     all of them hold
 *     problems=no_ptr          of a list (joined with `;`) one item counts
 *     error=                   an empty field
 *
 * Plain values: the text is the caller's and outlives them. Pure. */
#ifndef IO_CONDITIONS_H
#define IO_CONDITIONS_H

#include "io/csv.h"

enum { CONDITIONS_MAX = 8 };

struct condition {
	struct csv_field name, value;
	bool is_not;
	int column; /* in the file at hand, by conditions_bind(); -1: it has none */
};

struct conditions {
	struct condition list[CONDITIONS_MAX];
	unsigned n;
};

/* From NAME=VALUE and NAME!=VALUE with commas between them. False: it is no such text, or there are
 * too many. */
bool conditions_parse(struct conditions *c, const char *text);

/* Finds the columns among these names; of two with one name the last. NULL: all are there; else the
 * first condition whose column is not. */
const struct condition *conditions_bind(
        struct conditions *c, const struct csv_field *names, unsigned n);

/* True when all hold for a row of these fields, after conditions_bind(). */
bool conditions_hold(const struct conditions *c, const struct csv_field *fields);

#endif
