/* typed.h - what people can read and type: foreign texts in messages, words and commands for the
 * shell. Pure. */
#ifndef INPUT_TYPED_H
#define INPUT_TYPED_H

#include "base/textbuf.h"
#include "io/csv.h"

#include <stdbool.h>

/* It is UTF-8, and all of it can be seen: no controls, nothing without width, nothing that turns
 * the direction of writing. */
bool typed_can_be(struct csv_field text);
/* Appends a foreign text: printable UTF-8, cut where it is long. */
void typed_put_text(struct textbuf *out, struct csv_field text);
/* Appends a word for the shell, between single quotes where it needs them. */
void typed_put_word(struct textbuf *out, struct csv_field word);

/* The file that the advice is on. */
struct typed_file {
	const char *path; /* "-": standard input */
	bool is_gzip;
	const char *command; /* which spfsweep reads it: "scan --log exim"; NULL: "scan" */
};
/* Appends "type: COMMAND FILE | spfsweep scan [OPTIONS] -"; in a pipe, or behind gzip, `in_pipe`
 * stands for the command. `options` may be NULL. */
void typed_put_pipe(struct textbuf *out, const struct typed_file *file, const char *command,
        const char *in_pipe, const struct textbuf *options);

#endif
