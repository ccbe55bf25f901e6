/* reportprint.h - a report as text for people, CSV or JSON for programs. Pure. */
#ifndef REPORT_REPORTPRINT_H
#define REPORT_REPORTPRINT_H

#include "report/report.h"

/* The groups by `by`, at most `top` of them; 0: all. Out of memory: out->failed. */
void reportprint_text(struct textbuf *out, const struct report *r, enum report_by by, unsigned top);
/* The groups alone. */
void reportprint_csv(struct textbuf *out, const struct report *r, enum report_by by, unsigned top);
void reportprint_json(struct textbuf *out, const struct report *r, enum report_by by, unsigned top);

#endif
