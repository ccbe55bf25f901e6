/* ending.h - what a scan came to: its exit status, and one line for each reason of it that no row
 * tells. Main thread, when the threads have ended. */
#ifndef SCANNER_ENDING_H
#define SCANNER_ENDING_H

#include "scanner/summary.h"

/* The exit status (base/exit_status.h), after telling the user:
 *
 *     why an output that is complete is no success: no question of the run had a definite answer,
 *     or --max-temperror
 *     which columns that are known are empty in every row: a warning
 *     which check that --checks names ran on no row: a warning */
int ending_status(const struct summary *s);

/* The same without telling anybody. Any thread, when every row is finished. */
int ending_find(const struct summary *s);

#endif
