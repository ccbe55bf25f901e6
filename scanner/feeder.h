/* feeder.h - the pipeline's first thread: input rows into batches, batches to workers.
 *
 * Rows of one domain go to one worker, whose cache then has the answers. When that worker is far
 * behind, they go to the one with the fewest rows. Failures are told to the user by inputs_next(),
 * or here; they stop the scan. */
#ifndef SCANNER_FEEDER_H
#define SCANNER_FEEDER_H

#include "scanner/exchange.h"

/* Feeds the rows of the input, to its end or until the scan is stopped. Main thread. */
void feeder_run(struct exchange *x);

#endif
