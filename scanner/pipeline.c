/* pipeline.c - sets up the threads of a scan and the rings between them, runs them, and takes them
 * down. */
#include "scanner/pipeline.h"

#include "base/clock.h"
#include "base/exit_status.h"
#include "base/message.h"
#include "base/thread.h"
#include "scanner/collector.h"
#include "scanner/feeder.h"
#include "scanner/worker.h"
#include "scanner/worker_resolver.h"

#include <stdlib.h>

enum { BATCH_ROWS_MAX = 1024, BATCHES_MIN = 8 };

static void size_batches(unsigned window_rows, unsigned *n_batches, unsigned *batch_rows)
{
	*batch_rows = BATCH_ROWS_MAX;
	while (*batch_rows > 16 && window_rows / *batch_rows < BATCHES_MIN)
		*batch_rows /= 2;
	*n_batches = window_rows / *batch_rows;
	if (*n_batches < 2)
		*n_batches = 2;
}

static bool init_batches(struct pipeline *p)
{
	struct exchange *x = &p->exchange;
	p->batches = calloc(x->n_batches, sizeof *p->batches);
	bool good = p->batches;
	for (unsigned i = 0; good && i < x->n_batches; i++) {
		good = batch_init(&p->batches[i], x->batch_rows, x->n_lanes);
		for (enum side side = 0; side < SIDE_COUNT && good; side++)
			if (sides_path(x->options, side))
				good = batch_add_side(&p->batches[i], side);
		if (good)
			ring_push(x->spare, &p->batches[i]);
	}
	if (!good)
		message(MESSAGE_ERROR,
		        "out of memory for a window of %u rows; try a smaller --window",
		        x->options->window_rows);
	return good;
}

static bool init_workers(struct pipeline *p)
{
	unsigned n = p->exchange.n_lanes;
	p->workers = aligned_alloc(_Alignof(struct worker), n * sizeof *p->workers);
	if (!p->workers)
		return exchange_lacks_room(n);
	while (p->n_workers < n) {
		unsigned index = p->n_workers++;
		if (!worker_init(&p->workers[index], &p->exchange, index, &p->status))
			return false;
	}
	return true;
}

bool pipeline_init(struct pipeline *p, const struct options *options, struct inputs *inputs,
        const struct format *format, const struct resumption *resumption)
{
	struct exchange *x = &p->exchange;
	unsigned n_batches, batch_rows;
	*p = (struct pipeline){ .status = EXIT_STOPPED };
	size_batches(options->window_rows, &n_batches, &batch_rows);
	if (!exchange_init(x, options->workers, n_batches, batch_rows))
		return false;
	x->options = options;
	x->inputs = inputs;
	x->format = format;
	x->resumption = resumption;
	x->compress = options_output_is_gzip(options);
	x->has_memo = worker_memo_bytes(options, options->workers) > 0;
	x->shuffle_rows = options->shuffle_rows;
	x->mark.run = clock_wall_ms();
	row_settings_init(&x->settings, options);
	return init_batches(p) && init_workers(p);
}

void pipeline_fini(struct pipeline *p)
{
	for (unsigned w = 0; p->workers && w < p->n_workers; w++)
		worker_fini(&p->workers[w]);
	for (unsigned i = 0; p->batches && i < p->exchange.n_batches; i++)
		batch_fini(&p->batches[i]);
	free(p->workers);
	free(p->batches);
	if (p->exchange.n_batches)
		exchange_fini(&p->exchange);
}

bool pipeline_run(struct pipeline *p, struct sink *sink)
{
	struct exchange *x = &p->exchange;
	pthread_t collector;
	x->sink = sink;
	x->mark.version = x->format->version;
	x->mark.fingerprint = x->format->fingerprint;
	if (!thread_start(&collector, collector_main, x))
		return false;
	unsigned n_started = 0;
	while (n_started < p->n_workers &&
	        thread_start(&p->workers[n_started].thread, worker_main, &p->workers[n_started]))
		n_started++;
	if (n_started < p->n_workers)
		exchange_fail(x); /* nothing is fed: the collector ends at once */
	feeder_run(x);
	for (unsigned w = 0; w < n_started; w++)
		pthread_join(p->workers[w].thread, NULL);
	pthread_join(collector, NULL);
	return x->is_whole;
}
