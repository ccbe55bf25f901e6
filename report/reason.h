/* reason.h - why a row did not pass, in words: "include:_old.example has no SPF record". Pure. */
#ifndef REPORT_REASON_H
#define REPORT_REASON_H

#include "report/resultfile.h"

/* Appends the reason. Nothing: it passed. Out of memory: out->failed. */
void reason_put(struct textbuf *out, const struct result_row *row);

#endif
