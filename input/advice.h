/* advice.h - what to type when an input is not understood. Whatever is proposed can be typed as it
 * stands: words that the shell would change are quoted, and names that cannot be typed are not
 * proposed. Pure. */
#ifndef INPUT_ADVICE_H
#define INPUT_ADVICE_H

#include "input/firstrow.h"
#include "input/typed.h"

/* Why a first record is refused, and what to type; appended.
 *
 * --columns has positions, and the record is a header row. */
void advice_on_header(
        struct textbuf *why, const struct layout *layout, const struct csv_record *first);
/* It has a name that is known, and a value in the column `value`. */
void advice_on_value(struct textbuf *why, const struct layout *layout,
        const struct csv_record *first, int value);
/* The first data row has a value of `role` in a column that has another name. */
void advice_on_column(struct textbuf *why, const struct layout *layout, enum role role, int column,
        const struct csv_record *data, const struct typed_file *file);
/* It is nothing that is known. `next`: the record behind it, or NULL. `begin_line`: the line on
 * which a header row or data was found, or 0; a `next` is there then. */
void advice_on_other(struct textbuf *why, const struct layout *layout,
        const struct csv_record *next, uint64_t begin_line, const struct typed_file *file);

#endif
