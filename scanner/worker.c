/* worker.c - one of the scan's worker threads.
 *
 * A turn: take answers in and continue rows; begin new rows while there is room; sleep in the event
 * loop when there was nothing to do. Rows whose answers are all cached are finished inside
 * begin_rows(), so the loop is entered once for some hundred of them. */
#include "scanner/worker.h"

#include "base/clock.h"
#include "base/loop.h"
#include "base/message.h"
#include "results/columns.h"
#include "scanner/edges.h"
#include "scanner/headroom.h"
#include "scanner/recall.h"
#include "scanner/recording.h"
#include "scanner/replaying.h"
#include "scanner/silence.h"
#include "scanner/worker_resolver.h"
#include "results/results.h"
#include "scanner/watchdog.h"

/* The most rows begun in one turn. */
enum { BEGIN_MAX = 256 };

/* How often free memory is checked, and the least rows in flight before the scan is given up. */
#define LOOK_NS (5 * CLOCK_NS_PER_MS)
enum { IN_FLIGHT_LEAST = 8 };

/* Output that is not yet written. With more than this a worker has only one row in flight. That
 * still finishes the batches, the oldest first. */
enum { HELD_MAX_BYTES = 64 << 20 };

/* The worker that packs falls behind, ends the next batch last and packs that, too. So the
 * collector packs while it has little to do. */
enum { UNPACKED_MAX = 2 };

static void pass_on(struct worker *w, struct batch *batch)
{
	struct exchange *x = w->exchange;
	if (atomic_load_explicit(&x->n_unpacked, memory_order_relaxed) < UNPACKED_MAX)
		atomic_fetch_add_explicit(&x->n_unpacked, 1, memory_order_relaxed);
	else
		w->held_bytes += exchange_pack(x, batch, &w->packer);
	ring_push(w->lane->out, batch);
	doorbell_ring(&x->collector_bell);
}

/* What belongs to the row in one side file. */
static void put_side(struct worker *w, struct textbuf *text, enum side side, const struct row *row,
        const struct outcome *outcome)
{
	const struct options *options = w->exchange->options;
	if (side == SIDE_RECORD)
		recording_put_row(text, &w->scratch,
		        options->replaying ? &options->replaying->source.upstreams
		                           : &options->upstreams,
		        row->number, &row->answers);
	else if (side == SIDE_INCLUDES && outcome->policy)
		edges_put_includes(text, &w->scratch, row->number, outcome->policy);
	else if (side == SIDE_NETWORKS && outcome->policy)
		edges_put_networks(text, &w->scratch, row->number, outcome->policy);
}

static void put_sides(
        struct worker *w, struct batch *batch, const struct row *row, const struct outcome *outcome)
{
	for (enum side side = 0; side < SIDE_COUNT; side++) {
		struct textbuf *text = batch_side_text(batch, side, w->index);
		if (!text)
			continue;
		size_t at = text->size;
		put_side(w, text, side, row, outcome);
		batch_end_side_row(batch, side, row->owner_slot, w->index, at);
		w->held_bytes += (int64_t)(text->size - at);
	}
}

/* Its output is in the worker's buffer of the batch from `at` on. */
static void finish_row(struct worker *w, struct batch *batch, uint32_t slot, size_t at)
{
	batch_compress_long_row(batch, slot, w->index, at, &w->packer);
	w->held_bytes += (int64_t)(batch->out[w->index].text.size - at);
	if (batch_finish_row(batch, slot, w->index, at, false))
		pass_on(w, batch);
}

static void skip_row(struct worker *w, struct batch *batch, uint32_t slot)
{
	if (batch_finish_row(batch, slot, w->index, batch->out[w->index].text.size, true))
		pass_on(w, batch);
}

/* Out of memory, or the record that is replayed was changed: the scan ends before this row, since
 * it has no result. */
static void lose_row(struct worker *w, struct batch *batch, uint32_t slot)
{
	const struct replaying *replaying = w->exchange->options->replaying;
	if (replaying && atomic_load(&replaying->is_broken))
		exchange_fail(w->exchange); /* that was told */
	else
		exchange_fail_memory(w->exchange, batch->rows[slot].number);
	skip_row(w, batch, slot);
}

/* Keeps what a row came to, whose columns stand in the worker's buffer of its batch. */
static void remember(struct worker *w, const struct batch *batch, const struct row *row,
        const struct outcome *outcome, const struct tally_row *counts,
        const struct column_ends *ends)
{
	const struct textbuf *out = &batch->out[w->index].text;
	const struct batch_row *r = &batch->rows[row->owner_slot];
	if (!w->memo || out->failed)
		return;
	struct finished_row done = { .outcome = outcome,
		.answers = &row->answers,
		.columns = &w->exchange->format->results.columns,
		.ends = ends,
		.results = out->bytes + ends->begin,
		.now_s = resolver_cache_s(w->resolver) };
	row_expiries(row, done.expires_s);
	recall_keep(
	        w->memo, &r->key, row, counts, done.results, out->size - ends->begin, done.now_s);
	findings_keep(w->memo, &row->findings, &done);
}

/* `retry`: writes a row as it stood, and counts what it says. */
static void put_printed(struct worker *w, struct textbuf *out, struct csv_field printed)
{
	struct csv_record record = { .text = printed.text, .size = printed.size };
	struct results_row row;
	textbuf_put(out, printed.text, printed.size);
	textbuf_put_char(out, '\n');
	if (results_parse(&w->exchange->format->results, &record, &w->scratch, &row))
		results_tally(&w->lane->tally, &row);
}

/* `retry`: a row that had no failure, and has one now, is to stand as it did. It is old still, so
 * that the next retry asks again. */
static bool keeps_old_row(struct worker *w, struct csv_field printed, bool has_failure)
{
	struct csv_record record = { .text = printed.text, .size = printed.size };
	struct results_row row;
	return has_failure && printed.text &&
	        results_parse(&w->exchange->format->results, &record, &w->scratch, &row) &&
	        !results_has_failure(&row);
}

/* Counts the row that stands in `out` from `at` on, and of a retry what became of the row before,
 * which may take its place. */
static void settle_row(struct worker *w, const struct row *row, const struct outcome *outcome,
        const struct tally_row *counts, size_t at)
{
	struct batch *batch = row->owner;
	struct textbuf *out = &batch->out[w->index].text;
	struct tally *tally = &w->lane->tally;
	struct csv_field before = batch_printed(batch, row->owner_slot);
	if (keeps_old_row(w, before, counts->has_failure)) {
		textbuf_truncate(out, at);
		put_printed(w, out, before);
		tally_retried(tally, RETRIED_KEPT);
		return;
	}
	tally_add_row(tally, counts);
	tally_name(tally, outcome);
	if (before.text && !out->failed)
		tally_retried(tally,
		        results_same(&w->exchange->format->results, before.text, before.size,
		                out->bytes + at, out->size - at)
		                ? RETRIED_SAME
		                : RETRIED_CHANGED);
}

/* All columns but those of time. */
static void put_judged(struct worker *w, struct textbuf *out, const struct outcome *outcome,
        struct column_ends *ends)
{
	const struct layout *layout = &w->exchange->inputs->layout;
	columns_put_head(out, &w->scratch, layout, outcome->number, &outcome->record);
	columns_put_results(
	        out, &w->scratch, layout, &w->exchange->format->results.columns, outcome, ends);
}

static void on_finished(struct runner *runner, struct row *row)
{
	struct worker *w = runner->owner;
	struct batch *batch = row->owner;
	if (row_lacked_memory(row)) {
		lose_row(w, batch, row->owner_slot);
		return;
	}
	struct textbuf *out = batch_out(batch, w->index, &w->packer);
	size_t at = out->size;
	struct outcome outcome = row_outcome(row);
	if (silence_stops(w->exchange, &w->has_heard, &outcome)) {
		skip_row(w, batch, row->owner_slot);
		return;
	}
	const struct results *results = &w->exchange->format->results;
	const struct tally_row counts = tally_of_outcome(&outcome);
	struct column_ends ends;
	put_judged(w, out, &outcome, &ends);
	remember(w, batch, row, &outcome, &counts, &ends);
	columns_put_times(out, &results->columns, &outcome);
	settle_row(w, row, &outcome, &counts, at);
	put_sides(w, batch, row, &outcome);
	finish_row(w, batch, row->owner_slot, at);
}

/* `retry`: a row that is not asked for again. */
static void keep_row(struct worker *w, struct batch *batch, uint32_t slot)
{
	struct textbuf *out = batch_out(batch, w->index, &w->packer);
	size_t at = out->size;
	put_printed(w, out, batch_printed(batch, slot));
	finish_row(w, batch, slot, at);
}

/* Judges the row. */
static void begin_row(struct worker *w, struct group_row *g)
{
	if (atomic_load_explicit(&w->exchange->stopping, memory_order_relaxed)) {
		skip_row(w, g->batch, g->slot);
		return;
	}
	if (g->batch->rows[g->slot].keep) {
		keep_row(w, g->batch, g->slot);
		return;
	}
	struct row *row = group_take_row(&w->group, g);
	if (row)
		runner_start(&w->runner, row);
	else
		lose_row(w, g->batch, g->slot);
}

static bool may_begin(const struct worker *w)
{
	if (!runner_has_room(&w->runner))
		return false;
	return w->runner.n_active == 0 ||
	        atomic_load_explicit(&w->exchange->held_bytes, memory_order_relaxed) <
	        HELD_MAX_BYTES;
}

/* ---- rows that the memo knows ---- */

static void count_ended(struct worker *w)
{
	struct batch *batch = w->ended_batch;
	unsigned n = w->n_ended;
	w->ended_batch = NULL;
	w->n_ended = 0;
	if (n && batch_count_ended(batch, n))
		pass_on(w, batch);
}

/* Its output is in the worker's buffer of the batch from `at` on. */
static void end_known_row(struct worker *w, struct batch *batch, uint32_t slot, size_t at)
{
	batch_compress_long_row(batch, slot, w->index, at, &w->packer);
	w->held_bytes += (int64_t)(batch->out[w->index].text.size - at);
	batch_end_row(batch, slot, w->index, at, false);
	if (w->ended_batch != batch)
		count_ended(w);
	w->ended_batch = batch;
	w->n_ended++;
}

/* Prints a row that the memo knows. False: it does not. */
static bool put_known_row(struct worker *w, struct batch *batch, uint32_t slot)
{
	struct exchange *x = w->exchange;
	if (!w->memo || atomic_load_explicit(&x->stopping, memory_order_relaxed))
		return false;
	const struct csv_record record = batch_record(batch, slot);
	const struct recalled_row *known = recall_find(
	        w->memo, &batch->rows[slot].key, record.text, resolver_cache_s(w->resolver));
	if (!known)
		return false;
	const struct outcome times = { .evaluated_at = w->runner.host.wall_text };
	struct textbuf *out = batch_out(batch, w->index, &w->packer);
	size_t at = out->size;
	columns_put_head(out, &w->scratch, &x->inputs->layout, batch->rows[slot].number, &record);
	textbuf_put(out, known->text, known->size);
	columns_put_times(out, &x->format->results.columns, &times);
	tally_add_row(&w->lane->tally, &known->counts);
	tally_add(&w->lane->tally.memo_rows, 1);
	end_known_row(w, batch, slot, at);
	return true;
}

/* Prints a row of whose subjects all is known. False: it must be started. */
static bool put_found_row(struct worker *w, const struct group_row *g)
{
	const struct exchange *x = w->exchange;
	const struct findings *found = group_find(&w->group, g);
	const struct batch_row *r = &g->batch->rows[g->slot];
	const struct results *results = &x->format->results;
	struct outcome outcome;
	if (!found || atomic_load_explicit(&x->stopping, memory_order_relaxed) ||
	        !findings_outcome(found, &g->identity, &x->settings, &outcome))
		return false;
	struct textbuf *out = batch_out(g->batch, w->index, &w->packer);
	size_t at = out->size;
	outcome.number = r->number;
	outcome.record = batch_record(g->batch, g->slot);
	outcome.evaluated_at = w->runner.host.wall_text;
	const struct tally_row counts = tally_of_outcome(&outcome);
	struct column_ends ends;
	put_judged(w, out, &outcome, &ends);
	if (!out->failed)
		recall_keep_until(w->memo, &r->key, &counts, out->bytes + ends.begin,
		        out->size - ends.begin, found->expires_s, resolver_cache_s(w->resolver));
	columns_put_times(out, &results->columns, &outcome);
	tally_add_row(&w->lane->tally, &counts);
	end_known_row(w, g->batch, g->slot, at);
	return true;
}

static bool begin_rows(struct worker *w)
{
	unsigned n = 0;
	for (; n < BEGIN_MAX && may_begin(w) && group_fill(&w->group); n++) {
		struct group_row *g = &w->group.rows[w->group.at++];
		if (!put_known_row(w, g->batch, g->slot) && !put_found_row(w, g))
			begin_row(w, g);
	}
	count_ended(w);
	if (n) {
		atomic_fetch_add_explicit(&w->lane->n_begun, n, memory_order_relaxed);
		doorbell_ring(&w->exchange->feeder_bell);
	}
	return n > 0;
}

/* More than questions: while nothing is known of a row's name only one question about it is sent
 * (resolver/nxdomain.h). */
static unsigned rows_at_once(const struct options *options)
{
	return options->in_flight + options->in_flight / 2;
}

/* Checks that there is enough memory to finish the rows in flight: out of memory, libunbound would
 * crash. What is reserved is for all of them, so while none is begun or goes on there is nothing
 * new to look at: a scan that waits for dead names would look 100 times in a second. If there is
 * not, the worker halves its rows in flight. At the least number the scan is stopped. */
static void look_at_memory(struct worker *w)
{
	const struct options *options = w->exchange->options;
	size_t reserve_bytes = headroom_reserve_bytes(options, w->runner.max_active);
	if (w->runner.host.now_ns - w->looked_ns < LOOK_NS ||
	        w->runner.n_active > w->runner.max_active)
		return;
	w->looked_ns = w->runner.host.now_ns;
	if (headroom_has(reserve_bytes))
		return;
	if (w->runner.max_active > IN_FLIGHT_LEAST) {
		if (w->runner.max_active == rows_at_once(options) && w->index == 0)
			message(MESSAGE_WARNING,
			        "memory: less than %zu MiB left (ulimit -v, ulimit -d, free "
			        "memory); going on with fewer rows in flight",
			        reserve_bytes >> 20);
		w->runner.max_active = w->runner.max_active / 2 > IN_FLIGHT_LEAST
		        ? w->runner.max_active / 2
		        : IN_FLIGHT_LEAST;
	} else if (exchange_fail(w->exchange)) {
		message(MESSAGE_ERROR,
		        "memory: less than %zu MiB left (ulimit -v, ulimit -d, free memory); raise "
		        "the limit, or use a smaller --in-flight, --window or --cache",
		        reserve_bytes >> 20);
	}
}

static void answer_watchdog(struct worker *w)
{
	unsigned still_s = atomic_exchange_explicit(&w->lane->asked_s, 0, memory_order_relaxed);
	struct textbuf text = { 0 };
	if (watchdog_put_rows(&text, &w->runner))
		message(MESSAGE_WARNING,
		        "no row was finished for %u s; %u in flight in worker %u, the oldest: %s",
		        still_s, w->runner.n_active, w->index + 1, textbuf_text(&text));
	textbuf_fini(&text);
}

static void publish(struct worker *w)
{
	if (w->held_bytes)
		atomic_fetch_add_explicit(
		        &w->exchange->held_bytes, w->held_bytes, memory_order_relaxed);
	w->held_bytes = 0;
	atomic_store_explicit(
	        &w->lane->tally.active_rows, w->runner.n_active, memory_order_relaxed);
}

static bool is_over(const struct worker *w)
{
	return atomic_load_explicit(&w->lane->feeding_over, memory_order_acquire) &&
	        !group_has_rows(&w->group) && !w->runner.n_active;
}

static void sleep_in_loop(struct worker *w)
{
	doorbell_arm(&w->lane->bell);
	bool can_begin = may_begin(w) && group_has_rows(&w->group);
	loop_turn(w->loop, !can_begin && !is_over(w));
	doorbell_silence(&w->lane->bell);
}

void *worker_main(void *arg)
{
	struct worker *w = arg;
	w->packer.mark = w->exchange->mark;
	bool moved = true;
	while (!is_over(w)) {
		const bool has_moved = moved;
		runner_tick(&w->runner, clock_now_ns(), clock_wall_ms() / 1000);
		moved = runner_turn(&w->runner);
		if (atomic_load_explicit(&w->lane->asked_s, memory_order_relaxed))
			answer_watchdog(w);
		if (has_moved || moved)
			look_at_memory(w);
		moved |= begin_rows(w);
		publish(w);
		if (moved)
			loop_turn(w->loop, false);
		else
			sleep_in_loop(w);
	}
	publish(w);
	runner_fini(&w->runner);
	return NULL;
}

/* An event only ends the loop's sleep; the turn finds out what there is to do. */
static void on_wake(void *arg)
{
	(void)arg;
}

bool worker_init(struct worker *w, struct exchange *x, unsigned index, int *status)
{
	*w = (struct worker){ .exchange = x, .lane = &x->lanes[index], .index = index };
	w->loop = loop_new();
	w->packer = (struct batch_packer){
		.z = bgzf_new(x->compress ? (int)x->options->compression_level : 1),
		.as_text = !x->compress,
		.spares = &x->spares,
	};
	if (!w->loop || !w->packer.z)
		return exchange_lacks_room(x->n_lanes);
	w->bell_event = loop_watch(w->loop, doorbell_fd(&w->lane->bell), on_wake, w);
	w->resolver = worker_resolver_new(x->options, index, x->n_lanes, w->loop, status);
	w->lane->resolver = w->resolver;
	if (!w->bell_event || !w->resolver)
		return false;
	size_t memo_bytes = worker_memo_bytes(x->options, x->n_lanes);
	w->memo = memo_bytes ? memo_new(memo_bytes) : NULL; /* without memory: none */
	runner_init(&w->runner, w->resolver, &x->settings, rows_at_once(x->options));
	w->runner.finished = on_finished;
	w->runner.owner = w;
	w->group = (struct group){
		.exchange = x, .index = index, .runner = &w->runner, .memo = w->memo
	};
	return true;
}

void worker_fini(struct worker *w)
{
	resolver_free(w->resolver);
	memo_free(w->memo);
	loop_event_free(w->bell_event);
	loop_free(w->loop);
	batch_packer_fini(&w->packer);
	textbuf_fini(&w->scratch);
	group_fini(&w->group);
}
