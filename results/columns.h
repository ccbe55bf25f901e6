/* columns.h - the output's columns, as one table: the header row, the rows and docs/output.md (a
 * test compares) come from it.
 *
 * An output has `row`, the input's columns as they stood, then ours. Ours are found by name. An
 * output of an older version has fewer of them; it is read, continued and retried in the columns
 * that it was begun with, a `column_set`. Names are a contract: they are added, never renamed or
 * removed. Pure. */
#ifndef RESULTS_COLUMNS_H
#define RESULTS_COLUMNS_H

#include "base/textbuf.h"
#include "input/inputs.h"
#include "results/outcome.h"

enum { COLUMNS_MAX = 64 };

enum column_flags {
	COLUMN_QUOTED = 1, /* its text may hold a comma or a quote */
	COLUMN_TIME = 2,   /* a time: not compared when two rows are (results_same()) */
};

struct column {
	const char *name;
	void (*put)(struct textbuf *out, const struct outcome *o);
	unsigned since; /* the first version whose outputs have it */
	unsigned flags; /* a set of enum column_flags */
};

/* The columns of one output, in its order. */
struct column_set {
	unsigned n;
	const struct column *at[COLUMNS_MAX];
};

/* The columns of a new output. */
void columns_all(struct column_set *set);
/* The columns of version 0.1.0. */
void columns_of_0_1(struct column_set *set);
/* The lists of columns that versions of this program wrote, the newest first. False: there are only
 * `i` of them. */
bool columns_of_list(struct column_set *set, unsigned i);
/* Adds the column of that name. False: there is no such column, or the set has it already. */
bool columns_add_name(struct column_set *set, struct csv_field name);
/* The longest list of columns that some version wrote and that these names end with. False: they
 * end with none. */
bool columns_of_names(struct column_set *set, const struct csv_field *names, unsigned n);

/* True for the same columns in the same order. */
bool columns_same(const struct column_set *a, const struct column_set *b);

/* Appends the header row with its line end. */
void columns_put_header(
        struct textbuf *out, const struct layout *layout, const struct column_set *set);

/* Appends a finished row with its line end. `scratch` is used for quoting; its contents are lost.
 * Out of memory: out->failed. */
void columns_put_row(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct column_set *set, const struct outcome *o);

/* Appends the input's columns alone, as columns_put_row() does. */
void columns_put_input(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct csv_record *record);

#endif
