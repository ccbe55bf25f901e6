/* feeder.c - the pipeline's first thread: input rows into batches, batches to workers. */
#include "scanner/feeder.h"

#include "base/message.h"
#include "scanner/shuffle.h"

#include <string.h>

/* Workers with so many batches of rows not begun are fed enough. */
enum { BACKLOG_BATCHES = 32 };

/* Hashes are shared out in buckets. A worker that has an IMBALANCE_PART of the window more rows to
 * begin than another, and does not catch up, gives one bucket up for each batch of rows. Less than
 * that is left alone: how fast a worker is varies with what else its processor does, and what the
 * new one does not know costs more than waiting. */
enum { BUCKETS = 4096, IMBALANCE_PART = 2 };

/* A domain is busy when of so many rows more than its worker's share in SHARE_PARTS parts are its
 * own. Domains are counted by bucket. */
enum { COUNTED_ROWS = 1 << 15, SHARE_PARTS = 8 };

/* The most input text between reading and writing: three times a full window of usual rows. */
enum { INPUT_MAX_BYTES = 64 << 20 };

/* Busy domains, whose rows are shared out by pair and not by domain: no worker has all of a domain
 * that most rows are about, and each pair still has one worker, whose memo knows it. What is busy
 * once stays so. */
struct busy {
	unsigned n_counted;
	uint16_t counts[BUCKETS];
	bool is_busy[BUCKETS];
};

/* Who has which bucket. A move is for good, so that the answers and the results that a worker knows
 * are of use to it: the new one learns them once. */
struct shares {
	uint16_t worker_of[BUCKETS];
	unsigned most, least; /* the workers with the most and the fewest rows to begin */
	uint64_t imbalance;   /* in rows, at the latest look */
	bool may_move;        /* one bucket */
};

struct feeder {
	struct busy busy;
	struct shares shares;
	struct exchange *x;
	struct batch *batch;
	uint64_t n_rows, n_batches, backlog_max;
	struct shuffle window; /* batches that wait to be handed over together */
	struct textbuf scratch;
};

static unsigned bucket_of(uint64_t hash)
{
	return hash >> 40 & (BUCKETS - 1);
}

/* Counts a row of the domain. True: it is busy. */
static bool busy_count(struct busy *b, uint64_t domain_hash, unsigned n_workers)
{
	unsigned i = bucket_of(domain_hash);
	if (b->is_busy[i])
		return true;
	if (++b->counts[i] > COUNTED_ROWS / (n_workers * SHARE_PARTS))
		b->is_busy[i] = true;
	if (++b->n_counted == COUNTED_ROWS) {
		memset(b->counts, 0, sizeof b->counts);
		b->n_counted = 0;
	}
	return b->is_busy[i];
}

static unsigned row_bucket(
        struct feeder *f, const struct row_fields *fields, const struct row_key *key)
{
	uint64_t hash = rowkey_domain_hash(fields);
	if (key->is_known && busy_count(&f->busy, hash, f->x->n_lanes))
		hash = key->hash[1];
	return bucket_of(hash);
}

/* Once a batch. */
static void shares_look(struct shares *s, const struct exchange *x)
{
	uint64_t before = s->imbalance;
	s->most = s->least = 0;
	for (unsigned w = 1; w < x->n_lanes; w++) {
		if (lane_backlog(&x->lanes[w]) > lane_backlog(&x->lanes[s->most]))
			s->most = w;
		if (lane_backlog(&x->lanes[w]) < lane_backlog(&x->lanes[s->least]))
			s->least = w;
	}
	s->imbalance = lane_backlog(&x->lanes[s->most]) - lane_backlog(&x->lanes[s->least]);
	s->may_move = s->imbalance >= before &&
	        s->imbalance >= (uint64_t)x->n_batches * x->batch_rows / IMBALANCE_PART;
}

static unsigned choose_worker(
        struct feeder *f, const struct row_fields *fields, const struct row_key *key)
{
	struct shares *s = &f->shares;
	if (f->x->n_lanes == 1)
		return 0;
	uint16_t *worker = &s->worker_of[row_bucket(f, fields, key)];
	if (s->may_move && *worker == s->most) {
		*worker = (uint16_t)s->least;
		s->may_move = false;
	}
	return *worker;
}

static void shares_begin(struct shares *s, unsigned n_workers)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		s->worker_of[i] = (uint16_t)(i % n_workers);
}

/* The batches of the window go to the workers. After the last push they may be with the collector:
 * first find out who gets what. */
static void hand_over(struct feeder *f)
{
	struct exchange *x = f->x;
	struct shuffle *window = &f->window;
	struct batch *heads[OPTIONS_WORKERS_MAX];
	if (f->batch)
		shuffle_add(window, f->batch);
	f->batch = NULL;
	shuffle_link(window, x->n_lanes, heads);
	for (unsigned i = 0; i < window->n_batches; i++) {
		struct batch *batch = window->batches[i];
		batch_seal(batch);
		atomic_fetch_add_explicit(
		        &x->input_bytes, batch->input_bytes, memory_order_relaxed);
	}
	f->n_batches += window->n_batches;
	shuffle_reset(window);
	atomic_store_explicit(&x->n_fed, f->n_batches, memory_order_release);
	for (unsigned w = 0; w < x->n_lanes; w++) {
		if (!heads[w])
			continue;
		ring_push(x->lanes[w].in, heads[w]);
		doorbell_ring(&x->lanes[w].bell);
	}
}

/* True when some worker needs rows and there is room for their text. */
static bool wants_rows(const struct feeder *f)
{
	if (atomic_load_explicit(&f->x->input_bytes, memory_order_relaxed) >= INPUT_MAX_BYTES)
		return false;
	for (unsigned w = 0; w < f->x->n_lanes; w++)
		if (lane_backlog(&f->x->lanes[w]) < f->backlog_max)
			return true;
	return false;
}

static bool is_stopping(const struct feeder *f)
{
	return atomic_load_explicit(&f->x->stopping, memory_order_relaxed);
}

/* The empty batch that was used last: its memory is near the processor, and a scan that needs few
 * batches touches few. NULL: there is none. */
static struct batch *take_empty(struct exchange *x)
{
	for (struct batch *b; (b = ring_pop(x->spare)) != NULL;)
		x->empty[x->n_empty++] = b;
	return x->n_empty ? x->empty[--x->n_empty] : NULL;
}

/* Waits until there is an empty batch and a worker needs rows. False: the scan is being stopped. */
static bool take_batch(struct feeder *f)
{
	struct exchange *x = f->x;
	while (!is_stopping(f)) {
		if (wants_rows(f) && (f->batch = take_empty(x))) {
			batch_begin(f->batch, f->n_batches + f->window.n_batches, f->n_rows + 1);
			shares_look(&f->shares, x);
			return true;
		}
		doorbell_arm(&x->feeder_bell);
		if (is_stopping(f) || (wants_rows(f) && ring_count(x->spare)))
			doorbell_silence(&x->feeder_bell);
		else
			doorbell_wait(&x->feeder_bell, -1);
	}
	return false;
}

static bool add_row(struct feeder *f, const struct input_row *row)
{
	if (!f->batch && !take_batch(f))
		return false;
	struct row_fields fields;
	struct row_key key = { 0 };
	rowkey_fields(&fields, &f->x->inputs->layout, &row->record, &f->scratch);
	if (f->x->has_memo)
		key = rowkey_of(&fields, &row->record);
	unsigned w = choose_worker(f, &fields, &key);
	if (!batch_add(f->batch, row, w)) {
		exchange_fail_memory(f->x, row->number);
		return false;
	}
	if (key.is_known)
		batch_set_key(f->batch, &key);
	f->n_rows++;
	tally_add(&f->x->lanes[w].n_given, 1);
	return true;
}

/* Rows of a slow pipe do not wait until the batch, or the window, is full. */
static void feed(struct feeder *f)
{
	struct exchange *x = f->x;
	struct input_row row;
	while (!is_stopping(f) && inputs_next(x->inputs, &row, &x->stop_reading)) {
		if (!add_row(f, &row))
			break;
		if (shuffle_is_full(&f->window, f->batch) || inputs_would_block(x->inputs)) {
			hand_over(f);
		} else if (batch_is_full(f->batch)) {
			shuffle_add(&f->window, f->batch);
			f->batch = NULL;
		}
	}
	if (f->batch && !f->batch->n_rows)
		f->batch = NULL;
	if (f->batch || f->window.n_batches)
		hand_over(f);
}

void feeder_run(struct exchange *x)
{
	/* the rows that a resumed output holds were read by resume_read(); what waits in the window
	 * is no worker's backlog yet */
	struct feeder f = { .x = x,
		.n_rows = x->resumption->n_rows,
		.backlog_max = (uint64_t)x->batch_rows * BACKLOG_BATCHES + x->shuffle_rows };
	shares_begin(&f.shares, x->n_lanes);
	if (shuffle_init(&f.window, x->shuffle_rows, x->n_batches))
		feed(&f);
	else if (exchange_fail(x))
		message(MESSAGE_ERROR, "--shuffle-window: %s", error_text(ERROR_NOMEM));
	atomic_store_explicit(&x->fed_all, true, memory_order_release);
	for (unsigned w = 0; w < x->n_lanes; w++) {
		atomic_store_explicit(&x->lanes[w].feeding_over, true, memory_order_release);
		doorbell_ring(&x->lanes[w].bell);
	}
	doorbell_ring(&x->collector_bell);
	shuffle_fini(&f.window);
	textbuf_fini(&f.scratch);
}
