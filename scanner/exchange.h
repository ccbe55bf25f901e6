/* exchange.h - what passes between the threads of a scan, and what they share.
 *
 * Each member says who writes it. A lane is one worker's end of it: the feeder and the collector
 * know a worker by its lane alone. pipeline.h tells the whole way of a batch. */
#ifndef SCANNER_EXCHANGE_H
#define SCANNER_EXCHANGE_H

#include "base/doorbell.h"
#include "base/ring.h"
#include "input/inputs.h"
#include "io/bgzf.h"
#include "io/sink.h"
#include "resolver/resolver.h"
#include "results/format.h"
#include "results/resume.h"
#include "results/tally.h"
#include "scanner/batch.h"
#include "scanner/options.h"
#include "scanner/row.h"

#include <pthread.h>
#include <stdatomic.h>

struct lane {
	/* fixed while threads run */
	/* lanes share no cache line, nor do the sides of one */
	_Alignas(64) struct ring *in; /* batches from the feeder */
	struct ring *out;             /* packed batches to the collector */
	struct doorbell bell;
	struct resolver *resolver; /* its counters may be read by any thread */

	/* the feeder's */
	atomic_bool feeding_over; /* nothing more will be pushed into `in` */
	_Atomic uint64_t n_given; /* rows */

	/* the worker's, read by others */
	_Alignas(64) _Atomic uint64_t n_begun; /* rows */
	struct tally tally;

	/* set by the progress thread, back to 0 by the worker: nothing was finished for so many
	 * seconds, and it should say what it waits for */
	_Atomic unsigned asked_s;
};

struct exchange {
	/* fixed while threads run */
	const struct options *options;
	struct inputs *inputs; /* the feeder's */
	struct sink *sink;     /* the collector's */
	struct row_settings settings;
	bool compress;               /* the output is block gzip */
	const struct format *format; /* of the output */
	/* what the output holds already; nothing for a new one */
	const struct resumption *resumption;
	struct bgzf_checkpoint mark; /* version, fingerprint and run of our members */
	unsigned n_batches, batch_rows;
	struct lane *lanes;
	unsigned n_lanes;
	pthread_t main_thread;

	/* between threads */
	struct ring *spare; /* collector -> feeder */
	struct doorbell feeder_bell, collector_bell;
	_Atomic uint64_t n_fed;       /* batches handed to workers */
	atomic_bool fed_all;          /* n_fed is final */
	atomic_bool stopping;         /* no new rows: a signal, or an error of the sink */
	atomic_bool failed;           /* the sink or memory failed; told to the user */
	_Atomic int64_t held_bytes;   /* output not yet written, raw or packed */
	_Atomic uint64_t input_bytes; /* input text of the batches that are on their way */
	/* rows in the output, with those that were there before; on the disk, if it is one */
	_Atomic uint64_t n_written_rows;

	/* the collector's */
	bool is_whole; /* every row is in the output, and its end: known when it has ended */
	struct batch **waiting; /* packed ones by sequence modulo n_batches: no more than n_batches
	                           are on their way */

	/* the feeder's */
	volatile bool stop_reading; /* what blocking reads look at; set by the signal handler of the
	                               same thread */
};

/* Lanes, rings and bells, for so many batches of so many rows. False after telling the user why;
 * exchange_fini() cleans up either way. All else is the caller's to set. */
bool exchange_init(struct exchange *x, unsigned n_lanes, unsigned n_batches, unsigned batch_rows);
void exchange_fini(struct exchange *x);

/* Stops reading and lets what is in flight finish. From the main thread's signal handler, or any
 * thread with `from_handler` false. */
void exchange_stop(struct exchange *x, bool from_handler);

/* Now and then, from another thread: repeats the stop for a main thread that went into a blocking
 * read just after it was told. */
void exchange_nudge(struct exchange *x);

/* The sink or memory failed: nothing more can be written. True for the first who says so. Any
 * thread. */
bool exchange_fail(struct exchange *x);

/* Rows that the feeder has handed on, and those that a resumed output held; any thread. */
uint64_t exchange_rows_fed(const struct exchange *x);

/* Sums over the lanes; any thread while the scan runs, or after. */
void exchange_tally(
        const struct exchange *x, struct tally *tally, struct resolver_counters *counters);

/* Rows given to a lane that its worker has not begun; the feeder's. */
static inline uint64_t lane_backlog(const struct lane *lane)
{
	return atomic_load_explicit(&lane->n_given, memory_order_relaxed) -
	        atomic_load_explicit(&lane->n_begun, memory_order_relaxed);
}

#endif
