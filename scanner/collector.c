/* collector.c - the pipeline's last thread: packed batches in order into the sink, and back to the feeder. */
#include "scanner/batch.h"
#include "scanner/pipeline.h"
#include "scanner/worker.h"

#include "base/message.h"
#include "scanner/columns.h"

#include <errno.h>
#include <string.h>

struct collector {
	struct pipeline *p;
	uint64_t next;          /* the sequence to be written next */
	bool ended;             /* a row was skipped or could not be written: nothing after it may be */
};

static void write_out(struct collector *c, const void *bytes, size_t size)
{
	if (c->ended || !size)
		return;
	if (!sink_write(c->p->sink, bytes, size)) {
		atomic_store_explicit(&c->p->n_written_bytes, sink_bytes(c->p->sink), memory_order_relaxed);
		return;
	}
	c->ended = true;
	message(MESSAGE_ERROR, "%s: %s; the output ends before row %llu", sink_path(c->p->sink), strerror(errno),
		(unsigned long long)(atomic_load_explicit(&c->p->n_written_rows, memory_order_relaxed) + 1));
	pipeline_fail(c->p);
}

static void write_header(struct collector *c)
{
	struct textbuf header = { 0 }, packed = { 0 };
	columns_put_header(&header, &c->p->inputs->layout);
	struct bgzf *z = c->p->compress ? bgzf_new((int)c->p->options->compression_level) : NULL;
	struct bgzf_checkpoint checkpoint = { .fingerprint = c->p->fingerprint, .first_row = 1 };
	for (size_t at = 0; z && at < header.size; at += BGZF_TEXT_MAX_BYTES) {
		size_t left = header.size - at;
		bgzf_put_member(z, &packed, header.bytes + at, left < BGZF_TEXT_MAX_BYTES ? left : BGZF_TEXT_MAX_BYTES, &checkpoint);
	}
	if (header.failed || packed.failed || (c->p->compress && !z)) {
		message(MESSAGE_ERROR, "the header row cannot be written: %s", error_text(ERROR_NOMEM));
		c->ended = true;
		pipeline_fail(c->p);
	}
	write_out(c, z ? packed.bytes : header.bytes, z ? packed.size : header.size);
	bgzf_free(z);
	textbuf_fini(&packed);
	textbuf_fini(&header);
}

static void write_batch(struct collector *c, struct batch *batch)
{
	write_out(c, batch->packed.bytes, batch->packed.size);
	if (!c->ended)
		tally_add(&c->p->n_written_rows, batch->n_packed_rows);
	if (batch->n_packed_rows < batch->n_rows)
		c->ended = true;
	atomic_fetch_sub_explicit(&c->p->held_bytes, (int64_t)batch->packed.size, memory_order_relaxed);
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
	for (struct batch **place; *(place = &c->p->waiting[c->next % c->p->n_batches]) != NULL; c->next++) {
		struct batch *batch = *place;
		*place = NULL;
		write_batch(c, batch);
	}
}

static bool is_over(const struct collector *c)
{
	return atomic_load_explicit(&c->p->fed_all, memory_order_acquire) && c->next == atomic_load_explicit(&c->p->n_fed, memory_order_acquire);
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
		doorbell_wait(&c->p->collector_bell, -1);
	else
		doorbell_silence(&c->p->collector_bell);
}

/* The end-of-file member is the sign of a whole scan: a scan that was stopped leaves it out. */
static void write_end(struct collector *c)
{
	struct pipeline *p = c->p;
	struct textbuf eof = { 0 };
	bool whole = !atomic_load_explicit(&p->stopping, memory_order_acquire) && !p->inputs->broke;
	if (p->compress && whole) {
		bgzf_put_eof(&eof);
		write_out(c, eof.bytes, eof.size);
	}
	textbuf_fini(&eof);
	if (!c->ended && sink_sync(p->sink)) {
		message(MESSAGE_ERROR, "%s: %s", sink_path(p->sink), strerror(errno));
		pipeline_fail(p);
	}
}

void *collector_main(void *arg)
{
	struct collector c = { .p = arg };
	write_header(&c);
	while (!is_over(&c)) {
		if (gather(&c))
			write_ready(&c);
		else
			sleep_until_rung(&c);
	}
	write_end(&c);
	return NULL;
}
