/* worker.h - one of the scan's worker threads: its rows in flight, its resolver, its place between
 * the rings (see pipeline.h). */
#ifndef SCANNER_WORKER_H
#define SCANNER_WORKER_H

#include "scanner/batch.h"
#include "scanner/pipeline.h"
#include "scanner/runner.h"

struct worker {
	/* fixed */
	struct pipeline *pipeline;
	unsigned index;
	pthread_t thread;
	struct ring *in, *out; /* batches from the feeder, packed batches to the collector */
	struct doorbell bell;
	atomic_bool feeding_over; /* nothing more will be pushed into `in` */

	/* written by the feeder, or by the worker, read by the other */
	_Atomic uint64_t n_given, n_begun; /* rows */

	/* set by the progress thread, back to 0 by the worker: nothing was finished for so many
	 * seconds, and it should say what it waits for */
	_Atomic unsigned asked_s;

	/* the worker's, read by the progress thread */
	struct tally tally;

	/* the worker's own */
	struct loop *loop;
	struct loop_event *bell_event;
	struct runner runner;
	struct resolver *resolver;
	struct batch_packer packer;
	struct textbuf scratch;
	struct batch *batch; /* being begun */
	uint32_t next_row;   /* in it; BATCH_NO_ROW: take another */
	int64_t held_bytes;  /* to be added to the pipeline's */
	uint64_t looked_ns;  /* when it last looked at the memory */
};

/* False after telling the user why. */
bool worker_init(struct worker *w, struct pipeline *p, unsigned index);
void worker_fini(struct worker *w);

/* Rows given to it that it has not begun; feeder only. */
static inline uint64_t worker_backlog(const struct worker *w)
{
	return atomic_load_explicit(&w->n_given, memory_order_relaxed) -
	        atomic_load_explicit(&w->n_begun, memory_order_relaxed);
}

#endif
