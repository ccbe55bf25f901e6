/* batch.h - some consecutive input rows on their way: their text, who works on each, and their
 * finished output.
 *
 * Ownership, in the order of a batch's life (see pipeline.h): the feeder fills it and then never
 * touches it again; every worker reads the input and writes only the slots and the output buffer
 * that are its own; the worker that finishes the last row (batch_finish_row() says so) packs it;
 * the collector writes it and gives it back to the feeder.
 *
 * A very long row is made BGZF members as soon as it is printed: a batch full of them waits for its
 * last row in a fraction of the memory. Where the output is text, the whole batch then comes to the
 * collector as members, which makes text of them again. */
#ifndef SCANNER_BATCH_H
#define SCANNER_BATCH_H

#include "base/textbuf.h"
#include "io/bgzf.h"
#include "io/csv.h"
#include "input/inputs.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A batch is also full at this much input, so that long rows do not make huge batches. */
#define BATCH_INPUT_MAX_BYTES (256u << 10)

/* A row whose output is at least this long is compressed by itself. What is shorter makes at most
 * 16 MiB in a batch of 1024 rows. */
#define BATCH_LONG_ROW_BYTES (16u << 10)

enum { BATCH_NO_ROW = UINT32_MAX };

struct batch_row {
	/* feeder */
	uint64_t number; /* in the whole input */
	uint32_t text_at, text_size,
	        next;          /* next row of the same worker, BATCH_NO_ROW at the end */
	uint32_t printed_size; /* `retry`: what the row was in the output, right behind its text */
	bool plain, broken, too_long, keep;
	/* the row's worker */
	bool skipped;    /* the scan was stopped before it began: no output */
	bool compressed; /* its output is whole BGZF members */
	uint16_t worker;
	uint32_t out_size;
	size_t out_at; /* in out[worker]; plain CSV of a batch of huge rows may pass 4 GiB */
};

struct batch_slice {
	uint32_t first, last, count;
};

struct batch {
	uint64_t sequence;
	uint64_t first_row; /* how many-th of the output's rows its first one is, from 1 */
	unsigned n_rows, max_rows, n_workers;
	struct textbuf input;
	size_t input_bytes; /* of `input` when it was sealed; stays when the text is given up */
	struct batch_row *rows;
	struct batch_slice *slices; /* one for each worker */
	struct textbuf *out;        /* one for each worker */
	atomic_uint n_left;         /* rows not finished yet */
	struct textbuf packed;      /* what the collector writes; */
	bool is_members;            /* ... BGZF members, whatever the output is */
	unsigned
	        n_packed_rows; /* fewer than n_rows when a row was skipped: the output ends there */
};

/* How a worker makes BGZF members of its rows; the buffers are for the work. */
struct batch_packer {
	struct bgzf *z;
	bool as_text;                /* what needs not be compressed is not */
	struct bgzf_checkpoint mark; /* version, fingerprint and run of every member */
	struct textbuf joined, members;
};

/* Also for one whose `z` could not be had. */
void batch_packer_fini(struct batch_packer *packer);

/* False without memory; batch_fini() cleans up either way. */
bool batch_init(struct batch *b, unsigned max_rows, unsigned n_workers);
void batch_fini(struct batch *b);

/* Feeder: empties it for new rows. */
void batch_begin(struct batch *b, uint64_t sequence, uint64_t first_row);
/* Feeder: adds a row for a worker. False without memory: the row was not added. */
bool batch_add(struct batch *b, const struct input_row *row, unsigned worker);
static inline bool batch_is_full(const struct batch *b)
{
	return b->n_rows == b->max_rows || b->input.size >= BATCH_INPUT_MAX_BYTES;
}
/* Feeder: no more rows will be added. */
void batch_seal(struct batch *b);

/* Worker: the input row as a record. */
struct csv_record batch_record(const struct batch *b, unsigned row);
/* Worker, `retry`: what the row was; text NULL when there is no such thing. */
struct csv_field batch_printed(const struct batch *b, unsigned row);
/* Worker: its row's output, all that is in its output buffer from `out_at` on, is compressed there
 * if it is a long one. For want of memory out[worker].failed is set. */
void batch_compress_long_row(
        struct batch *b, unsigned row, unsigned worker, size_t out_at, struct batch_packer *packer);
/* Worker: its row is finished, with output in its buffer from `out_at` on (or skipped). True for
 * the last of all: the caller packs it. */
bool batch_finish_row(struct batch *b, unsigned row, unsigned worker, size_t out_at, bool skipped);

/* The finisher: joins the rows in order into b->packed, and drops input and raw output. False
 * without memory. */
bool batch_pack(struct batch *b, struct batch_packer *packer);

#endif
