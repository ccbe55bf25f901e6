/* problems.h - what a strict receiving mail server would object to in a row: a list of words, which
 * docs/output.md describes. Words are a contract: they are added, never renamed. Pure. */
#ifndef RESULTS_PROBLEMS_H
#define RESULTS_PROBLEMS_H

#include "base/textbuf.h"
#include "results/outcome.h"

/* The words, in the order of the list: those of a scan, then those that only an audit has
 * (audit_problems.h). NULL: there are only `i` of them. */
#define PROBLEMS_MAX 64
const char *problems_word(unsigned i);

/* The words that apply: bit i is that of problems_word(i). */
uint64_t problems_of(const struct outcome *o);

/* Appends the words of `problems`, in the order of the list, with ';' between them. Out of memory:
 * out->failed. */
void problems_put(struct textbuf *out, const struct outcome *o);

#endif
