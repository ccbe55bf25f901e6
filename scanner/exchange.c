/* exchange.c - what the threads of a scan share: made, stopped and summed up. */
#include "scanner/exchange.h"

#include "base/message.h"

#include <signal.h>
#include <stdlib.h>

static bool lane_init(struct lane *lane, unsigned n_batches)
{
	*lane = (struct lane){ .bell.fd = -1 };
	lane->in = ring_new(n_batches);
	lane->out = ring_new(n_batches);
	return lane->in && lane->out && !doorbell_init(&lane->bell);
}

static void lane_fini(struct lane *lane)
{
	doorbell_fini(&lane->bell);
	ring_free(lane->in);
	ring_free(lane->out);
}

/* Of a batch that is filled, of one that is packed, and of the next ones. */
enum { SPARES_OF_LANE = 4 };

bool exchange_init(struct exchange *x, unsigned n_lanes, unsigned n_batches, unsigned batch_rows)
{
	*x = (struct exchange){ .n_batches = n_batches,
		.batch_rows = batch_rows,
		.main_thread = pthread_self(),
		.feeder_bell.fd = -1,
		.collector_bell.fd = -1 };
	bool good = !doorbell_init(&x->feeder_bell) && !doorbell_init(&x->collector_bell);
	x->waiting = calloc(n_batches, sizeof *x->waiting);
	x->empty = calloc(n_batches, sizeof *x->empty);
	x->spare = ring_new(n_batches);
	good = spares_init(&x->spares, SPARES_OF_LANE * n_lanes) && good;
	x->lanes = aligned_alloc(_Alignof(struct lane), n_lanes * sizeof *x->lanes);
	good = good && x->waiting && x->empty && x->spare && x->lanes;
	while (good && x->n_lanes < n_lanes)
		good = lane_init(&x->lanes[x->n_lanes++], n_batches);
	return good || exchange_lacks_room(n_lanes);
}

bool exchange_lacks_room(unsigned n_workers)
{
	message(MESSAGE_ERROR,
	        "%u workers cannot be set up: out of memory or file descriptors; raise the limit, "
	        "or use fewer --workers",
	        n_workers);
	return false;
}

void exchange_fini(struct exchange *x)
{
	for (unsigned i = 0; i < x->n_lanes; i++)
		lane_fini(&x->lanes[i]);
	free(x->lanes);
	free(x->waiting);
	free(x->empty);
	ring_free(x->spare);
	spares_fini(&x->spares);
	doorbell_fini(&x->feeder_bell);
	doorbell_fini(&x->collector_bell);
}

int64_t exchange_pack(struct exchange *x, struct batch *batch, struct batch_packer *packer)
{
	int64_t change = 0;
	for (unsigned i = 0; i < batch->n_workers; i++)
		change -= (int64_t)batch->out[i].text.size;
	if (!batch_pack(batch, packer))
		exchange_fail_memory(x, batch->first_row + batch->n_packed_rows);
	return change + (int64_t)batch->packed.size;
}

void exchange_stop(struct exchange *x, bool from_handler)
{
	atomic_store_explicit(&x->stopping, true, memory_order_release);
	if (from_handler)
		__atomic_store_n(&x->stop_reading, true, __ATOMIC_RELAXED);
	else
		pthread_kill(x->main_thread, SIGUSR1); /* its handler ends a blocking read */
	doorbell_ring(&x->feeder_bell);
	for (unsigned i = 0; i < x->n_lanes; i++)
		doorbell_ring(&x->lanes[i].bell);
}

bool exchange_fail(struct exchange *x)
{
	bool is_first = !atomic_exchange(&x->failed, true);
	if (is_first)
		exchange_stop(x, false);
	return is_first;
}

void exchange_fail_memory(struct exchange *x, uint64_t row)
{
	if (exchange_fail(x))
		message(MESSAGE_ERROR,
		        "memory: there was none left for row %llu; raise the limit, or use a "
		        "smaller --in-flight, --window or --cache",
		        (unsigned long long)row);
}

void exchange_nudge(struct exchange *x)
{
	if (atomic_load_explicit(&x->stopping, memory_order_relaxed) &&
	        !atomic_load_explicit(&x->fed_all, memory_order_relaxed))
		pthread_kill(x->main_thread, SIGUSR1);
}

uint64_t exchange_rows_fed(const struct exchange *x)
{
	uint64_t rows = x->resumption->n_rows;
	for (unsigned i = 0; i < x->n_lanes; i++)
		rows += atomic_load_explicit(&x->lanes[i].n_given, memory_order_relaxed);
	return rows;
}

static void add_counters(struct resolver_counters *sum, const struct resolver *resolver)
{
	struct resolver_counters one;
	resolver_counters(resolver, &one);
	resolver_counters_add(sum, &one);
}

void exchange_tally(
        const struct exchange *x, struct tally *tally, struct resolver_counters *counters)
{
	*tally = (struct tally){ 0 };
	tally_sum(tally, &x->resumption->tally);
	*counters = (struct resolver_counters){ 0 };
	for (unsigned i = 0; i < x->n_lanes; i++) {
		tally_sum(tally, &x->lanes[i].tally);
		add_counters(counters, x->lanes[i].resolver);
	}
}

void exchange_tally_names(const struct exchange *x, struct tally *tally)
{
	for (unsigned i = 0; i < x->n_lanes; i++)
		tally_sum_names(tally, &x->lanes[i].tally);
}

bool exchange_upstream(const struct exchange *x, unsigned index, struct upstream_counters *sum)
{
	*sum = (struct upstream_counters){ 0 };
	for (unsigned i = 0; i < x->n_lanes; i++)
		if (!resolver_add_upstream(x->lanes[i].resolver, index, sum))
			return false;
	return true;
}

static bool has_answers(const struct exchange *x)
{
	struct resolver_counters counters;
	for (unsigned i = 0; i < x->n_lanes; i++) {
		resolver_counters(x->lanes[i].resolver, &counters);
		if (counters.answers)
			return true;
	}
	return false;
}

bool exchange_upstreams_are_silent(const struct exchange *x)
{
	struct upstream_counters sum;
	for (unsigned i = 0; i < x->options->upstreams.n; i++) {
		if (!exchange_upstream(x, i, &sum))
			return x->rewriting && !has_answers(x) && !rewriting_hears(x->rewriting);
		if (sum.received)
			return false;
	}
	return x->options->upstreams.n > 0;
}
