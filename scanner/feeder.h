/* feeder.h - the pipeline's first thread: input rows into batches, batches to workers. */
#ifndef SCANNER_FEEDER_H
#define SCANNER_FEEDER_H

#include "scanner/exchange.h"

/* Feeds all rows of the inputs, or until the scan is stopped. In the main thread. */
void feeder_run(struct exchange *x);

#endif
