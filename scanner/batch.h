/* batch.h - some consecutive input rows, which go through the pipeline together: their text, which
 * worker has which row, and their finished output.
 *
 * A batch has one owner at a time (pipeline.h has the whole way):
 *
 *     feeder      fills it
 *     workers     each reads the input and writes its own rows and its own output buffer
 *     finisher    the worker that finishes the last row packs it, or leaves that to the
 *                 collector while that has little to do; batch_finish_row() tells
 *     collector   writes it and gives it back to the feeder
 *
 * A row with very long output is compressed into BGZF members at once, so that it takes less memory
 * while it waits for the batch's last row. When the output is plain text, the collector inflates
 * them again. Out of memory: functions say false, or set `failed` of the buffer. */
#ifndef SCANNER_BATCH_H
#define SCANNER_BATCH_H

#include "base/textbuf.h"
#include "io/bgzf.h"
#include "io/csv.h"
#include "input/inputs.h"
#include "scanner/rowkey.h"
#include "scanner/spares.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A batch is full at its number of rows, or with so much input. */
#define BATCH_INPUT_MAX_BYTES (256u << 10)

/* A row whose output is at least this long is compressed by itself. Shorter ones are at most 16 MiB
 * in a batch of 1024 rows. */
#define BATCH_LONG_ROW_BYTES (16u << 10)

enum { BATCH_NO_ROW = UINT32_MAX };

struct batch;

/* Neighbours are mostly different workers', so each has lines of the processor's cache of its own.
 */
struct batch_row {
	/* feeder */
	_Alignas(64) uint64_t number; /* in the whole input */
	uint32_t text_at, text_size;  /* in the batch's input */
	uint32_t next;                /* row of the same worker; BATCH_NO_ROW: none */
	struct batch *next_batch;     /* that row's: this one, or another of a shuffled window */
	uint32_t printed_size;        /* `retry`: of the row's old output, behind its text */
	bool plain, broken, too_long, split, keep;
	uint16_t worker; /* the feeder's choice */
	struct row_key key;
	/* the row's worker */
	bool skipped;     /* the scan was stopped before the row began: no output */
	bool compressed;  /* its output is whole BGZF members */
	bool ends_member; /* the finisher's: a member of the output ends with it */
	uint32_t out_size;
	size_t out_at; /* in out[worker]; all rows together may pass 4 GiB */
};

/* The rows of one worker, a list. In a shuffled window it goes on in other batches. */
struct batch_slice {
	uint32_t first, last, count;
};

/* What one worker prints, on a line of the processor's cache of its own: workers fill a batch side
 * by side. */
struct batch_buffer {
	_Alignas(64) struct textbuf text;
};

/* The side files of a scan: sides.h. */
enum side { SIDE_RECORD, SIDE_INCLUDES, SIDE_NETWORKS, SIDE_COUNT };

/* What belongs into one side file. */
struct batch_side {
	struct batch_buffer *of_worker; /* one for each worker; NULL: the side file is not wanted */
	struct batch_side_row {
		size_t at; /* in the buffer of the row's worker */
		uint32_t size;
	} * of_row;
};

struct batch {
	uint64_t sequence;
	uint64_t first_row; /* how many-th row of the output its first one is, from 1 */
	unsigned n_rows, max_rows, n_workers;
	struct textbuf input;
	size_t input_bytes; /* of `input` when it was sealed; kept when the text is dropped */
	struct batch_row *rows;
	struct batch_slice *slices; /* one for each worker */
	struct batch_buffer *out;   /* one for each worker */
	struct batch_side sides[SIDE_COUNT];
	atomic_uint n_left;     /* rows not finished yet */
	struct textbuf packed;  /* what the collector writes */
	bool is_packed;         /* false: the collector packs it */
	bool is_members;        /* `packed` is BGZF members, also when the output is text */
	unsigned n_packed_rows; /* the rows before the first that was skipped */
};

/* How a thread makes BGZF members of rows. */
struct batch_packer {
	struct bgzf *z;
	bool as_text;                   /* the output is text: only long rows are compressed */
	struct bgzf_checkpoint mark;    /* version, fingerprint and run of every member */
	struct textbuf joined, members; /* scratch */
	struct spares *spares;          /* where the batch's output buffers go; NULL: nowhere */
};

/* Takes one whose `z` is NULL. */
void batch_packer_fini(struct batch_packer *packer);

/* False: out of memory. batch_fini() cleans up either way. */
bool batch_init(struct batch *b, unsigned max_rows, unsigned n_workers);
/* With the text of a side file. False: out of memory. */
bool batch_add_side(struct batch *b, enum side side);
/* Takes a zeroed one. */
void batch_fini(struct batch *b);

/* Feeder: empties it for new rows. */
void batch_begin(struct batch *b, uint64_t sequence, uint64_t first_row);
/* Feeder: adds a row for a worker. False: out of memory, and the row was not added. */
bool batch_add(struct batch *b, const struct input_row *row, unsigned worker);
/* Feeder: the key of the row that was added last. Without it the row has none. */
void batch_set_key(struct batch *b, const struct row_key *key);
/* Feeder: true when no more rows should be added. */
static inline bool batch_is_full(const struct batch *b)
{
	return b->n_rows == b->max_rows || b->input.size >= BATCH_INPUT_MAX_BYTES;
}
/* Feeder: no more rows will be added. Before it is handed over. */
void batch_seal(struct batch *b);

/* Worker: the input row as a record. It points into the batch. */
struct csv_record batch_record(const struct batch *b, unsigned row);
/* Worker, `retry`: the row's old output. Else text is NULL. */
struct csv_field batch_printed(const struct batch *b, unsigned row);
/* Worker: its own output buffer, which gets a spare one where it has no memory. */
static inline struct textbuf *batch_out(
        struct batch *b, unsigned worker, struct batch_packer *packer)
{
	struct textbuf *out = &b->out[worker].text;
	if (!out->bytes && !out->failed && packer->spares)
		spares_take(packer->spares, out);
	return out;
}
/* Worker: compresses its row's output, if that is long. It is all that is in the worker's buffer
 * from `out_at` on. Out of memory: out[worker].text.failed. */
void batch_compress_long_row(
        struct batch *b, unsigned row, unsigned worker, size_t out_at, struct batch_packer *packer);
/* Worker: where the text of its row for a side file goes: its own buffer, as far as it is filled.
 * NULL: the side file is not wanted. */
struct textbuf *batch_side_text(struct batch *b, enum side side, unsigned worker);
/* Worker: it put the row's text there, from `at` on. Before batch_finish_row(). */
void batch_end_side_row(struct batch *b, enum side side, unsigned row, unsigned worker, size_t at);
/* Collector, of a packed batch: the row's text for a side file, and of all rows how many octets. */
struct csv_field batch_side_row(const struct batch *b, enum side side, unsigned row);
size_t batch_side_bytes(const struct batch *b);
/* Collector: the texts for side files are written. */
void batch_drop_sides(struct batch *b);
/* Worker: its row is finished, with output in its buffer from `out_at` on, or is skipped.
 * batch_count_ended() must follow. */
void batch_end_row(struct batch *b, unsigned row, unsigned worker, size_t out_at, bool skipped);
/* Worker: counts `n` rows that it has ended. Counting takes the cache line from all other workers,
 * so rows that end at once are counted together. True when they were the batch's last: then the
 * caller packs the batch. */
bool batch_count_ended(struct batch *b, unsigned n);
/* Both, for one row. */
static inline bool batch_finish_row(
        struct batch *b, unsigned row, unsigned worker, size_t out_at, bool skipped)
{
	batch_end_row(b, row, worker, out_at, skipped);
	return batch_count_ended(b, 1);
}

/* Finisher: joins the rows in order into b->packed and drops their input and output buffers. False:
 * out of memory, and nothing is packed. */
bool batch_pack(struct batch *b, struct batch_packer *packer);

#endif
