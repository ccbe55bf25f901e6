/* pipeline.h - the threads of a scan, and the way of a batch of rows through them.
 *
 *     feeder (main thread)   takes an empty batch from `spare`, the one used last, fills it; waits
 *        |                   when there is none, which is the back-pressure. Gives each row to a
 *        |                   worker (feeder.h), and the batch to every worker that has rows in it
 *        v  lane->in
 *     workers                start rows while there is room. Print each finished row into their own
 *        |                   buffer of its batch. Whoever finishes the batch's last row joins and
 *        |                   compresses the batch, or leaves that to the collector
 *        v  lane->out
 *     collector              packs what workers left to it, up to two batches at a time; puts
 *        |                   batches in order and writes them to the sink
 *        |
 *        v  spare            back to the feeder
 *
 * Every arrow is one SPSC ring that can hold all batches, so a push never fails. A thread with
 * nothing to do sleeps on its doorbell. The number of batches is fixed, so memory does not grow
 * with the input. A scan that is stopped early (signal, full disk) skips the rows that were not
 * begun, and its output ends before the first of them.
 *
 * Each thread tells its errors to the user; pipeline_run() says how the scan ended. */
#ifndef SCANNER_PIPELINE_H
#define SCANNER_PIPELINE_H

#include "scanner/exchange.h"

struct worker;

struct pipeline {
	struct exchange exchange; /* what the threads share */
	struct batch *batches;
	struct worker *workers;
	unsigned n_workers; /* that are set up */
	int status;         /* the exit status when pipeline_init() fails */
};

/* Makes batches, rings, workers and their resolvers. False after telling the user why;
 * pipeline_fini() follows either way. The arguments stay the caller's and outlive the pipeline;
 * *format and *resumption are read when it runs. */
bool pipeline_init(struct pipeline *p, const struct options *options, struct inputs *inputs,
        const struct format *format, const struct resumption *resumption);
/* Takes a zeroed one. Its threads have ended. */
void pipeline_fini(struct pipeline *p);

/* Runs the scan to its end. True when every row was written. Main thread; `sink` stays the
 * caller's. */
bool pipeline_run(struct pipeline *p, struct sink *sink);

#endif
