/* worker.h - one of the scan's worker threads: its event loop, its rows in flight and its resolver
 * (see pipeline.h). It talks to the other threads through its lane of the exchange. */
#ifndef SCANNER_WORKER_H
#define SCANNER_WORKER_H

#include "scanner/group.h"

struct worker {
	/* fixed */
	struct exchange *exchange;
	struct lane *lane;
	unsigned index;
	pthread_t thread;

	/* the worker's own */
	struct loop *loop;
	struct loop_event *bell_event;
	struct runner runner;
	struct resolver *resolver;
	struct batch_packer packer;
	struct textbuf scratch;
	struct memo *memo;         /* NULL: none */
	struct group group;        /* its next rows */
	struct batch *ended_batch; /* of it n_ended rows have ended that are not counted yet */
	unsigned n_ended;
	int64_t held_bytes; /* to be added to the exchange's */
	uint64_t looked_ns; /* when it last looked at the memory */
	bool has_heard;     /* an upstream sent something */
};

/* Makes the worker of lane `index`. False after telling the user why; *status is the exit status
 * then. worker_fini() follows either way. Main thread, before the threads are started. */
bool worker_init(struct worker *w, struct exchange *x, unsigned index, int *status);
/* Main thread, when the worker's thread has ended. */
void worker_fini(struct worker *w);

/* The thread's body; `arg` is the worker. */
void *worker_main(void *arg);

#endif
