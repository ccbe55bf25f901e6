/* collector.c - the pipeline's last thread: packed batches in order into the sink, and back to the
 * feeder. */
#include "scanner/batch.h"
#include "scanner/pipeline.h"
#include "scanner/worker.h"

#include "base/clock.h"
#include "base/message.h"

#include <errno.h>
#include <string.h>

struct collector {
	struct pipeline *p;
	struct bgzf *z;
	uint64_t next;   /* the sequence to be written next */
	uint64_t n_rows; /* handed to the sink, those before a resumed scan's among them */
	uint64_t synced_ns;
	bool unsynced, sync_failed;
	bool ended; /* a row was skipped or could not be written: nothing after it may be */
};

/* What is on the disk counts as written. */
static void sync_output(struct collector *c)
{
	if (c->sync_failed)
		return;
	c->unsynced = false;
	c->synced_ns = clock_now_ns();
	if (!sink_sync(c->p->sink)) {
		atomic_store_explicit(&c->p->n_written_rows, c->n_rows, memory_order_relaxed);
		return;
	}
	c->ended = c->sync_failed = true;
	message(MESSAGE_ERROR, "%s: %s; the output ends before row %llu", sink_path(c->p->sink),
	        strerror(errno),
	        (unsigned long long)(atomic_load_explicit(
	                                     &c->p->n_written_rows, memory_order_relaxed) +
	                1));
	pipeline_fail(c->p);
}

/* Milliseconds until the next sync is due; -1: nothing waits for it. */
static int sync_due_ms(const struct collector *c)
{
	uint64_t due_ns = c->synced_ns + c->p->options->sync_interval_s * CLOCK_NS_PER_S,
	         now_ns = clock_now_ns();
	if (!c->unsynced || !c->p->options->sync_interval_s)
		return -1;
	return now_ns >= due_ns ? 0 : (int)((due_ns - now_ns) / CLOCK_NS_PER_MS) + 1;
}

static void write_out(struct collector *c, const void *bytes, size_t size)
{
	if (c->ended || !size)
		return;
	if (!sink_write(c->p->sink, bytes, size)) {
		c->unsynced = true;
		return;
	}
	c->ended = true;
	message(MESSAGE_ERROR, "%s: %s; the output ends before row %llu", sink_path(c->p->sink),
	        strerror(errno), (unsigned long long)(c->n_rows + 1));
	pipeline_fail(c->p);
}

/* The first member says what decides the rows. */
static void write_header(struct collector *c)
{
	const struct format *format = c->p->format;
	struct textbuf packed = { 0 };
	struct bgzf_checkpoint checkpoint = c->p->mark;
	checkpoint.first_row = 1;
	checkpoint.note = format->note.bytes;
	checkpoint.note_size = format->note.size;
	const size_t part_size = BGZF_TEXT_MAX_BYTES - format->note.size;
	for (size_t at = 0; c->p->compress && at < format->header.size; at += part_size) {
		size_t left = format->header.size - at;
		bgzf_put_member(c->z, &packed, format->header.bytes + at,
		        left < part_size ? left : part_size, &checkpoint);
		checkpoint.note_size = 0;
	}
	if (packed.failed) {
		c->ended = true;
		if (pipeline_fail(c->p))
			message(MESSAGE_ERROR, "the header row cannot be written: %s",
			        error_text(ERROR_NOMEM));
	}
	write_out(c, c->p->compress ? packed.bytes : format->header.bytes,
	        c->p->compress ? packed.size : format->header.size);
	textbuf_fini(&packed);
	if (!c->ended)
		sync_output(c); /* from now on there is something to go on with, whatever
		                   --sync-interval is */
}

/* So many rows, whole ones. */
static void write_rows(struct collector *c, const struct textbuf *rows, unsigned n)
{
	write_out(c, rows->bytes, rows->size);
	if (!c->ended)
		c->n_rows += n;
}

/* Members as text: only as much of it at a time as a row has, or a member with several. */
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
			err = bgzf_get_member(c->z, bytes, members->size - at, &text);
		if (err) {
			c->ended = true;
			if (pipeline_fail(c->p))
				message(MESSAGE_ERROR, "rows from %llu on cannot be written: %s",
				        (unsigned long long)(c->n_rows + 1), error_text(err));
		} else if (checkpoint.n_rows) {
			write_rows(c, &text, checkpoint.n_rows);
			textbuf_reset(&text);
		}
	}
	textbuf_fini(&text);
}

static void write_batch(struct collector *c, struct batch *batch)
{
	if (batch->is_members && !c->p->compress)
		write_inflated(c, &batch->packed);
	else
		write_rows(c, &batch->packed, batch->n_packed_rows);
	if (batch->n_packed_rows < batch->n_rows)
		c->ended = true;
	atomic_fetch_sub_explicit(
	        &c->p->held_bytes, (int64_t)batch->packed.size, memory_order_relaxed);
	textbuf_fini(&batch->packed);
	atomic_fetch_sub_explicit(&c->p->input_bytes, batch->input_bytes, memory_order_relaxed);
	ring_push(c->p->spare, batch);
	doorbell_ring(&c->p->feeder_bell);
}

/* Takes what the workers have packed. True if there was anything. */
static bool gather(struct collector *c)
{
	struct pipeline *p = c->p;
	bool any = false;
	for (unsigned w = 0; w < p->n_workers; w++)
		for (struct batch *batch; (batch = ring_pop(p->workers[w].out)) != NULL; any = true)
			c->p->waiting[batch->sequence % p->n_batches] = batch;
	return any;
}

static void write_ready(struct collector *c)
{
	for (struct batch **place; *(place = &c->p->waiting[c->next % c->p->n_batches]) != NULL;
	        c->next++) {
		struct batch *batch = *place;
		*place = NULL;
		write_batch(c, batch);
	}
}

static bool is_over(const struct collector *c)
{
	return atomic_load_explicit(&c->p->fed_all, memory_order_acquire) &&
	        c->next == atomic_load_explicit(&c->p->n_fed, memory_order_acquire);
}

static bool nothing_waits(const struct collector *c)
{
	for (unsigned w = 0; w < c->p->n_workers; w++)
		if (ring_count(c->p->workers[w].out))
			return false;
	return true;
}

static void sleep_until_rung(struct collector *c)
{
	doorbell_arm(&c->p->collector_bell);
	if (nothing_waits(c) && !is_over(c))
		doorbell_wait(&c->p->collector_bell, sync_due_ms(c));
	else
		doorbell_silence(&c->p->collector_bell);
}

/* The end-of-file member is the sign of a whole scan: a scan that was stopped leaves it out. It
 * comes when all before it is on the disk. */
static void write_end(struct collector *c)
{
	struct pipeline *p = c->p;
	struct textbuf eof = { 0 };
	bool whole = !atomic_load_explicit(&p->stopping, memory_order_acquire) && !p->inputs->broke;
	sync_output(c);
	if (p->compress && whole) {
		bgzf_put_eof(&eof);
		write_out(c, eof.bytes, eof.size);
		sync_output(c);
	}
	p->is_whole = whole && !c->ended;
	textbuf_fini(&eof);
}

void *collector_main(void *arg)
{
	struct pipeline *p = arg;
	struct collector c = {
		.p = p, .n_rows = p->resumption->n_rows, .synced_ns = clock_now_ns()
	};
	c.z = bgzf_new((int)p->options->compression_level);
	if (!c.z) {
		c.ended = true;
		if (pipeline_fail(p))
			message(MESSAGE_ERROR, "the output cannot be written: %s",
			        error_text(ERROR_NOMEM));
	} else if (!p->resumption->keep_bytes) {
		write_header(&c);
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
	bgzf_free(c.z);
	return NULL;
}
