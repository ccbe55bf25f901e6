/* pipeline.h - the threads of a scan and what passes between them.
 *
 * One batch of rows goes round:
 *
 *     feeder (main thread)   takes an empty batch from `spare` (none: it sleeps, which is the
 *                            back-pressure), fills it with input rows, gives each row to the
 *        |                   worker its domain hashes to, so that rows of one domain share one
 *        |                   cache, or to the least busy one when that worker is far behind,
 *        |                   and pushes the batch into the ring of every worker that has rows in it
 *        v  worker->in
 *     workers                start rows while there is room, print each finished row into their own
 *                            buffer of its batch; whoever finishes the batch's last row packs
 *        |                   (joins and compresses) it and pushes it on
 *        v  worker->out
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

#include "base/doorbell.h"
#include "base/ring.h"
#include "io/bgzf.h"
#include "io/sink.h"
#include "input/inputs.h"
#include "scanner/options.h"
#include "results/format.h"
#include "results/resume.h"
#include "scanner/row.h"
#include "results/tally.h"

#include <pthread.h>
#include <stdatomic.h>

struct worker;

struct pipeline {
	/* fixed while threads run */
	const struct options *options;
	struct inputs *inputs; /* the feeder's */
	struct sink *sink;     /* the collector's */
	struct row_settings settings;
	bool compress;               /* the output is block gzip */
	const struct format *format; /* of the output */
	const struct resumption
	        *resumption;         /* what the output holds already; nothing for a new one */
	struct bgzf_checkpoint mark; /* version, fingerprint and run of our members */
	int status;                  /* the exit status when it cannot be set up */
	struct batch *batches;
	unsigned n_batches, batch_rows;
	struct worker *workers;
	unsigned n_workers;
	pthread_t main_thread;

	/* between threads */
	struct ring *spare; /* collector -> feeder */
	struct doorbell feeder_bell, collector_bell;
	_Atomic uint64_t n_fed;          /* batches handed to workers */
	atomic_bool fed_all;             /* n_fed is final */
	atomic_bool stopping;            /* no new rows: a signal, or an error of the sink */
	atomic_bool failed;              /* the sink or memory failed; told to the user */
	_Atomic int64_t held_bytes;      /* output not yet written, raw or packed */
	_Atomic uint64_t input_bytes;    /* input text of the batches that are on their way */
	_Atomic uint64_t n_written_rows; /* in the output, with those that were there before; on the
	                                    disk, if it is one */

	/* the collector's */
	bool is_whole; /* every row is in the output, and its end: known when it has ended */
	struct batch **waiting; /* packed ones by sequence modulo n_batches: no more than n_batches
	                           are on their way */

	/* feeder */
	volatile bool stop_reading; /* what blocking reads look at; set by the signal handler of the
	                               same thread */
};

/* Makes batches, rings, workers and their resolvers. False after telling the user why. `inputs`,
 * `format`, `resumption` and `sink` stay the caller's. */
bool pipeline_init(struct pipeline *p, const struct options *options, struct inputs *inputs,
        const struct format *format, const struct resumption *resumption);
void pipeline_fini(struct pipeline *p);

/* Runs the scan to its end; call from the main thread. True when every row was written. */
bool pipeline_run(struct pipeline *p, struct sink *sink);

/* Stops reading and lets what is in flight finish. From the main thread's signal handler, or any
 * thread with `from_handler` false. */
void pipeline_stop(struct pipeline *p, bool from_handler);

/* Now and then, from another thread: repeats the stop for a main thread that went into a blocking
 * read just after it was told. */
void pipeline_nudge(struct pipeline *p);

/* Rows that the feeder has handed on, and those that a resumed output held; any thread. */
uint64_t pipeline_rows_fed(const struct pipeline *p);

/* Sums over the workers; any thread while the pipeline runs, or after. */
void pipeline_tally(
        const struct pipeline *p, struct tally *tally, struct resolver_counters *counters);

/* ---- for its threads ---- */

/* The sink or memory failed: nothing more can be written. True for the first who says so. */
bool pipeline_fail(struct pipeline *p);

void feeder_run(struct pipeline *p);
/* Thread bodies; arg is the pipeline, and the worker. */
void *collector_main(void *arg);
void *worker_main(void *arg);

#endif
