/* problems.h - what a strict receiving mail server would object to in a row: a closed list of
 * words, documented in docs/output.md. */
#ifndef RESULTS_PROBLEMS_H
#define RESULTS_PROBLEMS_H

#include "base/textbuf.h"
#include "results/outcome.h"

/* Appends the words that apply, ';' between them, in the order of the list. */
void problems_put(struct textbuf *out, const struct outcome *o);

#endif
