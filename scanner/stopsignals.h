/* stopsignals.h - the signals that end a scan in order: SIGINT, SIGTERM, SIGHUP.
 *
 *     while a scan runs    the first one stops it in order; after it all of them have their default
 *                          action, so a second one ends the program at once
 *     behind it            they are held back: they cannot take away its exit status, and are there
 *                          for a wait or a scan that follows (sweep.h)
 *
 * Those that were ignored when the program was started (nohup, a background job) stay ignored. Main
 * thread; the threads of a scan hold back all signals (base/thread.h). */
#ifndef SCANNER_STOPSIGNALS_H
#define SCANNER_STOPSIGNALS_H

#include "scanner/exchange.h"

#include <stdbool.h>

/* From now on a stop signal stops this scan; one that was held back does so at once. Also ignores
 * SIGPIPE and SIGXFSZ, so that writes fail in place of ending the program. */
void stopsignals_take(struct exchange *exchange);
/* The scan has ended. */
void stopsignals_leave(void);
/* Waits behind a scan. False: a stop signal came, which is used up. */
bool stopsignals_wait(unsigned seconds);

#endif
