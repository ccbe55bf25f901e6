/* collector.h - the pipeline's last thread: writes packed batches to the sink, in the order of the
 * input, and gives them back to the feeder.
 *
 * It writes the header row first and the end-of-file member last, and syncs every --sync-interval.
 * Rows count as written (exchange->n_written_rows) when they are on the disk. Every failure of the
 * sink is told here; it stops the scan. */
#ifndef SCANNER_COLLECTOR_H
#define SCANNER_COLLECTOR_H

#include "scanner/exchange.h"

/* The thread's body; `arg` is the exchange. */
void *collector_main(void *arg);

#endif
