/* pipeline.c - sets up the threads of a scan and the rings between them, runs them, and takes them
 * down, in one visible order. */
#include "scanner/pipeline.h"

#include "base/clock.h"
#include "base/exit_status.h"
#include "base/message.h"
#include "scanner/batch.h"
#include "scanner/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_ROWS_MAX = 1024, BATCHES_MIN = 8 };

static void size_batches(struct pipeline *p)
{
	p->batch_rows = BATCH_ROWS_MAX;
	while (p->batch_rows > 16 && p->options->window_rows / p->batch_rows < BATCHES_MIN)
		p->batch_rows /= 2;
	p->n_batches = p->options->window_rows / p->batch_rows;
	if (p->n_batches < 2)
		p->n_batches = 2;
}

static bool init_batches(struct pipeline *p)
{
	size_batches(p);
	p->batches = calloc(p->n_batches, sizeof *p->batches);
	p->waiting = calloc(p->n_batches, sizeof *p->waiting);
	p->spare = ring_new(p->n_batches);
	bool good = p->batches && p->waiting && p->spare;
	for (unsigned i = 0; good && i < p->n_batches; i++) {
		good = batch_init(&p->batches[i], p->batch_rows, p->n_workers);
		if (good)
			ring_push(p->spare, &p->batches[i]);
	}
	if (!good)
		message(MESSAGE_ERROR,
		        "out of memory for a window of %u rows; try a smaller --window",
		        p->options->window_rows);
	return good;
}

bool pipeline_init(struct pipeline *p, const struct options *options, struct inputs *inputs,
        const struct format *format, const struct resumption *resumption)
{
	*p = (struct pipeline){ .options = options,
		.inputs = inputs,
		.format = format,
		.resumption = resumption,
		.n_workers = options->workers,
		.feeder_bell.fd = -1,
		.collector_bell.fd = -1 };
	p->status = EXIT_STOPPED;
	p->main_thread = pthread_self();
	p->compress = options_output_is_gzip(options);
	p->mark.run = clock_wall_ms();
	row_settings_init(&p->settings, options);
	if (doorbell_init(&p->feeder_bell) || doorbell_init(&p->collector_bell)) {
		message(MESSAGE_ERROR, "no file descriptors left");
		return false;
	}
	if (!init_batches(p))
		return false;
	p->workers = aligned_alloc(_Alignof(struct worker), p->n_workers * sizeof *p->workers);
	if (!p->workers) {
		message(MESSAGE_ERROR, "out of memory for %u workers", p->n_workers);
		return false;
	}
	for (unsigned w = 0; w < p->n_workers; w++)
		if (!worker_init(&p->workers[w], p, w)) {
			p->n_workers = w + 1;
			return false;
		}
	return true;
}

void pipeline_fini(struct pipeline *p)
{
	for (unsigned w = 0; p->workers && w < p->n_workers; w++)
		worker_fini(&p->workers[w]);
	for (unsigned i = 0; p->batches && i < p->n_batches; i++)
		batch_fini(&p->batches[i]);
	free(p->workers);
	free(p->batches);
	free(p->waiting);
	ring_free(p->spare);
	doorbell_fini(&p->feeder_bell);
	doorbell_fini(&p->collector_bell);
}

void pipeline_stop(struct pipeline *p, bool from_handler)
{
	atomic_store_explicit(&p->stopping, true, memory_order_release);
	if (from_handler)
		__atomic_store_n(&p->stop_reading, true, __ATOMIC_RELAXED);
	else
		pthread_kill(p->main_thread,
		        SIGUSR1); /* ends a blocking read; its handler comes back here */
	doorbell_ring(&p->feeder_bell);
	for (unsigned w = 0; w < p->n_workers; w++)
		doorbell_ring(&p->workers[w].bell);
}

bool pipeline_fail(struct pipeline *p)
{
	bool is_first = !atomic_exchange(&p->failed, true);
	if (is_first)
		pipeline_stop(p, false);
	return is_first;
}

void pipeline_nudge(struct pipeline *p)
{
	if (atomic_load_explicit(&p->stopping, memory_order_relaxed) &&
	        !atomic_load_explicit(&p->fed_all, memory_order_relaxed))
		pthread_kill(p->main_thread, SIGUSR1);
}

/* Signals are for the main thread, whose blocking reads they must end. */
static bool start_thread(pthread_t *thread, void *(*body)(void *), void *arg)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(thread, NULL, body, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		message(MESSAGE_ERROR, "a thread cannot be started: %s", strerror(failed));
	return !failed;
}

bool pipeline_run(struct pipeline *p, struct sink *sink)
{
	pthread_t collector;
	p->sink = sink;
	p->mark.version = p->format->version;
	p->mark.fingerprint = p->format->fingerprint;
	if (!start_thread(&collector, collector_main, p))
		return false;
	unsigned n_started = 0;
	while (n_started < p->n_workers &&
	        start_thread(&p->workers[n_started].thread, worker_main, &p->workers[n_started]))
		n_started++;
	if (n_started < p->n_workers)
		pipeline_fail(p); /* nothing is fed: the collector ends at once */
	feeder_run(p);
	for (unsigned w = 0; w < n_started; w++)
		pthread_join(p->workers[w].thread, NULL);
	pthread_join(collector, NULL);
	return p->is_whole;
}

uint64_t pipeline_rows_fed(const struct pipeline *p)
{
	uint64_t rows = p->resumption->n_rows;
	for (unsigned w = 0; w < p->n_workers; w++)
		rows += atomic_load_explicit(&p->workers[w].n_given, memory_order_relaxed);
	return rows;
}

/* Every member of the counters is a uint64_t, and a sum over workers makes sense for all of them.
 */
static void add_counters(struct resolver_counters *sum, const struct resolver *resolver)
{
	struct resolver_counters one;
	resolver_counters(resolver, &one);
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)&one;
	for (size_t i = 0; i < sizeof one / sizeof *from; i++)
		to[i] += from[i];
}

void pipeline_tally(
        const struct pipeline *p, struct tally *tally, struct resolver_counters *counters)
{
	*tally = (struct tally){ 0 };
	tally_sum(tally, &p->resumption->tally);
	*counters = (struct resolver_counters){ 0 };
	for (unsigned w = 0; w < p->n_workers; w++) {
		tally_sum(tally, &p->workers[w].tally);
		add_counters(counters, p->workers[w].resolver);
	}
}
