/* shape.h - the columns of a file of results, each with its name, its type and its place in a row:
 * what `export` writes and `schema` prints.
 *
 * In a file that scan, audit, retry or merge wrote, ours are those from the last `status` on, since
 * none of the input's has that name. Before them stand `row` and the input's, which are text. What
 * is not known among ours is a column of --ask when it stands before `problems`, else text: a newer
 * version wrote it. The files beside an audit are told by their header rows.
 *
 * Names are as databases want them: valid UTF-8 of at most SHAPE_NAME_BYTES without control
 * characters and marks of direction, and unlike each other in any letter case. An empty one becomes
 * `column_3`, the second `x` `x_2`. A shape owns its names. Single thread. */
#ifndef EXPORT_SHAPE_H
#define EXPORT_SHAPE_H

#include "base/error.h"
#include "io/csv.h"
#include "results/columns.h"

#include <stdbool.h>
#include <stddef.h>

enum { SHAPE_COLUMNS_MAX = 4096, SHAPE_NAME_BYTES = 63 /* PostgreSQL cuts there */ };

struct shape_column {
	char *name;
	enum column_type type;
	unsigned place; /* its field of a row, from 0 */
	bool is_ours;   /* not the input's */
};

struct shape {
	struct shape_column *columns;
	unsigned n;
	bool is_of_file; /* all columns of a file are known, the input's, too */
};

/* What can be told without a file. */
enum shape_kind { SHAPE_SCAN, SHAPE_AUDIT, SHAPE_INCLUDES, SHAPE_NETWORKS, SHAPE_KINDS };
/* "scan". NULL: there are only `kind`. Lives for ever. */
const char *shape_kind_word(unsigned kind);

/* `row` and the columns of a new output, without the input's. ERROR_NOMEM. */
enum error shape_of_kind(struct shape *s, enum shape_kind kind);
/* The columns of a file with these names. ERROR_SYNTAX: they are of no results; ERROR_LIMIT: more
 * than SHAPE_COLUMNS_MAX; ERROR_NOMEM. shape_fini() in any case. */
enum error shape_of_names(struct shape *s, const struct csv_field *names, unsigned n);
/* Takes a zeroed one. */
void shape_fini(struct shape *s);

/* The column of that name. -1: there is none. */
int shape_find(const struct shape *s, struct csv_field name);
/* Keeps the columns that `list` names, with commas between them, in that order. False: *wrong is
 * the first name that is no column's, or that stands there twice; then nothing is changed. */
bool shape_choose(struct shape *s, const char *list, struct csv_field *wrong);

#endif
