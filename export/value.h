/* value.h - the text of one field, as a value of JSON, and as text that every tool reads.
 *
 * A field may hold any octets: the input's columns go through a scan as they stood. What comes out
 * is valid UTF-8 without NUL: U+FFFD stands for octets that are no UTF-8 (base/utf8.h) and for NUL.
 * In JSON all that could do something where it is shown is escaped: control characters, `<`, marks
 * that change the direction of text, line and paragraph separators. Pure. */
#ifndef EXPORT_VALUE_H
#define EXPORT_VALUE_H

#include "io/csv.h"
#include "results/columns.h"

/* Appends the value. An empty field is null. False: it is no text of that type; then nothing is
 * appended. Out of memory: out->failed. *n_replaced counts the U+FFFD that were put. */
bool value_put_json(
        struct textbuf *out, struct csv_field field, enum column_type type, uint64_t *n_replaced);
/* Appends a JSON string. */
void value_put_json_text(struct textbuf *out, struct csv_field field, uint64_t *n_replaced);

/* True when nothing of it needs U+FFFD. */
bool value_is_clean(struct csv_field field);
/* Appends the text with U+FFFD where it is not clean. */
void value_put_clean(struct textbuf *out, struct csv_field field, uint64_t *n_replaced);
/* As a name that stands in code: `_` for what value_put_json() escapes for its effect where it is
 * shown. */
void value_put_name(struct textbuf *out, struct csv_field field);
/* As value_put_clean(), with \t \n \r \\ for tab, LF, CR and a backslash. */
void value_put_tsv(struct textbuf *out, struct csv_field field, uint64_t *n_replaced);

#endif
