/* collector.c - the pipeline's last thread. A batch that is early waits in exchange->waiting. */
#include "scanner/collector.h"

#include "base/clock.h"
#include "base/message.h"

struct collector {
	struct exchange *x;
	struct batch_packer packer;
	uint64_t next;   /* the sequence number of the batch to be written next */
	uint64_t n_rows; /* given to the sink, with those that a resumed output held */
	uint64_t synced_ns;
	bool unsynced, sync_failed;
	bool ended; /* a row was skipped or could not be written: no row after it may be written */
};

static const char *where_to_go_on(const struct collector *c)
{
	return c->x->compress && sink_is_file(c->x->sink) ? ", where --resume goes on" : "";
}

/* What others did to the output is not known: none of its rows count as written. */
static void tell_failure(struct collector *c, uint64_t n_rows)
{
	struct sink *sink = c->x->sink;
	c->ended = true;
	if (sink_is_lost(sink)) {
		atomic_store_explicit(&c->x->n_written_rows, 0, memory_order_relaxed);
		message(MESSAGE_ERROR, "%s: %s", sink_path(sink), sink_why(sink));
	} else {
		message(MESSAGE_ERROR, "%s: %s; the output ends before row %llu%s", sink_path(sink),
		        sink_why(sink), (unsigned long long)(n_rows + 1), where_to_go_on(c));
	}
	exchange_fail(c->x);
}

/* A side file failed, which was told: no row may be written whose text it lacks. */
static void end_before_sides(struct collector *c)
{
	struct sink *sink = c->x->sink;
	if (!c->ended)
		message(MESSAGE_ERROR, "%s: the output ends before row %llu%s", sink_path(sink),
		        (unsigned long long)(c->n_rows + 1), where_to_go_on(c));
	c->ended = true;
	exchange_fail(c->x);
}

/* Brings the output to the disk, and before it what belongs to its rows; what is there counts as
 * written. */
static void sync_output(struct collector *c)
{
	if (c->x->sides && !sides_sync(c->x->sides))
		end_before_sides(c);
	if (c->sync_failed || sink_is_lost(c->x->sink))
		return;
	c->unsynced = false;
	c->synced_ns = clock_now_ns();
	if (!sink_sync(c->x->sink)) {
		atomic_store_explicit(&c->x->n_written_rows, c->n_rows, memory_order_relaxed);
		return;
	}
	c->sync_failed = true;
	tell_failure(c, atomic_load_explicit(&c->x->n_written_rows, memory_order_relaxed));
}

/* Milliseconds until the next sync is due. -1: there is nothing to sync. */
static int sync_due_ms(const struct collector *c)
{
	uint64_t due_ns = c->synced_ns + c->x->options->sync_interval_s * CLOCK_NS_PER_S,
	         now_ns = clock_now_ns();
	if (!c->unsynced || !c->x->options->sync_interval_s)
		return -1;
	return now_ns >= due_ns ? 0 : (int)((due_ns - now_ns) / CLOCK_NS_PER_MS) + 1;
}

static void write_out(struct collector *c, const void *bytes, size_t size)
{
	if (c->ended || !size)
		return;
	if (!sink_write(c->x->sink, bytes, size)) {
		c->unsynced = true;
		return;
	}
	tell_failure(c, c->n_rows);
}

/* What stands before the first row of this run. */
static void write_first(struct collector *c, const struct textbuf *bytes)
{
	if (bytes->failed) {
		c->ended = true;
		exchange_fail_memory(c->x, c->n_rows + 1);
	}
	write_out(c, bytes->bytes, bytes->size);
	if (!c->ended)
		sync_output(c); /* from now on the output can be resumed */
}

/* The header row. Its first member has the note. */
static void write_header(struct collector *c)
{
	const struct format *format = c->x->format;
	struct textbuf packed = { 0 };
	struct bgzf_checkpoint checkpoint = c->x->mark;
	checkpoint.first_row = 1;
	checkpoint.note = format->note.bytes;
	checkpoint.note_size = format->note.size;
	const size_t part_size = BGZF_TEXT_MAX_BYTES - format->note.size;
	for (size_t at = 0; c->x->compress && at < format->header.size; at += part_size) {
		size_t left = format->header.size - at;
		bgzf_put_member(c->packer.z, &packed, format->header.bytes + at,
		        left < part_size ? left : part_size, &checkpoint);
		checkpoint.note_size = 0;
	}
	if (c->x->compress)
		write_first(c, &packed);
	else
		write_first(c, &format->header);
	textbuf_fini(&packed);
}

/* Behind a retry that has ended: a member without a row, by which the scan can be gone on with also
 * when it is stopped before its first row. */
static void write_mark(struct collector *c)
{
	struct textbuf packed = { 0 };
	struct bgzf_checkpoint checkpoint = c->x->mark;
	checkpoint.first_row = c->n_rows + 1;
	bgzf_put_member(c->packer.z, &packed, NULL, 0, &checkpoint);
	write_first(c, &packed);
	textbuf_fini(&packed);
}

/* Writes `n` whole rows. */
static void write_rows(struct collector *c, const struct textbuf *rows, unsigned n)
{
	write_out(c, rows->bytes, rows->size);
	if (!c->ended)
		c->n_rows += n;
}

/* Writes members as text. At most one row, or one member with several, is inflated at a time. */
static void write_inflated(struct collector *c, const struct textbuf *members)
{
	struct textbuf text = { 0 };
	for (size_t at = 0, size; at < members->size && !c->ended; at += size) {
		const uint8_t *bytes = (const uint8_t *)members->bytes + at;
		struct bgzf_checkpoint checkpoint;
		bool has_checkpoint;
		enum error err = bgzf_parse_header(
		        bytes, members->size - at, &size, &checkpoint, &has_checkpoint);
		if (!err)
			err = bgzf_get_member(c->packer.z, bytes, members->size - at, &text);
		if (err) {
			c->ended = true;
			if (exchange_fail(c->x))
				message(MESSAGE_ERROR, "rows from %llu on cannot be written: %s",
				        (unsigned long long)(c->n_rows + 1), error_text(err));
		} else if (checkpoint.n_rows) {
			write_rows(c, &text, checkpoint.n_rows);
			textbuf_reset(&text);
		}
	}
	textbuf_fini(&text);
}

static void write_sides(struct collector *c, struct batch *batch)
{
	size_t bytes = batch_side_bytes(batch);
	if (c->x->sides && !c->ended && !sides_write(c->x->sides, batch))
		end_before_sides(c);
	batch_drop_sides(batch);
	atomic_fetch_sub_explicit(&c->x->held_bytes, (int64_t)bytes, memory_order_relaxed);
}

static void write_batch(struct collector *c, struct batch *batch)
{
	write_sides(c, batch);
	if (batch->is_members && !c->x->compress)
		write_inflated(c, &batch->packed);
	else
		write_rows(c, &batch->packed, batch->n_packed_rows);
	if (batch->n_packed_rows < batch->n_rows)
		c->ended = true;
	atomic_fetch_sub_explicit(
	        &c->x->held_bytes, (int64_t)batch->packed.size, memory_order_relaxed);
	textbuf_fini(&batch->packed);
	atomic_fetch_sub_explicit(&c->x->input_bytes, batch->input_bytes, memory_order_relaxed);
	ring_push(c->x->spare, batch);
	doorbell_ring(&c->x->feeder_bell);
}

static void pack(struct collector *c, struct batch *batch)
{
	struct exchange *x = c->x;
	if (!c->packer.z) {
		batch->n_packed_rows = 0; /* the scan has failed */
		return;
	}
	atomic_fetch_add_explicit(
	        &x->held_bytes, exchange_pack(x, batch, &c->packer), memory_order_relaxed);
	atomic_fetch_sub_explicit(&x->n_unpacked, 1, memory_order_relaxed);
}

/* Takes the batches that workers have finished. True if there were any. */
static bool gather(struct collector *c)
{
	struct exchange *x = c->x;
	bool any = false;
	for (unsigned w = 0; w < x->n_lanes; w++)
		for (struct batch *batch; (batch = ring_pop(x->lanes[w].out)) != NULL; any = true) {
			if (!batch->is_packed)
				pack(c, batch);
			x->waiting[batch->sequence % x->n_batches] = batch;
		}
	return any;
}

static void write_ready(struct collector *c)
{
	for (struct batch **place; *(place = &c->x->waiting[c->next % c->x->n_batches]) != NULL;
	        c->next++) {
		struct batch *batch = *place;
		*place = NULL;
		write_batch(c, batch);
	}
}

static bool is_over(const struct collector *c)
{
	return atomic_load_explicit(&c->x->fed_all, memory_order_acquire) &&
	        c->next == atomic_load_explicit(&c->x->n_fed, memory_order_acquire);
}

static bool nothing_waits(const struct collector *c)
{
	for (unsigned w = 0; w < c->x->n_lanes; w++)
		if (ring_count(c->x->lanes[w].out))
			return false;
	return true;
}

static void sleep_until_rung(struct collector *c)
{
	doorbell_arm(&c->x->collector_bell);
	if (nothing_waits(c) && !is_over(c))
		doorbell_wait(&c->x->collector_bell, sync_due_ms(c));
	else
		doorbell_silence(&c->x->collector_bell);
}

/* The member before the end-of-file member. Version 2 has none. */
static void put_closing(struct collector *c, struct textbuf *out)
{
	struct exchange *x = c->x;
	struct textbuf text = { 0 };
	if (!x->put_closing || x->mark.version < BGZF_VERSION_CLOSING)
		return;
	x->put_closing(x->begin_output_arg, &text);
	struct bgzf_checkpoint checkpoint = x->mark;
	checkpoint.first_row = c->n_rows + 1;
	checkpoint.note = text.bytes;
	checkpoint.note_size = text.size;
	if (!text.failed)
		bgzf_put_member(c->packer.z, out, NULL, 0, &checkpoint);
	out->failed |= text.failed;
	textbuf_fini(&text);
}

/* The end-of-file member says that the output is complete. A scan that was stopped does not write
 * it. All before it is on the disk first. */
static void write_end(struct collector *c)
{
	struct exchange *x = c->x;
	struct textbuf eof = { 0 };
	bool whole = !atomic_load_explicit(&x->stopping, memory_order_acquire) && !x->inputs->broke;
	sync_output(c);
	if (x->sides && whole && !c->ended && !sides_end(x->sides))
		end_before_sides(c);
	if (x->compress && whole && !c->ended) {
		put_closing(c, &eof);
		bgzf_put_eof(&eof);
		if (eof.failed) {
			c->ended = true;
			exchange_fail_memory(x, c->n_rows + 1);
		}
		write_out(c, eof.bytes, eof.size);
		sync_output(c);
	}
	x->is_whole = whole && !c->ended;
	textbuf_fini(&eof);
}

void *collector_main(void *arg)
{
	struct exchange *x = arg;
	struct collector c = {
		.x = x, .n_rows = x->resumption->n_rows, .synced_ns = clock_now_ns()
	};
	c.packer = (struct batch_packer){
		.z = bgzf_new(x->compress ? (int)x->options->compression_level : 1),
		.as_text = !x->compress,
		.mark = x->mark,
		.spares = &x->spares,
	};
	if (!c.packer.z) {
		c.ended = true;
		exchange_fail_memory(x, c.n_rows + 1);
	} else if (x->begin_output && !x->begin_output(x->begin_output_arg)) {
		c.ended = c.sync_failed = true;
		exchange_fail(x);
	} else if (!x->resumption->keep_bytes) {
		write_header(&c);
	} else if (x->resumption->is_behind_retry && x->compress) {
		write_mark(&c);
	}
	while (!is_over(&c)) {
		if (gather(&c))
			write_ready(&c);
		else
			sleep_until_rung(&c);
		if (sync_due_ms(&c) == 0)
			sync_output(&c);
	}
	write_end(&c);
	batch_packer_fini(&c.packer);
	return NULL;
}
