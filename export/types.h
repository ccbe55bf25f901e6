/* types.h - the types of columns (results/columns.h) as words, and as JSON has them.
 *
 * The words are a contract: `spfsweep schema` prints them, docs/output.md has them. Pure. */
#ifndef EXPORT_TYPES_H
#define EXPORT_TYPES_H

#include "results/columns.h"

/* "list_of_mx". Lives for ever. */
const char *type_word(enum column_type type);
/* The JSON Schema of such a value in JSON lines, as JSON without a line end. Lives for ever. */
const char *type_json_schema(enum column_type type);

#endif
