/* collector.h - the pipeline's last thread: packed batches in order into the sink, and back to the
 * feeder. */
#ifndef SCANNER_COLLECTOR_H
#define SCANNER_COLLECTOR_H

#include "scanner/exchange.h"

/* The thread's body; `arg` is the exchange. */
void *collector_main(void *arg);

#endif
