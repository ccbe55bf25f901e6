/* problems.h - what a strict receiving mail server would object to in a row: a list of words, which
 * docs/output.md describes. Words are a contract: they are added, never renamed. Pure. */
#ifndef RESULTS_PROBLEMS_H
#define RESULTS_PROBLEMS_H

#include "base/textbuf.h"
#include "results/outcome.h"

/* Appends the words that apply, in the order of the list, with ';' between them. Out of memory:
 * out->failed. */
void problems_put(struct textbuf *out, const struct outcome *o);

#endif
