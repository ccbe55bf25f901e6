/* causes.h - why the look-ups of a row failed, as the column dns_cause and `spfsweep check` tell
 * it. Pure. */
#ifndef RESULTS_CAUSES_H
#define RESULTS_CAUSES_H

#include "base/textbuf.h"
#include "results/outcome.h"

/* Appends the look-ups that failed, if any: "TXT example.com: servfail (why);...", at most
 * FAILURES_MAX. Out of memory: out->failed. */
void causes_put(struct textbuf *out, const struct outcome *o);

#endif
