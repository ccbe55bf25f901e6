/* columns.h - the output's columns, as one table: header, rows and docs/output.md (a test compares)
 * all come from it.
 *
 * The order is a contract (scripts depend on it): `row`, the input's columns as they stood, then
 * the table. */
#ifndef RESULTS_COLUMNS_H
#define RESULTS_COLUMNS_H

#include "base/textbuf.h"
#include "input/inputs.h"
#include "results/outcome.h"

/* Appends the header row with its line end. */
void columns_put_header(struct textbuf *out, const struct layout *layout);

/* Appends a finished row with its line end. `scratch` is for the work of quoting; its contents are
 * lost. Without memory out->failed is set. */
void columns_put_row(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct outcome *o);

/* Appends the input's columns alone, as columns_put_row() does. */
void columns_put_input(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct csv_record *record);

/* The names of the table's columns; NULL past the last. */
const char *columns_name(unsigned i);

/* The questions behind the row's temperrors, "TXT example.com: unresolved (why);..."; nothing when
 * there is none. */
void columns_put_causes(struct textbuf *out, const struct outcome *o);

#endif
