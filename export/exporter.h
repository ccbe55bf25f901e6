/* exporter.h - rows of results in another form.
 *
 *     jsonl   an object a line, with numbers, booleans, lists and nulls
 *     csv     as they stand, in text that every tool reads
 *     tsv     the same, with \t \n \r \\ in place of quotes
 *
 * Appends to a buffer that the caller empties. The shape is the caller's, and const. Single
 * thread. */
#ifndef EXPORT_EXPORTER_H
#define EXPORT_EXPORTER_H

#include "base/error.h"
#include "export/reading.h"
#include "export/shape.h"

enum export_form { EXPORT_JSONL, EXPORT_CSV, EXPORT_TSV, EXPORT_FORMS };
/* "jsonl". NULL: there are only `form`. Lives for ever. */
const char *export_form_word(unsigned form);

struct exporter {
	const struct shape *shape;
	enum export_form form;
	bool is_whole;         /* all columns of the file in their order */
	struct textbuf *names; /* of jsonl: what stands before each value */
	struct textbuf scratch;
	uint64_t n_rows, n_replaced; /* U+FFFD that were put */
	unsigned wrong;              /* the column whose text is not of its type */
};

/* ERROR_NOMEM. `n_fields`: of a row. exporter_fini() in any case. */
enum error exporter_init(
        struct exporter *e, const struct shape *shape, enum export_form form, unsigned n_fields);
/* Takes a zeroed one. */
void exporter_fini(struct exporter *e);

/* The header row; JSON lines have none. */
void exporter_put_header(struct exporter *e, struct textbuf *out);
/* The row at hand. ERROR_SYNTAX: e->wrong; nothing was appended. ERROR_NOMEM: also in `out`. */
enum error exporter_put_row(struct exporter *e, struct textbuf *out, const struct reading *r);

#endif
