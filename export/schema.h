/* schema.h - the columns of results in the language of a tool: a JSON document, or code that reads
 * CSV and JSON lines into typed tables.
 *
 * Each tool is a `dialect` (dialects.c): how it writes names and types, and a text with holes.
 * Names of columns may hold any characters; they are quoted as the tool's language wants it. Pure.
 */
#ifndef EXPORT_SCHEMA_H
#define EXPORT_SCHEMA_H

#include "base/textbuf.h"
#include "export/shape.h"

/* How a name stands in the code. */
enum schema_quote {
	QUOTE_DOUBLE, /* "x", a quote doubled: an identifier of SQL */
	QUOTE_SINGLE, /* 'x', a quote doubled: a text of SQL */
	QUOTE_JSON,   /* "x", as JSON, which Python and R read as well */
};

/* `text` is code whose lines may begin with marks:
 *
 *     ?   only when all columns are known: of a file, or chosen
 *     !   only when they are not: a file has others, too
 *     *   once for each column
 *     ~   once for each column that is not text
 *
 * and hold, in lines for each column, @n and @s (the name, in two ways of quoting), @t (the type)
 * and @c (an expression that makes the value of the text in @n). A comma that ends such a line is
 * left out of the last one. */
struct dialect {
	const char *name;
	enum schema_quote n_quote, s_quote;
	struct {
		const char *type, *cast; /* NULL: our word, which the code has a table for */
	} types[TYPE_COUNT];
	const char *text;
};

/* Dialect `i`, in the order of docs/output.md. NULL: there are only `i`. */
const struct dialect *dialect_at(unsigned i);

/* Appends the code. Out of memory: out->failed. */
void schema_print(struct textbuf *out, const struct shape *shape, const struct dialect *dialect);
/* Appends the JSON document. */
void schema_print_json(struct textbuf *out, const struct shape *shape);

#endif
