/* columns.h - the output's columns, as one table: header, rows and docs/output.md (a test compares)
 * all come from it.
 *
 * An output has `row`, the input's columns as they stood, then ours. Ours are found by name, so an
 * output of an older version, which has fewer of them, is read, continued and retried in the
 * columns that it was begun with: a `column_set`. Names are a contract: added, never renamed. Pure.
 */
#ifndef RESULTS_COLUMNS_H
#define RESULTS_COLUMNS_H

#include "base/textbuf.h"
#include "input/inputs.h"
#include "results/outcome.h"

enum { COLUMNS_MAX = 64 };

enum column_flags {
	COLUMN_QUOTED = 1, /* its text may hold what must be quoted */
	COLUMN_TIME = 2,   /* it tells of time: two rows that differ in it alone are the same */
};

struct column {
	const char *name;
	void (*put)(struct textbuf *out, const struct outcome *o);
	unsigned since; /* the first list of columns that has it */
	unsigned flags; /* enum column_flags */
};

/* Those of one output, in its order. */
struct column_set {
	unsigned n;
	const struct column *at[COLUMNS_MAX];
};

/* Those of a new output. */
void columns_all(struct column_set *set);
/* Those of version 0.1.0. */
void columns_of_0_1(struct column_set *set);
/* The lists of columns that versions of this program wrote, the newest first. False: there are only
 * `i` of them. */
bool columns_of_list(struct column_set *set, unsigned i);
/* Adds the column of that name. False: we know no such column, or the set has it already. */
bool columns_add_name(struct column_set *set, struct csv_field name);
/* The longest list of columns that any version wrote and that these names end with. False: none. */
bool columns_of_names(struct column_set *set, const struct csv_field *names, unsigned n);

/* The same columns in the same order. */
bool columns_same(const struct column_set *a, const struct column_set *b);

/* Appends the header row with its line end. */
void columns_put_header(
        struct textbuf *out, const struct layout *layout, const struct column_set *set);

/* Appends a finished row with its line end. `scratch` is for the work of quoting; its contents are
 * lost. Without memory out->failed is set. */
void columns_put_row(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct column_set *set, const struct outcome *o);

/* Appends the input's columns alone, as columns_put_row() does. */
void columns_put_input(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct csv_record *record);

/* The questions behind the row's temperrors, "TXT example.com: unresolved (why);..."; nothing when
 * there is none. */
void columns_put_causes(struct textbuf *out, const struct outcome *o);

#endif
