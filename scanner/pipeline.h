/* pipeline.h - the threads of a scan and what passes between them.
 *
 * One batch of rows goes round:
 *
 *     feeder (main thread)   takes an empty batch from `spare` (none: it sleeps, which is the
 *                            back-pressure), fills it with input rows, gives each row to the
 *        |                   worker its domain hashes to, so that rows of one domain share one
 *        |                   cache, or to the least busy one when that worker is far behind,
 *        |                   and pushes the batch into the ring of every worker that has rows in it
 *        v  lane->in
 *     workers                start rows while there is room, print each finished row into their own
 *                            buffer of its batch; whoever finishes the batch's last row packs
 *        |                   (joins and compresses) it and pushes it on
 *        v  lane->out
 *     collector              puts batches in order, writes them to the sink, and gives them back
 *        |
 *        v  spare            ... to the feeder
 *
 * Every arrow is one SPSC ring that can hold all batches, so a push never fails. Who has nothing to
 * do sleeps on its doorbell. The number of batches is fixed: memory does not grow with the input.
 * When the scan is stopped early (signal, full disk), rows that were not begun are skipped, and the
 * output ends before the first of them.
 *
 * Errors of a thread are told to the user where they happen; pipeline_run() says how the scan
 * ended. */
#ifndef SCANNER_PIPELINE_H
#define SCANNER_PIPELINE_H

#include "scanner/exchange.h"

struct worker;

struct pipeline {
	struct exchange exchange; /* what the threads share */
	struct batch *batches;
	struct worker *workers;
	unsigned n_workers; /* set up */
	int status;         /* the exit status when it cannot be set up */
};

/* Makes batches, rings, workers and their resolvers. False after telling the user why. `inputs`,
 * `format`, `resumption` and `sink` stay the caller's. */
bool pipeline_init(struct pipeline *p, const struct options *options, struct inputs *inputs,
        const struct format *format, const struct resumption *resumption);
/* Takes one that pipeline_init() was called for, whatever it said, or a zeroed one. */
void pipeline_fini(struct pipeline *p);

/* Runs the scan to its end; call from the main thread. True when every row was written. */
bool pipeline_run(struct pipeline *p, struct sink *sink);

#endif
