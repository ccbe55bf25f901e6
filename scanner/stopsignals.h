/* stopsignals.h - SIGINT, SIGTERM and SIGHUP end a scan in order, and SIGUSR1 of our own threads
 * ends a blocking read. Main thread; one scan at a time. */
#ifndef SCANNER_STOPSIGNALS_H
#define SCANNER_STOPSIGNALS_H

#include "scanner/exchange.h"

/* The first stop signal ends the scan in order. After it all of them have their default action, so
 * a second one ends the program at once. The exchange outlives stopsignals_leave(). */
void stopsignals_take(struct exchange *exchange);
/* From now on they are ignored. */
void stopsignals_leave(void);

#endif
