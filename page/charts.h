/* charts.h - the charts of a page, as one table: the question, the numbers, and for which results
 * there is one.
 *
 * A new chart is one row of the table, and a function that fills its figure. The numbers are those
 * of report/report.h, which counted them in one pass. One thread. */
#ifndef PAGE_CHARTS_H
#define PAGE_CHARTS_H

#include "page/chart.h"

/* The groups that the charts are made of: a set of 1 << enum report_by. */
unsigned charts_groups(void);

/* What is counted: "messages", "rows", "domains". */
const char *charts_things(const struct report *r);

/* Fills the figure of chart `i`. False: there are only `i`. *is_shown: these results have it. Out
 * of memory: a text of the figure has failed. */
bool charts_fill(const struct charts *c, unsigned i, struct figure *f, bool *is_shown);

#endif
