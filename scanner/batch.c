/* batch.c - consecutive input rows, filled, finished and packed. */
#include "scanner/batch.h"

#include <stdlib.h>
#include <string.h>

/* After packing, other buffers larger than this are freed. Smaller ones are kept for the next rows.
 * There are many batches: none may keep the memory of its largest rows. */
enum { KEEP_BYTES = 16384 };

static struct batch_buffer *buffers_new(unsigned n)
{
	struct batch_buffer *buffers = aligned_alloc(sizeof *buffers, n * sizeof *buffers);
	for (unsigned i = 0; buffers && i < n; i++)
		buffers[i] = (struct batch_buffer){ 0 };
	return buffers;
}

bool batch_init(struct batch *b, unsigned max_rows, unsigned n_workers)
{
	*b = (struct batch){ .max_rows = max_rows, .n_workers = n_workers };
	b->rows = aligned_alloc(_Alignof(struct batch_row), max_rows * sizeof *b->rows);
	b->slices = calloc(n_workers, sizeof *b->slices);
	b->out = buffers_new(n_workers);
	return b->rows && b->slices && b->out;
}

bool batch_add_side(struct batch *b, enum side side)
{
	struct batch_side *s = &b->sides[side];
	s->of_worker = buffers_new(b->n_workers);
	s->of_row = calloc(b->max_rows, sizeof *s->of_row);
	return s->of_worker && s->of_row;
}

static void side_fini(struct batch_side *s, unsigned n_workers)
{
	for (unsigned w = 0; s->of_worker && w < n_workers; w++)
		textbuf_fini(&s->of_worker[w].text);
	free(s->of_worker);
	free(s->of_row);
}

void batch_fini(struct batch *b)
{
	for (enum side side = 0; side < SIDE_COUNT; side++)
		side_fini(&b->sides[side], b->n_workers);
	for (unsigned w = 0; b->out && w < b->n_workers; w++)
		textbuf_fini(&b->out[w].text);
	textbuf_fini(&b->input);
	textbuf_fini(&b->packed);
	free(b->rows);
	free(b->slices);
	free(b->out);
}

void batch_begin(struct batch *b, uint64_t sequence, uint64_t first_row)
{
	b->sequence = sequence;
	b->first_row = first_row;
	b->n_rows = 0;
	b->is_packed = false;
	textbuf_reset(&b->input);
	for (unsigned w = 0; w < b->n_workers; w++)
		b->slices[w] = (struct batch_slice){ .first = BATCH_NO_ROW, .last = BATCH_NO_ROW };
}

bool batch_add(struct batch *b, const struct input_row *row, unsigned worker)
{
	const struct csv_record *record = &row->record;
	size_t at = b->input.size;
	textbuf_put(&b->input, record->text, record->size);
	textbuf_put(&b->input, row->printed.text, row->printed.size);
	if (b->input.failed)
		return false;
	uint32_t index = b->n_rows++;
	b->rows[index] = (struct batch_row){
		.number = row->number,
		.text_at = (uint32_t)at,
		.text_size = (uint32_t)record->size,
		.next = BATCH_NO_ROW,
		.worker = (uint16_t)worker,
		.printed_size = (uint32_t)row->printed.size,
		.keep = row->keep,
		.plain = record->plain,
		.broken = record->broken,
		.too_long = record->too_long,
		.split = record->split,
	};
	for (enum side side = 0; side < SIDE_COUNT; side++)
		if (b->sides[side].of_row)
			b->sides[side].of_row[index] = (struct batch_side_row){ 0 };
	struct batch_slice *slice = &b->slices[worker];
	*(slice->count++ ? &b->rows[slice->last].next : &slice->first) = index;
	b->rows[index].next_batch = b;
	slice->last = index;
	return true;
}

void batch_set_key(struct batch *b, const struct row_key *key)
{
	struct batch_row *row = &b->rows[b->n_rows - 1];
	row->key = *key;
}

void batch_seal(struct batch *b)
{
	b->input_bytes = b->input.size;
	atomic_store_explicit(&b->n_left, b->n_rows, memory_order_relaxed);
}

struct csv_record batch_record(const struct batch *b, unsigned row)
{
	const struct batch_row *r = &b->rows[row];
	return (struct csv_record){
		/* when all rows are empty there is no input buffer */
		.text = r->text_size ? b->input.bytes + r->text_at : "",
		.size = r->text_size,
		.plain = r->plain,
		.broken = r->broken,
		.too_long = r->too_long,
		.split = r->split,
	};
}

struct csv_field batch_printed(const struct batch *b, unsigned row)
{
	const struct batch_row *r = &b->rows[row];
	if (!r->printed_size)
		return (struct csv_field){ 0 };
	return (struct csv_field){ .text = b->input.bytes + r->text_at + r->text_size,
		.size = r->printed_size };
}

struct textbuf *batch_side_text(struct batch *b, enum side side, unsigned worker)
{
	return b->sides[side].of_worker ? &b->sides[side].of_worker[worker].text : NULL;
}

void batch_end_side_row(struct batch *b, enum side side, unsigned row, unsigned worker, size_t at)
{
	b->sides[side].of_row[row] = (struct batch_side_row){ .at = at,
		.size = (uint32_t)(b->sides[side].of_worker[worker].text.size - at) };
}

struct csv_field batch_side_row(const struct batch *b, enum side side, unsigned row)
{
	const struct batch_side_row *r = &b->sides[side].of_row[row];
	const char *text = b->sides[side].of_worker[b->rows[row].worker].text.bytes;
	return (struct csv_field){ .text = r->size ? text + r->at : "", .size = r->size };
}

size_t batch_side_bytes(const struct batch *b)
{
	size_t bytes = 0;
	for (enum side side = 0; side < SIDE_COUNT; side++)
		for (unsigned w = 0; b->sides[side].of_worker && w < b->n_workers; w++)
			bytes += b->sides[side].of_worker[w].text.size;
	return bytes;
}

void batch_drop_sides(struct batch *b)
{
	for (enum side side = 0; side < SIDE_COUNT; side++)
		for (unsigned w = 0; b->sides[side].of_worker && w < b->n_workers; w++)
			textbuf_shrink(&b->sides[side].of_worker[w].text, KEEP_BYTES);
}

void batch_end_row(struct batch *b, unsigned row, unsigned worker, size_t out_at, bool skipped)
{
	struct batch_row *r = &b->rows[row];
	r->skipped = skipped;
	r->worker = (uint16_t)worker;
	r->out_at = out_at;
	r->out_size = (uint32_t)(b->out[worker].text.size - out_at);
}

bool batch_count_ended(struct batch *b, unsigned n)
{
	/* release: the finisher sees these rows; acquire: when that is us, we see all others */
	return atomic_fetch_sub_explicit(&b->n_left, n, memory_order_acq_rel) == n;
}

static bool any_failed(const struct batch *b)
{
	bool failed = false;
	for (unsigned w = 0; w < b->n_workers; w++)
		failed |= b->out[w].text.failed;
	for (enum side side = 0; side < SIDE_COUNT; side++)
		for (unsigned w = 0; b->sides[side].of_worker && w < b->n_workers; w++)
			failed |= b->sides[side].of_worker[w].text.failed;
	return failed;
}

/* Makes members of rows. A row that does not fit behind the others begins a member. One that does
 * not fit in a member spans several, and counts in the last of them. */
struct member_writer {
	struct batch_packer *packer;
	struct textbuf *out;
	struct bgzf_checkpoint checkpoint;
	struct batch_row *last; /* that was put, of a batch; NULL: none yet */
};

static struct member_writer writer_begin(
        struct batch_packer *packer, struct textbuf *out, uint64_t first_row)
{
	textbuf_reset(&packer->joined);
	struct member_writer m = { .packer = packer, .out = out, .checkpoint = packer->mark };
	m.checkpoint.first_row = first_row;
	return m;
}

static void end_member(struct member_writer *m)
{
	struct textbuf *joined = &m->packer->joined;
	m->out->failed |= joined->failed; /* some of its text is missing */
	if (!joined->size)
		return;
	bgzf_put_member(m->packer->z, m->out, joined->bytes, joined->size, &m->checkpoint);
	if (m->last && m->checkpoint.n_rows)
		m->last->ends_member = true;
	m->checkpoint.first_row += m->checkpoint.n_rows;
	m->checkpoint.n_rows = 0;
	textbuf_reset(joined);
}

static void put_row(struct member_writer *m, const char *text, size_t size)
{
	struct textbuf *joined = &m->packer->joined;
	if (joined->size + size > BGZF_TEXT_MAX_BYTES)
		end_member(m);
	for (; size > BGZF_TEXT_MAX_BYTES;
	        size -= BGZF_TEXT_MAX_BYTES, text += BGZF_TEXT_MAX_BYTES) {
		textbuf_put(joined, text, BGZF_TEXT_MAX_BYTES);
		end_member(m);
	}
	textbuf_put(joined, text, size);
	m->checkpoint.n_rows++;
}

/* The row's members were marked when they were made. */
static void put_compressed_row(struct member_writer *m, const char *bytes, size_t size)
{
	end_member(m);
	textbuf_put(m->out, bytes, size);
	m->checkpoint.first_row++;
}

void batch_compress_long_row(
        struct batch *b, unsigned row, unsigned worker, size_t out_at, struct batch_packer *packer)
{
	struct textbuf *out = &b->out[worker].text;
	if (out->failed || out->size - out_at < BATCH_LONG_ROW_BYTES)
		return;
	textbuf_shrink(&packer->members, BGZF_MEMBER_MAX_BYTES);
	struct member_writer m = writer_begin(packer, &packer->members, b->first_row + row);
	put_row(&m, out->bytes + out_at, out->size - out_at);
	end_member(&m);
	textbuf_truncate(out, out_at);
	out->failed |= packer->members.failed;
	textbuf_put(out, packer->members.bytes, packer->members.size);
	/* else the buffer would keep room for the text, uncounted, until the batch is packed */
	textbuf_fit(out);
	b->rows[row].compressed = true;
}

void batch_packer_fini(struct batch_packer *packer)
{
	bgzf_free(packer->z);
	textbuf_fini(&packer->joined);
	textbuf_fini(&packer->members);
}

static void give_up_buffer(struct batch_packer *packer, struct textbuf *out)
{
	if (packer->spares) {
		spares_put(packer->spares, out);
		return;
	}
	textbuf_fini(out);
	textbuf_reset(out);
}

static bool any_compressed(const struct batch *b)
{
	for (unsigned i = 0; i < b->n_rows; i++)
		if (b->rows[i].compressed)
			return true;
	return false;
}

bool batch_pack(struct batch *b, struct batch_packer *packer)
{
	struct member_writer m = writer_begin(packer, &b->packed, b->first_row);
	bool good = !any_failed(b);
	b->is_packed = true;
	b->is_members = !packer->as_text || any_compressed(b);
	textbuf_reset(&b->packed);
	b->n_packed_rows = 0;
	for (unsigned i = 0; good && i < b->n_rows && !b->rows[i].skipped;
	        i++, b->n_packed_rows++) {
		struct batch_row *r = &b->rows[i];
		const char *bytes = b->out[r->worker].text.bytes + r->out_at;
		if (r->compressed)
			put_compressed_row(&m, bytes, r->out_size);
		else if (b->is_members)
			put_row(&m, bytes, r->out_size);
		else
			textbuf_put(&b->packed, bytes, r->out_size);
		r->ends_member = r->compressed;
		m.last = r;
	}
	end_member(&m);
	for (unsigned w = 0; w < b->n_workers; w++)
		give_up_buffer(packer, &b->out[w].text);
	textbuf_shrink(&b->input, KEEP_BYTES);
	if (good && !b->packed.failed)
		return true;
	/* nothing of the batch is written: the output ends before its first row */
	textbuf_reset(&b->packed);
	b->n_packed_rows = 0;
	return false;
}
