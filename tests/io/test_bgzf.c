/* test_bgzf.c - members written by us are read by zlib and by us; headers are judged at every
 * length and with every octet damaged. */
#include "io/bgzf.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

static const struct bgzf_checkpoint some_checkpoint = {
	.fingerprint = 0x0123456789abcdef,
	.first_row = 0xfedcba9876543210,
	.run = 0x0011223344556677,
	.n_rows = 0x89abcdef,
	.note = "checks=spf\n",
	.note_size = 11,
};

static const struct bgzf_checkpoint without_note = {
	.fingerprint = 1, .first_row = 2, .n_rows = 3
};

/* Of a member with some_checkpoint. */
enum { HEADER_BYTES = 58 + 11 };

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static char text_of_rows[BGZF_TEXT_MAX_BYTES], noise[BGZF_TEXT_MAX_BYTES];

static int make_texts(void **state)
{
	(void)state;
	uint64_t seed = 42;
	for (size_t i = 0; i < sizeof(noise); i++) {
		noise[i] = (char)next_random(&seed);
		text_of_rows[i] =
		        "example.com,192.0.2.1,pass,fail\n"[(i + next_random(&seed) % 2) % 32];
	}
	return 0;
}

/* Inflates one gzip member with zlib, which checks its checksum and length. */
static void inflate_with_zlib(
        const uint8_t *member, size_t size, const char *text, size_t text_size)
{
	static uint8_t out[BGZF_TEXT_MAX_BYTES + 1];
	z_stream z = { 0 };
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)member;
	z.avail_in = (uInt)size;
	z.next_out = out;
	z.avail_out = sizeof(out);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	assert_int_equal(z.total_out, text_size);
	assert_memory_equal(out, text, text_size);
	inflateEnd(&z);
}

static void check_round_trip(struct bgzf *z, const char *text, size_t size)
{
	struct textbuf out = { 0 }, back = { 0 };
	textbuf_put_text(&out, "before");
	const struct bgzf_checkpoint *written =
	        size + some_checkpoint.note_size <= BGZF_TEXT_MAX_BYTES ? &some_checkpoint
	                                                                : &without_note;
	bgzf_put_member(z, &out, text, size, written);
	assert_false(out.failed);
	const uint8_t *member = (const uint8_t *)out.bytes + 6;
	size_t member_size, whole = out.size - 6;
	struct bgzf_checkpoint checkpoint = { 0 };
	bool has_checkpoint;
	assert_int_equal(
	        bgzf_parse_header(member, whole, &member_size, &checkpoint, &has_checkpoint),
	        ERROR_NONE);
	assert_true(has_checkpoint);
	assert_int_equal(member_size, whole);
	assert_true(whole <= 65536);
	assert_true(checkpoint.fingerprint == written->fingerprint &&
	        checkpoint.first_row == written->first_row);
	assert_true(checkpoint.run == written->run);
	assert_int_equal(checkpoint.n_rows, written->n_rows);
	assert_int_equal(checkpoint.note_size, written->note_size);
	if (written->note_size)
		assert_memory_equal(checkpoint.note, written->note, written->note_size);
	inflate_with_zlib(member, whole, text, size);
	assert_int_equal(bgzf_get_member(z, member, whole, &back), ERROR_NONE);
	assert_int_equal(back.size, size);
	if (size)
		assert_memory_equal(back.bytes, text, size);
	textbuf_fini(&out);
	textbuf_fini(&back);
}

static void test_round_trip(void **state)
{
	(void)state;
	uint64_t seed = 7;
	for (int level = 0; level <= 12; level++) {
		struct bgzf *z = bgzf_new(level);
		assert_non_null(z);
		size_t sizes[] = { 0, 1, 2, 100, BGZF_TEXT_MAX_BYTES - 1, BGZF_TEXT_MAX_BYTES,
			next_random(&seed) % BGZF_TEXT_MAX_BYTES,
			next_random(&seed) % BGZF_TEXT_MAX_BYTES, next_random(&seed) % 500 };
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			check_round_trip(z, text_of_rows, sizes[i]);
			check_round_trip(z, noise, sizes[i]);
		}
		bgzf_free(z);
	}
	bgzf_free(NULL);
}

static void test_sizes(void **state)
{
	(void)state;
	struct bgzf *z = bgzf_new(1);
	struct textbuf out = { 0 };
	bgzf_put_member(z, &out, noise, BGZF_TEXT_MAX_BYTES, &without_note);
	assert_true(out.size > BGZF_TEXT_MAX_BYTES &&
	        out.size <= 58 + 5 + BGZF_TEXT_MAX_BYTES + 8); /* no worse than stored */
	textbuf_reset(&out);
	bgzf_put_member(z, &out, text_of_rows, BGZF_TEXT_MAX_BYTES, &without_note);
	assert_true(out.size < BGZF_TEXT_MAX_BYTES / 2);
	textbuf_fini(&out);
	bgzf_free(z);
}

static void test_eof_member(void **state)
{
	(void)state;
	/* SAM specification, section 4.1.2 */
	static const uint8_t eof[] = { 0x1f, 0x8b, 0x08, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff,
		0x06, 0x00, 0x42, 0x43, 0x02, 0x00, 0x1b, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x00, 0x00, 0x00, 0x00 };
	struct textbuf out = { 0 }, text = { 0 };
	bgzf_put_eof(&out);
	assert_int_equal(out.size, sizeof(eof));
	assert_memory_equal(out.bytes, eof, sizeof(eof));
	size_t member_size;
	struct bgzf_checkpoint checkpoint;
	bool has_checkpoint;
	assert_int_equal(
	        bgzf_parse_header(eof, sizeof(eof), &member_size, &checkpoint, &has_checkpoint),
	        ERROR_NONE);
	assert_int_equal(member_size, sizeof(eof));
	assert_false(has_checkpoint);
	struct bgzf *z = bgzf_new(1);
	assert_int_equal(bgzf_get_member(z, eof, sizeof(eof), &text), ERROR_NONE);
	assert_int_equal(text.size, 0);
	bgzf_free(z);
	textbuf_fini(&out);
	textbuf_fini(&text);
}

static struct textbuf some_member(struct bgzf *z)
{
	struct textbuf out = { 0 };
	bgzf_put_member(z, &out, text_of_rows, 300, &some_checkpoint);
	return out;
}

/* The header has 46 octets. A prefix is copied to memory of its own size, so that the sanitizer
 * sees a read behind it. */
static void test_every_prefix(void **state)
{
	(void)state;
	struct bgzf *z = bgzf_new(1);
	struct textbuf member = some_member(z), text = { 0 };
	for (size_t size = 0; size <= member.size; size++) {
		uint8_t *prefix = malloc(size ? size : 1);
		memcpy(prefix, member.bytes, size);
		size_t member_size;
		struct bgzf_checkpoint checkpoint;
		bool has_checkpoint;
		enum error error =
		        bgzf_parse_header(prefix, size, &member_size, &checkpoint, &has_checkpoint);
		assert_int_equal(error, size < HEADER_BYTES ? ERROR_TRUNCATED : ERROR_NONE);
		if (!error)
			assert_int_equal(member_size, member.size);
		assert_int_equal(bgzf_get_member(z, prefix, size, &text),
		        size < member.size ? ERROR_TRUNCATED : ERROR_NONE);
		free(prefix);
	}
	assert_int_equal(text.size, 300); /* only the whole member gave text */
	textbuf_fini(&text);
	textbuf_fini(&member);
	bgzf_free(z);
}

static void test_every_corruption(void **state)
{
	(void)state;
	struct bgzf *z = bgzf_new(1);
	struct textbuf member = some_member(z), text = { 0 };
	for (size_t at = 0; at < member.size; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			uint8_t *damaged = malloc(member.size);
			memcpy(damaged, member.bytes, member.size);
			damaged[at] ^= (uint8_t)(1u << bit);
			size_t member_size;
			struct bgzf_checkpoint checkpoint;
			bool has_checkpoint;
			enum error error = bgzf_parse_header(
			        damaged, member.size, &member_size, &checkpoint, &has_checkpoint);
			if (at < 4 || (at >= 12 && at < 16))
				assert_int_equal(error, ERROR_CORRUPT);
			/* A flipped bit makes version 2 of version 3. All else is covered by the
			 * checksum, or by the two letters and the size before it. */
			if (at >= 18 && at < 18 + 4 + 36)
				assert_true(error || !has_checkpoint ||
				        (at == 22 && checkpoint.version == 2));
			textbuf_reset(&text);
			error = bgzf_get_member(z, damaged, member.size, &text);
			/* The checksum covers the text: nothing wrong is ever given out. */
			assert_int_equal(text.size, error ? 0 : 300);
			if (!error)
				assert_memory_equal(text.bytes, text_of_rows, 300);
			if (at >= HEADER_BYTES)
				assert_true(
				        error || at < member.size - 8); /* an unused bit of the
				                                           deflate data may flip */
			free(damaged);
		}
	}
	textbuf_fini(&text);
	textbuf_fini(&member);
	bgzf_free(z);
}

static void test_foreign_headers(void **state)
{
	(void)state;
	const struct {
		const char *bytes;
		size_t size;
		enum error error;
	} headers[] = {
		{ "", 0, ERROR_TRUNCATED }, { "row,domain\n", 11, ERROR_CORRUPT },
		{ "\x1f\x8b\x08\x00\0\0\0\0\0\xff\x06\x00"
		  "BC\x02\0\x40\0",
		        18, ERROR_CORRUPT },                                     /* no FEXTRA */
		{ "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x00\x00", 12, ERROR_CORRUPT }, /* no subfield */
		{ "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\x00"
		  "XX\x02\0\x40\0",
		        18, ERROR_CORRUPT }, /* not "BC" */
		{ "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\x00"
		  "BC\x03\0\x40\0",
		        18, ERROR_CORRUPT }, /* longer than XLEN */
		{ "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x08\x00"
		  "BC\x02\0\x40\0ab",
		        20, ERROR_CORRUPT }, /* half a subfield behind it */
		{ "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\x00"
		  "BC\x02\0\x1a\0",
		        18, ERROR_CORRUPT }, /* too small for any data */
		{ "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\x00"
		  "BC\x02\0\x1b\0",
		        18, ERROR_NONE },
		{ "\x1f\x8b\x08\x04\0\0\0\0\0\xff\x0c\x00"
		  "XY\x02\0zz"
		  "BC\x02\0\x40\0",
		        24, ERROR_NONE }, /* in any order */
	};
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		size_t member_size;
		struct bgzf_checkpoint checkpoint;
		bool has_checkpoint;
		const uint8_t *bytes = (const uint8_t *)headers[i].bytes;
		enum error error = bgzf_parse_header(
		        bytes, headers[i].size, &member_size, &checkpoint, &has_checkpoint);
		assert_int_equal(error, headers[i].error);
		assert_false(has_checkpoint);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	struct bgzf *z = bgzf_new(1);
	struct textbuf out;
	textbuf_init(&out, 50);
	bgzf_put_member(z, &out, text_of_rows, 300, &some_checkpoint);
	assert_true(out.failed);
	textbuf_fini(&out);
	struct textbuf member = some_member(z);
	textbuf_init(&out, 50);
	assert_int_equal(
	        bgzf_get_member(z, (const uint8_t *)member.bytes, member.size, &out), ERROR_NOMEM);
	textbuf_fini(&out);
	textbuf_fini(&member);
	bgzf_free(z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_eof_member),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_every_corruption),
		cmocka_unit_test(test_foreign_headers),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, make_texts, NULL);
}
