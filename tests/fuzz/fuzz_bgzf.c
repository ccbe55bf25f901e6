/* fuzz_bgzf.c - any octets as a block gzip member, as the text of one, and as the compressed part
 * of one whose frame is right.
 *
 * The checksum would keep a fuzzer out of everything behind it, so the frame is also made around
 * the octets, as zlib understands them. The first octet says where a member is cut and which of its
 * octets is changed. */
#include "target.h"

#include "io/bgzf.h"

#include <string.h>
#include <zlib.h>

enum { TEXT_MAX = 65536, FRAME_BYTES = 18, TRAILER_BYTES = 8 };

/* A member says the same of itself whatever follows it, and nothing before its header is whole. */
static void check_header(const uint8_t *octets, size_t size)
{
	struct bgzf_checkpoint checkpoint, again;
	size_t member_size, cut_size;
	bool has_checkpoint, had_checkpoint;
	enum error error =
	        bgzf_parse_header(octets, size, &member_size, &checkpoint, &has_checkpoint);
	require(error == ERROR_NONE || error == ERROR_TRUNCATED || error == ERROR_CORRUPT);
	require(error ||
	        (member_size >= FRAME_BYTES + TRAILER_BYTES + 2 && member_size <= TEXT_MAX));
	for (size_t cut = 0; cut < size && cut < 200; cut++) {
		enum error cut_error =
		        bgzf_parse_header(octets, cut, &cut_size, &again, &had_checkpoint);
		require(cut_error == ERROR_TRUNCATED || cut_error == error);
		require(cut_error || (cut_size == member_size && had_checkpoint == has_checkpoint));
	}
}

static void tell_member(enum error error, const uint8_t *octets, size_t size)
{
	struct bgzf_checkpoint checkpoint;
	size_t member_size;
	bool has_checkpoint;
	bgzf_parse_header(octets, size, &member_size, &checkpoint, &has_checkpoint);
	tell_outcome(error == ERROR_TRUNCATED ? "torn"
	                : error               ? "corrupt"
	                : has_checkpoint      ? "marked"
	                                      : "whole");
}

/* What is accepted is text that can be packed again; what is not leaves the buffer alone. */
static void check_member(struct bgzf *z, const uint8_t *octets, size_t size)
{
	struct textbuf text = { 0 }, packed = { 0 }, again = { 0 };
	textbuf_put_text(&text, "before");
	enum error error = bgzf_get_member(z, octets, size, &text);
	tell_member(error, octets, size);
	require(text.size >= 6 && memcmp(text.bytes, "before", 6) == 0 &&
	        (!error || text.size == 6));
	if (!error && text.size - 6 <= BGZF_TEXT_MAX_BYTES) {
		bgzf_put_member(
		        z, &packed, text.bytes + 6, text.size - 6, &(struct bgzf_checkpoint){ 0 });
		require(bgzf_get_member(z, (const uint8_t *)packed.bytes, packed.size, &again) ==
		        ERROR_NONE);
		require(again.size == text.size - 6 &&
		        (again.size == 0 || memcmp(again.bytes, text.bytes + 6, again.size) == 0));
	}
	textbuf_fini(&text);
	textbuf_fini(&packed);
	textbuf_fini(&again);
}

/* Text, packed: comes back with its checkpoint, not when it is cut, and never as another text. */
static void check_text(struct bgzf *z, const uint8_t *text, size_t size, unsigned choice)
{
	struct bgzf_checkpoint found,
	        checkpoint = { .fingerprint = choice * 0x0123456789abcdefu,
		        .first_row = choice,
		        .run = choice * 77u,
		        .n_rows = ~choice };
	struct textbuf packed = { 0 }, back = { 0 };
	size_t member_size;
	bool has_checkpoint;
	bgzf_put_member(z, &packed, text, size, &checkpoint);
	uint8_t *member = (uint8_t *)packed.bytes;
	require(bgzf_parse_header(member, packed.size, &member_size, &found, &has_checkpoint) ==
	        ERROR_NONE);
	require(member_size == packed.size && has_checkpoint &&
	        found.fingerprint == checkpoint.fingerprint &&
	        found.first_row == checkpoint.first_row && found.run == checkpoint.run &&
	        found.n_rows == checkpoint.n_rows);
	require(bgzf_get_member(z, member, packed.size, &back) == ERROR_NONE);
	require(back.size == size && (size == 0 || memcmp(back.bytes, text, size) == 0));
	require(bgzf_get_member(z, member, packed.size - 1 - choice % packed.size, &back) ==
	        ERROR_TRUNCATED);
	member[choice * 7919u % packed.size] ^= (uint8_t)(1 + choice % 255);
	textbuf_reset(&back);
	require(bgzf_get_member(z, member, packed.size, &back) ||
	        (back.size == size && (size == 0 || memcmp(back.bytes, text, size) == 0)));
	textbuf_fini(&packed);
	textbuf_fini(&back);
}

/* What zlib says of compressed data that is to fill `size` octets. It is stricter than libdeflate
 * about incomplete Huffman codes: where it sees a mistake in the data, libdeflate may see none. */
enum opinion { WHOLE, TOO_LONG_OR_SHORT, MISTAKEN };

static enum opinion inflate_by_zlib(
        const uint8_t *deflated, size_t size, uint8_t *text, size_t *text_size)
{
	z_stream s = { .next_in = (Bytef *)deflated,
		.avail_in = (uInt)size,
		.next_out = text,
		.avail_out = TEXT_MAX };
	require(inflateInit2(&s, -15) == Z_OK);
	int result = inflate(&s, Z_FINISH);
	*text_size = TEXT_MAX - s.avail_out;
	inflateEnd(&s);
	return result == Z_DATA_ERROR                       ? MISTAKEN
	        : result == Z_STREAM_END && s.avail_in == 0 ? WHOLE
	                                                    : TOO_LONG_OR_SHORT;
}

static void put_le(uint8_t *at, size_t value, unsigned n_octets)
{
	for (unsigned i = 0; i < n_octets; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* Compressed data in a right frame: both libraries agree on what it is. */
static void check_deflated(struct bgzf *z, const uint8_t *deflated, size_t size)
{
	static uint8_t member[TEXT_MAX], text[TEXT_MAX];
	static const uint8_t frame[FRAME_BYTES] = { 0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0,
		'B', 'C', 2, 0 };
	size_t text_size, member_size = FRAME_BYTES + size + TRAILER_BYTES;
	struct textbuf back = { 0 };
	enum opinion opinion = inflate_by_zlib(deflated, size, text, &text_size);
	memcpy(member, frame, FRAME_BYTES);
	put_le(member + 16, member_size - 1, 2);
	memcpy(member + FRAME_BYTES, deflated, size);
	put_le(member + FRAME_BYTES + size, crc32(0, text, (uInt)text_size), 4);
	put_le(member + FRAME_BYTES + size + 4, text_size, 4);
	enum error error = bgzf_get_member(z, member, member_size, &back);
	if (!error)
		tell_outcome("deflated");
	require(opinion == MISTAKEN || (opinion == WHOLE) == !error);
	require(error || opinion == MISTAKEN ||
	        (back.size == text_size &&
	                (text_size == 0 || memcmp(back.bytes, text, text_size) == 0)));
	textbuf_fini(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 60000)
		return 0;
	struct bgzf *z = bgzf_new(data[0] % 13);
	require(z);
	check_header(data + 1, size - 1);
	check_member(z, data + 1, size - 1);
	check_text(z, data + 1, size - 1, data[0]);
	if (size > 2)
		check_deflated(z, data + 1, size - 1);
	bgzf_free(z);
	return 0;
}
