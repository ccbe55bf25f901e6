/* bgzf.c - writes and reads single BGZF members (SAM specification section 4.1; RFC 1952 for the
 * frame, RFC 1951 section 3.2.4 for stored blocks).
 *
 * libdeflate compresses small buffers twice as fast as zlib. A member has at most 64 KiB with its
 * header. Text that does not shrink is one stored block; BGZF_TEXT_MAX_BYTES leaves room for that.
 * All numbers are little-endian. Other tools compare the end-of-file member octet by octet, so it
 * is a constant. */
#include "io/bgzf.h"

#include "io/igzip.h"

#include <assert.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#define FIXED_BYTES 12 /* up to and with XLEN */
#define BC_BYTES 6
#define SW_MARK_BYTES 32 /* all that version 2 has, and what the checksum of version 3 covers */
#define SW_DATA_MAX_BYTES (SW_MARK_BYTES + 4)
#define HEADER_MAX_BYTES (FIXED_BYTES + BC_BYTES + 4 + SW_DATA_MAX_BYTES)
#define TRAILER_BYTES 8 /* CRC32 and ISIZE */
#define STORED_EXTRA_BYTES 5

static_assert(HEADER_MAX_BYTES + STORED_EXTRA_BYTES + BGZF_TEXT_MAX_BYTES + TRAILER_BYTES <=
                BGZF_MEMBER_MAX_BYTES,
        "stored text must fit in a member");

struct bgzf {
	struct igzip *igzip; /* NULL: the compressor below */
	struct libdeflate_compressor *compressor;
	struct libdeflate_decompressor *decompressor;
};

struct bgzf *bgzf_new(int level)
{
	struct bgzf *z = malloc(sizeof(*z));
	if (!z)
		return NULL;
	z->igzip = level == 0 ? igzip_new() : NULL;
	z->compressor = libdeflate_alloc_compressor(level ? level : 1);
	z->decompressor = libdeflate_alloc_decompressor();
	if (!z->compressor || !z->decompressor) {
		bgzf_free(z);
		return NULL;
	}
	return z;
}

void bgzf_free(struct bgzf *z)
{
	if (!z)
		return;
	igzip_free(z->igzip);
	libdeflate_free_compressor(z->compressor);
	libdeflate_free_decompressor(z->decompressor);
	free(z);
}

static void put_le(uint8_t *at, uint64_t value, unsigned n_bytes)
{
	for (unsigned i = 0; i < n_bytes; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_le(const uint8_t *at, unsigned n_bytes)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < n_bytes; i++)
		value |= (uint64_t)at[i] << (8 * i);
	return value;
}

/* ---- writing ---- */

/* Without the note. */
static size_t sw_bytes(unsigned version)
{
	return version < 3 ? SW_MARK_BYTES : SW_MARK_BYTES + 4;
}

static size_t header_bytes(const struct bgzf_checkpoint *c, unsigned version)
{
	return FIXED_BYTES + BC_BYTES + 4 + sw_bytes(version) + c->note_size;
}

static void encode_checkpoint(uint8_t *sw, const struct bgzf_checkpoint *c, unsigned version)
{
	put_le(sw, version, 4); /* and three zero octets */
	put_le(sw + 4, c->fingerprint, 8);
	put_le(sw + 12, c->first_row, 8);
	put_le(sw + 20, c->n_rows, 4);
	put_le(sw + 24, c->run, 8);
	if (version >= 3)
		put_le(sw + SW_MARK_BYTES, libdeflate_crc32(0, sw, SW_MARK_BYTES), 4);
	if (c->note_size)
		memcpy(sw + sw_bytes(version), c->note, c->note_size);
}

static void encode_header(
        uint8_t *member, size_t member_size, const struct bgzf_checkpoint *c, unsigned version)
{
	/* ID1 ID2, CM deflate, FLG FEXTRA, MTIME none, XFL, OS unknown */
	static const uint8_t fixed[] = { 0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff };
	memcpy(member, fixed, sizeof(fixed));
	put_le(member + 10, header_bytes(c, version) - FIXED_BYTES, 2);
	uint8_t *bc = member + FIXED_BYTES;
	memcpy(bc, "BC\2", 4);
	put_le(bc + 4, member_size - 1, 2);
	uint8_t *sw = bc + BC_BYTES;
	memcpy(sw, "SW", 2);
	put_le(sw + 2, sw_bytes(version) + c->note_size, 2);
	encode_checkpoint(sw + 4, c, version);
}

static size_t encode_stored(uint8_t *out, const void *text, size_t size)
{
	out[0] = 1; /* BFINAL, BTYPE 00 */
	put_le(out + 1, size, 2);
	put_le(out + 3, ~size, 2);
	if (size)
		memcpy(out + STORED_EXTRA_BYTES, text, size);
	return STORED_EXTRA_BYTES + size;
}

/* 0: it does not fit, since the text does not shrink. */
static size_t deflate(struct bgzf *z, const void *text, size_t size, void *out, size_t out_bytes)
{
	return z->igzip ? igzip_deflate(z->igzip, text, size, out, out_bytes)
	                : libdeflate_deflate_compress(z->compressor, text, size, out, out_bytes);
}

void bgzf_put_member(struct bgzf *z, struct textbuf *out, const void *text, size_t size,
        const struct bgzf_checkpoint *checkpoint)
{
	assert(size + checkpoint->note_size <= BGZF_TEXT_MAX_BYTES);
	unsigned version = checkpoint->version ? checkpoint->version : BGZF_VERSION;
	size_t header_size = header_bytes(checkpoint, version),
	       deflated_max = STORED_EXTRA_BYTES + size;
	uint8_t *member =
	        (uint8_t *)textbuf_reserve(out, header_size + deflated_max + TRAILER_BYTES);
	if (!member)
		return;
	uint8_t *deflated = member + header_size;
	size_t deflated_size = size ? deflate(z, text, size, deflated, deflated_max) : 0;
	if (!deflated_size)
		deflated_size = encode_stored(deflated, text, size);
	uint8_t *trailer = deflated + deflated_size;
	put_le(trailer, size ? libdeflate_crc32(0, text, size) : 0, 4);
	put_le(trailer + 4, size, 4);
	size_t member_size = (size_t)(trailer + TRAILER_BYTES - member);
	assert(member_size <= BGZF_MEMBER_MAX_BYTES);
	encode_header(member, member_size, checkpoint, version);
	textbuf_advance(out, member_size);
}

static const uint8_t eof_member[BGZF_EOF_BYTES] = { 0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0,
	'B', 'C', 2, 0, 0x1b, 0, 3 };

void bgzf_put_eof(struct textbuf *out)
{
	textbuf_put(out, eof_member, sizeof(eof_member));
}

bool bgzf_is_eof(const uint8_t *bytes, size_t size)
{
	return size == sizeof(eof_member) && memcmp(bytes, eof_member, size) == 0;
}

/* ---- reading ---- */

/* ID1 ID2 CM FLG: neither our members nor bgzip's have a name, comment or header checksum. */
static bool begins_like_bgzf(const uint8_t *bytes, size_t size)
{
	static const uint8_t magic[] = { 0x1f, 0x8b, 8, 4 };
	return memcmp(bytes, magic, size < sizeof(magic) ? size : sizeof(magic)) == 0;
}

static bool decode_checkpoint(const uint8_t *sw, size_t size, struct bgzf_checkpoint *checkpoint)
{
	unsigned version = size < 4 ? 0 : (unsigned)get_le(sw, 4);
	if (version < BGZF_VERSION_OLDEST || version > BGZF_VERSION || size < sw_bytes(version))
		return false;
	if (version >= 3 && libdeflate_crc32(0, sw, SW_MARK_BYTES) != get_le(sw + SW_MARK_BYTES, 4))
		return false;
	*checkpoint = (struct bgzf_checkpoint){
		.version = version,
		.fingerprint = get_le(sw + 4, 8),
		.first_row = get_le(sw + 12, 8),
		.n_rows = (uint32_t)get_le(sw + 20, 4),
		.run = get_le(sw + 24, 8),
		.note = (const char *)sw + sw_bytes(version),
		.note_size = size - sw_bytes(version),
	};
	return true;
}

enum error bgzf_parse_header(const uint8_t *bytes, size_t size, size_t *member_size,
        struct bgzf_checkpoint *checkpoint, bool *has_checkpoint)
{
	*member_size = 0;
	*has_checkpoint = false;
	if (size && !begins_like_bgzf(bytes, size))
		return ERROR_CORRUPT;
	if (size < FIXED_BYTES)
		return ERROR_TRUNCATED;
	size_t header_size = FIXED_BYTES + (size_t)get_le(bytes + 10, 2);
	if (size < header_size)
		return ERROR_TRUNCATED;

	/* Subfields (RFC 1952 section 2.3.1.1): two letters, a length, data. */
	size_t at = FIXED_BYTES;
	while (header_size - at >= 4) {
		const uint8_t *id = bytes + at, *data = id + 4;
		size_t data_size = (size_t)get_le(id + 2, 2);
		at += 4;
		if (data_size > header_size - at)
			return ERROR_CORRUPT;
		at += data_size;
		if (memcmp(id, "BC", 2) == 0 && data_size == 2)
			*member_size = (size_t)get_le(data, 2) + 1;
		else if (memcmp(id, "SW", 2) == 0)
			*has_checkpoint = decode_checkpoint(data, data_size, checkpoint);
	}
	if (at != header_size ||
	        *member_size < header_size + TRAILER_BYTES +
	                        2) /* the shortest deflate data are two octets */
		return ERROR_CORRUPT;
	return ERROR_NONE;
}

enum error bgzf_get_member(struct bgzf *z, const uint8_t *bytes, size_t size, struct textbuf *text)
{
	size_t member_size;
	struct bgzf_checkpoint checkpoint;
	bool has_checkpoint;
	enum error error =
	        bgzf_parse_header(bytes, size, &member_size, &checkpoint, &has_checkpoint);
	if (error)
		return error;
	if (size < member_size)
		return ERROR_TRUNCATED;
	const uint8_t *trailer = bytes + member_size - TRAILER_BYTES;
	const uint8_t *deflated = bytes + FIXED_BYTES + get_le(bytes + 10, 2);
	size_t text_size = (size_t)get_le(trailer + 4, 4), inflated_size;
	if (text_size > BGZF_MEMBER_MAX_BYTES)
		return ERROR_CORRUPT;
	char *out = textbuf_reserve(text, text_size ? text_size : 1);
	if (!out)
		return ERROR_NOMEM;
	/* Asked for both sizes, libdeflate also takes shorter text and data. But any other reader
	 * would take octets between the data and the trailer for the checksum. */
	size_t deflated_size = (size_t)(trailer - deflated), used_size;
	enum libdeflate_result result = libdeflate_deflate_decompress_ex(z->decompressor, deflated,
	        deflated_size, out, text_size, &used_size, &inflated_size);
	if (result != LIBDEFLATE_SUCCESS || used_size != deflated_size ||
	        inflated_size != text_size ||
	        libdeflate_crc32(0, out, text_size) != get_le(trailer, 4))
		return ERROR_CORRUPT;
	textbuf_advance(text, text_size);
	return ERROR_NONE;
}

uint32_t bgzf_crc32(const void *bytes, size_t size)
{
	return size ? libdeflate_crc32(0, bytes, size) : 0;
}

const char *bgzf_library_version(void)
{
	return LIBDEFLATE_VERSION_STRING;
}
