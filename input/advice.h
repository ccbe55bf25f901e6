/* advice.h - what to type when an input is not understood. Whatever is proposed can be typed as it
 * stands: words that the shell would change are quoted, and names that cannot be typed are not
 * proposed. Pure. */
#ifndef INPUT_ADVICE_H
#define INPUT_ADVICE_H

#include "input/firstrow.h"

#include <stdbool.h>

/* Appends a foreign text: printable UTF-8, cut where it is long. */
void advice_put_text(struct textbuf *out, struct csv_field text);
/* Appends a word for the shell, between single quotes where it needs them. */
void advice_put_word(struct textbuf *out, struct csv_field word);

/* The file that the advice is on. */
struct advice_file {
	const char *path; /* "-": standard input */
	bool is_gzip;
};
/* Appends "type: COMMAND FILE | spfsweep scan [OPTIONS] -"; in a pipe, or behind gzip, `in_pipe`
 * stands for the command. `options` may be NULL. */
void advice_put_pipe(struct textbuf *out, const struct advice_file *file, const char *command,
        const char *in_pipe, const struct textbuf *options);

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
        const struct csv_record *data, const struct advice_file *file);
/* It is nothing that is known. `next`: the record behind it, or NULL. `header_line`: the line on
 * which a header row or data was found, or 0. */
void advice_on_other(struct textbuf *why, const struct layout *layout,
        const struct csv_record *next, uint64_t header_line, const struct advice_file *file);

#endif
