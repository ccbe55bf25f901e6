/* markup.h - the one place where text becomes markup, of HTML, SVG and XML alike.
 *
 * Text comes from strangers: names of the DNS, columns of an input. What is written holds no `<`,
 * `>`, `&`, quote or control of theirs, and is valid UTF-8, so it can end no element and no
 * attribute. What cannot be seen, or changes how other text is seen, is shown as what it is:
 *
 *     an octet that is a control or no UTF-8     \x1b
 *     a code point that cannot be seen, changes
 *     the direction, or is put on top of others  \u{202e}
 *
 * Columns are about as wide as a digit: two for wide letters. Pure. Out of memory: out->failed. */
#ifndef PAGE_MARKUP_H
#define PAGE_MARKUP_H

#include "io/csv.h"

/* All of it. */
void markup_put(struct textbuf *out, struct csv_field text);
/* At most so many columns (3 or more): of a longer one the middle gives way to an ellipsis. */
void markup_put_cut(struct textbuf *out, struct csv_field text, unsigned columns);
/* The same of a text of our own, which has a NUL at its end. */
void markup_put_text(struct textbuf *out, const char *text);

#endif
