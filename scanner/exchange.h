/* exchange.h - what the threads of a scan share, and the rings between them.
 *
 * Each member says who writes it. A lane is what one worker shares with the others: the feeder and
 * the collector know a worker only by its lane. pipeline.h has the way of a batch. */
#ifndef SCANNER_EXCHANGE_H
#define SCANNER_EXCHANGE_H

#include "base/doorbell.h"
#include "base/ring.h"
#include "input/inputs.h"
#include "io/bgzf.h"
#include "io/sink.h"
#include "resolver/resolver.h"
#include "resolver/rewriting.h"
#include "results/format.h"
#include "results/resume.h"
#include "results/tally.h"
#include "scanner/batch.h"
#include "scanner/options.h"
#include "scanner/row.h"
#include "scanner/sides.h"

#include <pthread.h>
#include <stdatomic.h>

struct lane {
	/* fixed while threads run; the two sides of a lane are on cache lines of their own */
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

	/* Set by the progress thread, reset by the worker. Not 0: no row was finished for so many
	 * seconds, and the worker should say what its rows wait for. */
	_Atomic unsigned asked_s;
};

struct exchange {
	/* fixed while threads run */
	const struct options *options;
	struct inputs *inputs; /* the feeder's */
	struct sink *sink;     /* the collector's */
	struct sides *sides;   /* likewise; NULL: none */
	struct row_settings settings;
	bool compress;               /* the output is block gzip */
	bool has_memo;               /* rows get keys, workers keep what rows came to */
	unsigned shuffle_rows;       /* --shuffle-window; 0: rows are begun in order */
	const struct format *format; /* of the output */
	/* what the output holds already; all zero for a new one */
	const struct resumption *resumption;
	/* The collector calls it once, before anything is written. False after telling the user why
	 * nothing may be. NULL: nothing is to be done before. */
	bool (*begin_output)(void *arg);
	/* The collector calls it when every row is written: appends the closing
	 * (results/closing.h), for block gzip. NULL: there is none. */
	void (*put_closing)(void *arg, struct textbuf *out);
	const struct rewriting *rewriting; /* of the upstreams; NULL: they are not probed */
	void *begin_output_arg;            /* of both */
	struct bgzf_checkpoint mark;       /* version, fingerprint and run of new members */
	unsigned n_batches, batch_rows;
	struct lane *lanes;
	unsigned n_lanes;
	pthread_t main_thread;

	/* between threads */
	struct ring *spare;   /* collector -> feeder */
	struct spares spares; /* output buffers */
	struct doorbell feeder_bell, collector_bell;
	_Atomic uint64_t n_fed;       /* batches handed to workers */
	atomic_bool fed_all;          /* n_fed is final */
	atomic_bool stopping;         /* begin no more rows: a signal or a failure */
	atomic_bool failed;           /* the sink or memory failed; the user was told */
	atomic_uint n_unpacked;       /* batches that the collector is to pack */
	_Atomic int64_t held_bytes;   /* output that is not yet written, packed or not */
	_Atomic uint64_t input_bytes; /* input text of the batches between feeder and collector */
	/* Rows on the disk (given to the system, where the output is no file), with those that a
	 * resumed output held. Written by the collector. */
	_Atomic uint64_t n_written_rows;

	/* the collector's */
	bool is_whole; /* every row is in the output; valid when the thread has ended */
	/* Packed batches by sequence modulo n_batches. There are only n_batches of them. */
	struct batch **waiting;

	/* the feeder's */
	struct batch **empty; /* taken from `spare`; the one that was used last is filled next */
	unsigned n_empty;
	volatile bool stop_reading; /* ends a blocking read; set by the thread's signal handler */
};

/* Makes lanes, rings and doorbells, for so many batches of so many rows each. False after telling
 * the user why; exchange_fini() cleans up either way. The caller sets the other members. */
bool exchange_init(struct exchange *x, unsigned n_lanes, unsigned n_batches, unsigned batch_rows);
void exchange_fini(struct exchange *x);

/* Packs a batch whose rows are all finished. Gives the change of `held_bytes`. A failure stops the
 * scan. Worker or collector. */
int64_t exchange_pack(struct exchange *x, struct batch *batch, struct batch_packer *packer);

/* Stops the reading of input; rows in flight are finished. Any thread, or with `from_handler` the
 * signal handler of the main thread. */
void exchange_stop(struct exchange *x, bool from_handler);

/* Repeats the stop, for a main thread that began a blocking read just after the signal. To be
 * called now and then by another thread. */
void exchange_nudge(struct exchange *x);

/* The sink or memory failed: stops the scan. True for the first call, whose caller tells the user.
 * Any thread. */
bool exchange_fail(struct exchange *x);

/* Out of memory: stops the scan before this row, and tells the user once. Any thread. */
void exchange_fail_memory(struct exchange *x, uint64_t row);

/* Tells the user that there is too little for so many workers. Always false. */
bool exchange_lacks_room(unsigned n_workers);

/* Rows that the feeder has given to workers, and those that a resumed output held. Any thread. */
uint64_t exchange_rows_fed(const struct exchange *x);

/* Sums over the lanes, and the rows that a resumed output held. Any thread. */
void exchange_tally(
        const struct exchange *x, struct tally *tally, struct resolver_counters *counters);

/* Adds what is not to be read while workers run. When they have ended. */
void exchange_tally_names(const struct exchange *x, struct tally *tally);

/* Sums the counters of an upstream, by its place in the options. False: the engine cannot tell. Any
 * thread. */
bool exchange_upstream(const struct exchange *x, unsigned index, struct upstream_counters *sum);

/* True when nothing that answers a question came from any upstream. Where the engine cannot tell:
 * when no question was answered, nor those of resolver/rewriting.h. Any thread. */
bool exchange_upstreams_are_silent(const struct exchange *x);

/* Rows that a worker was given and has not begun. Feeder. */
static inline uint64_t lane_backlog(const struct lane *lane)
{
	return atomic_load_explicit(&lane->n_given, memory_order_relaxed) -
	        atomic_load_explicit(&lane->n_begun, memory_order_relaxed);
}

#endif
