/* test_batch.c - a batch's life: rows of several workers come out in input order, blocks count the
 * rows that end in them, a skipped row ends the output. */
#include "tests/cmocka_first.h"

#include "scanner/batch.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 64, WORKERS = 3 };

static void fill(struct batch *b, unsigned n)
{
	batch_begin(b, 7, 1001);
	for (unsigned i = 0; i < n; i++) {
		char text[16];
		int size = snprintf(text, sizeof text, "row-%u", i);
		struct input_row row = {
			.record = { .text = text, .size = (size_t)size, .plain = true }
		};
		assert_true(batch_add(b, &row, i * 7 % WORKERS));
	}
	batch_seal(b);
}

/* Works through the slices in an order of its own: the last worker first. Row i's output is
 * `width(i)` octets and a newline. */
static bool finish_all(
        struct batch *b, size_t (*width)(unsigned), unsigned skip_from, struct batch_packer *packer)
{
	bool last = false;
	for (unsigned w = WORKERS; w-- > 0;)
		for (uint32_t i = b->slices[w].first; i != BATCH_NO_ROW; i = b->rows[i].next) {
			size_t at = b->out[w].text.size;
			assert_false(last);
			for (size_t n = 0; i < skip_from && n < width(i); n++)
				textbuf_put_char(&b->out[w].text, (char)('a' + i % 26));
			if (i < skip_from)
				textbuf_put_char(&b->out[w].text, '\n');
			batch_compress_long_row(b, i, w, at, packer);
			last = batch_finish_row(b, i, w, at, i >= skip_from);
		}
	return last;
}

static size_t narrow(unsigned i)
{
	return i % 5;
}

static size_t wide(unsigned i)
{
	return i == 3 ? 3 * BGZF_TEXT_MAX_BYTES : i % 3 ? 10000 : 20000;
}

static void check_text(const char *text, size_t size, size_t (*width)(unsigned), unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		assert_true(size >= width(i) + 1);
		for (size_t k = 0; k < width(i); k++)
			assert_int_equal(text[k], 'a' + i % 26);
		assert_int_equal(text[width(i)], '\n');
		text += width(i) + 1;
		size -= width(i) + 1;
	}
	assert_int_equal(size, 0);
}

static void test_input_order(void **state)
{
	struct batch b;
	struct batch_packer packer = { .z = bgzf_new(1), .as_text = true };
	(void)state;
	assert_true(batch_init(&b, ROWS, WORKERS));
	for (unsigned life = 0; life < 2; life++) {
		fill(&b, ROWS);
		assert_true(batch_is_full(&b));
		assert_memory_equal(batch_record(&b, 63).text, "row-63", 6);
		assert_true(finish_all(&b, narrow, ROWS, &packer));
		assert_true(batch_pack(&b, &packer));
		assert_int_equal(b.n_packed_rows, ROWS);
		check_text(b.packed.bytes, b.packed.size, narrow, ROWS);
	}
	batch_fini(&b);
	batch_packer_fini(&packer);
}

static void test_empty_rows(void **state)
{
	struct batch b;
	(void)state;
	assert_true(batch_init(&b, ROWS, WORKERS));
	batch_begin(&b, 0, 1);
	for (unsigned i = 0; i < 3; i++)
		assert_true(batch_add(
		        &b, &(struct input_row){ .record = { .text = "", .plain = true } }, i));
	batch_seal(&b);
	assert_non_null(batch_record(&b, 2).text);
	assert_int_equal(batch_record(&b, 2).size, 0);
	batch_fini(&b);
}

static void test_skipped_row_ends_output(void **state)
{
	struct batch b;
	struct batch_packer packer = { .z = bgzf_new(1), .as_text = true };
	(void)state;
	assert_true(batch_init(&b, ROWS, WORKERS));
	fill(&b, 40);
	assert_true(finish_all(&b, narrow, 17, &packer));
	assert_true(batch_pack(&b, &packer));
	assert_int_equal(b.n_packed_rows, 17);
	check_text(b.packed.bytes, b.packed.size, narrow, 17);
	batch_fini(&b);
	batch_packer_fini(&packer);
}

/* Its members follow each other without a gap, tell the rows that end in them, and hold the text of
 * all rows. */
static void check_members(
        const struct batch *b, struct bgzf *z, size_t (*width)(unsigned), unsigned n)
{
	struct textbuf text = { 0 };
	uint64_t next = 1001;
	bool saw_empty = false;
	for (size_t at = 0, member; at < b->packed.size; at += member) {
		const uint8_t *bytes = (const uint8_t *)b->packed.bytes + at;
		struct bgzf_checkpoint checkpoint;
		bool has;
		assert_int_equal(
		        bgzf_parse_header(bytes, b->packed.size - at, &member, &checkpoint, &has),
		        ERROR_NONE);
		assert_true(has);
		assert_true(checkpoint.fingerprint == 0xabcdef && checkpoint.run == 0x123);
		assert_true(checkpoint.first_row == next);
		saw_empty |= checkpoint.n_rows == 0;
		next += checkpoint.n_rows;
		assert_int_equal(bgzf_get_member(z, bytes, b->packed.size - at, &text), ERROR_NONE);
	}
	assert_true(next == 1001 + n);
	assert_true(saw_empty); /* inside the row that is longer than a block */
	check_text(text.bytes, text.size, width, n);
	textbuf_fini(&text);
}

static void test_blocks_count_rows(void **state)
{
	struct batch b;
	struct batch_packer packer = {
		.z = bgzf_new(1), .mark.fingerprint = 0xabcdef, .mark.run = 0x123
	};
	(void)state;
	assert_true(batch_init(&b, ROWS, WORKERS));
	for (unsigned skip_from = 10; skip_from >= 4; skip_from--) {
		fill(&b, 10);
		assert_true(finish_all(&b, wide, skip_from, &packer));
		assert_true(batch_pack(&b, &packer));
		assert_int_equal(b.n_packed_rows, skip_from);
		check_members(&b, packer.z, wide, skip_from);
	}
	batch_packer_fini(&packer);
	batch_fini(&b);
}

/* Where memory ends in the middle, no member may go out that says more rows than it holds: the
 * batch fails as a whole. */
static void test_no_memory_loses_no_row(void **state)
{
	struct batch b;
	struct batch_packer packer = { 0 };
	(void)state;
	assert_true(batch_init(&b, ROWS, WORKERS));
	for (unsigned limit_bytes = 20; limit_bytes < 2 * BGZF_TEXT_MAX_BYTES; limit_bytes *= 2) {
		batch_packer_fini(&packer);
		packer.z = bgzf_new(1);
		textbuf_init(&packer.joined, limit_bytes);
		const bool enough = limit_bytes >= BGZF_TEXT_MAX_BYTES;
		fill(&b, 10);
		assert_true(finish_all(&b, limit_bytes > 20 ? wide : narrow, 10,
		        &packer)); /* the narrow ones take 30 octets */
		assert_true(batch_pack(&b, &packer) == enough);
		assert_int_equal(b.n_packed_rows, enough ? 10 : 0);
		assert_true((b.packed.size > 0) == enough);
	}
	batch_packer_fini(&packer);
	batch_fini(&b);
}

/* A batch of long rows waits for its last row in less memory than a tenth of their text. */
static size_t long_row(unsigned i)
{
	return i == 3 ? 3 * BGZF_TEXT_MAX_BYTES : BATCH_LONG_ROW_BYTES;
}

static void test_long_rows_wait_compressed(void **state)
{
	struct batch b;
	struct batch_packer packer = {
		.z = bgzf_new(1), .mark.fingerprint = 0xabcdef, .mark.run = 0x123
	};
	size_t waiting = 0;
	(void)state;
	assert_true(batch_init(&b, ROWS, WORKERS));
	fill(&b, ROWS);
	assert_true(finish_all(&b, long_row, ROWS, &packer));
	for (unsigned w = 0; w < WORKERS; w++)
		waiting += b.out[w].text.capacity;
	assert_true(waiting < (size_t)ROWS * BATCH_LONG_ROW_BYTES / 10);
	assert_true(batch_pack(&b, &packer));
	check_members(&b, packer.z, long_row, ROWS);
	batch_packer_fini(&packer);
	batch_fini(&b);
}

/* The next batch's buffers are those of the last one. */
static void test_output_buffers_come_back(void **state)
{
	struct batch b;
	struct spares spares;
	(void)state;
	assert_true(spares_init(&spares, WORKERS + 1));
	struct batch_packer packer = { .z = bgzf_new(1), .spares = &spares };
	assert_true(batch_init(&b, ROWS, WORKERS));
	fill(&b, ROWS);
	assert_true(finish_all(&b, narrow, ROWS, &packer));
	const char *last = b.out[WORKERS - 1].text.bytes;
	assert_true(batch_pack(&b, &packer));
	assert_int_equal(spares.n, WORKERS);
	assert_null(b.out[0].text.bytes);
	assert_ptr_equal(batch_out(&b, 0, &packer)->bytes, last);
	assert_int_equal(b.out[0].text.size, 0);
	assert_ptr_equal(batch_out(&b, 0, &packer)->bytes, last);
	assert_int_equal(spares.n, WORKERS - 1);
	/* a buffer that lacked memory says so until the batch is packed */
	b.out[1].text.failed = true;
	assert_true(batch_out(&b, 1, &packer)->failed);
	assert_int_equal(spares.n, WORKERS - 1);
	b.out[1].text.failed = false;
	batch_packer_fini(&packer);
	batch_fini(&b);
	spares_fini(&spares);
}

/* Where the output is text, a batch is members only when one of its rows is long. */
static void test_text_with_a_long_row(void **state)
{
	struct batch b;
	struct batch_packer packer = {
		.z = bgzf_new(1), .as_text = true, .mark.fingerprint = 0xabcdef, .mark.run = 0x123
	};
	(void)state;
	assert_true(batch_init(&b, ROWS, WORKERS));
	fill(&b, 10);
	assert_true(finish_all(&b, wide, 10, &packer));
	assert_true(batch_pack(&b, &packer) && b.is_members);
	check_members(&b, packer.z, wide, 10);
	fill(&b, 10);
	assert_true(finish_all(&b, narrow, 10, &packer));
	assert_true(batch_pack(&b, &packer) && !b.is_members);
	check_text(b.packed.bytes, b.packed.size, narrow, 10);
	batch_packer_fini(&packer);
	batch_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_input_order),
		cmocka_unit_test(test_empty_rows),
		cmocka_unit_test(test_skipped_row_ends_output),
		cmocka_unit_test(test_blocks_count_rows),
		cmocka_unit_test(test_no_memory_loses_no_row),
		cmocka_unit_test(test_long_rows_wait_compressed),
		cmocka_unit_test(test_output_buffers_come_back),
		cmocka_unit_test(test_text_with_a_long_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
