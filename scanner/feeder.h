/* feeder.h - the pipeline's first thread: input rows into batches, batches to workers.
 *
 * Rows of one domain go to one worker, whose cache then has the answers. Those of a domain that has
 * many of the rows are shared out by their keys (scanner/rowkey.h), so that it does not keep one
 * worker busy and the others idle. A worker that falls behind gives domains up, one bucket of them
 * after the other, and for good. Failures are told to the user by inputs_next(), or here; they stop
 * the scan. */
#ifndef SCANNER_FEEDER_H
#define SCANNER_FEEDER_H

#include "scanner/exchange.h"

/* Feeds the rows of the input, to its end or until the scan is stopped. Main thread. */
void feeder_run(struct exchange *x);

#endif
