/* fuzz_source.c - any octets as an input file: whatever the size of the buffers, and whether it is
 * a file or a pipe that fills up slowly, the text, the error and the flags are those that the whole
 * file in memory has.
 *
 * The first octet chooses the sizes of buffers and pieces, the rest is the file. */
#include "memfile.h"

#include "base/textbuf.h"
#include "io/source.h"

#include <fcntl.h>
#include <string.h>
#include <zlib.h>

enum {
	FILE_MAX = 60000,   /* less than a pipe holds */
	TEXT_MAX = 1 << 18, /* a few octets may inflate to megabytes */
	BUFFER_MAX = 1 << 16,
};

struct reading {
	struct textbuf text;
	enum error error;
	bool whole, is_gzip; /* whole: not given up at TEXT_MAX */
};

static bool take(struct reading *r, struct source *s, size_t buffer_size, bool wait)
{
	static uint8_t buffer[BUFFER_MAX];
	size_t n = wait ? source_read(s, buffer, buffer_size, NULL)
	                : source_read_ready(s, buffer, buffer_size);
	require(n <= buffer_size && (n || !wait || source_ended(s)));
	textbuf_put(&r->text, buffer, n);
	return n && r->text.size < TEXT_MAX;
}

static void finish(struct reading *r, struct source *s)
{
	r->error = source_error(s);
	r->whole = source_ended(s);
	r->is_gzip = source_is_gzip(s);
	require(r->error != ERROR_SYSTEM && (r->is_gzip || !r->error));
	source_close(s);
}

static void read_file(struct reading *r, const char *path, size_t buffer_size)
{
	struct source *s;
	*r = (struct reading){ 0 };
	require(source_open(&s, path) == ERROR_NONE);
	while (take(r, s, buffer_size, true))
		;
	finish(r, s);
}

/* By a pipe, into which the next piece is put when the last one has been read without waiting. */
static void read_pipe(
        struct reading *r, const uint8_t *data, size_t size, size_t buffer_size, size_t piece_size)
{
	int ends[2];
	char path[32];
	struct source *s;
	*r = (struct reading){ 0 };
	require(pipe2(ends, O_CLOEXEC) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	require(source_open(&s, path) == ERROR_NONE);
	for (size_t at = 0; at < size; at += piece_size) {
		size_t n = size - at < piece_size ? size - at : piece_size;
		require(write(ends[1], data + at, n) == (ssize_t)n);
		while (take(r, s, buffer_size, false))
			;
	}
	close(ends[1]);
	while (r->text.size < TEXT_MAX && take(r, s, buffer_size, true))
		;
	finish(r, s);
	close(ends[0]);
}

/* Both begin alike; where neither was given up, they are the same. */
static void require_same(const struct reading *a, const struct reading *b)
{
	size_t common = a->text.size < b->text.size ? a->text.size : b->text.size;
	require(common == 0 || memcmp(a->text.bytes, b->text.bytes, common) == 0);
	if (a->whole && b->whole)
		require(a->text.size == b->text.size && a->error == b->error &&
		        a->is_gzip == b->is_gzip);
}

static bool begins_member(const uint8_t *data, size_t size)
{
	return size && data[0] == 0x1f && (size == 1 || data[1] == 0x8b);
}

static bool is_zeros(const uint8_t *data, size_t size)
{
	while (size && !data[size - 1])
		size--;
	return !size;
}

/* What the file is when it lies in memory as a whole: RFC 1952 by zlib, one member after the other.
 */
static void read_memory(struct reading *r, const uint8_t *data, size_t size)
{
	static uint8_t text[TEXT_MAX];
	size_t n_text = 0, at = 0;
	*r = (struct reading){ .whole = true, .is_gzip = begins_member(data, size) };
	while (r->is_gzip && at < size && r->whole && !r->error) {
		if (at && !begins_member(data + at, size - at)) {
			r->error = is_zeros(data + at, size - at) ? ERROR_NONE : ERROR_CORRUPT;
			break;
		}
		z_stream z = { .next_in = (Bytef *)data + at,
			.avail_in = (uInt)(size - at),
			.next_out = text + n_text };
		z.avail_out = (uInt)(TEXT_MAX - n_text);
		require(inflateInit2(&z, 15 + 16) == Z_OK);
		int result = inflate(&z, Z_NO_FLUSH);
		at = size - z.avail_in;
		n_text = TEXT_MAX - z.avail_out;
		if (result == Z_DATA_ERROR)
			r->error = ERROR_CORRUPT;
		else if (result != Z_STREAM_END && z.avail_out)
			r->error = ERROR_TRUNCATED;
		r->whole = z.avail_out;
		inflateEnd(&z);
	}
	textbuf_put(&r->text, r->is_gzip ? text : data, r->is_gzip ? n_text : size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t sizes[] = { 1, 2, 3, 18, 100, 1000, 4096, 32769 };
	if (size < 1 || size > FILE_MAX)
		return 0;
	size_t buffer_size = sizes[data[0] % 8], piece_size = sizes[data[0] / 8 % 8];
	struct memfile file;
	struct reading model, whole, parts, piped;
	memfile_open(&file, data + 1, size - 1);
	read_memory(&model, data + 1, size - 1);
	read_file(&whole, file.path, BUFFER_MAX);
	read_file(&parts, file.path, buffer_size);
	read_pipe(&piped, data + 1, size - 1, buffer_size, piece_size);
	tell_outcome(whole.error == ERROR_TRUNCATED ? "torn"
	                : whole.error               ? "corrupt"
	                : whole.is_gzip             ? "gzip"
	                                            : "plain");
	require_same(&model, &whole);
	require_same(&model, &parts);
	require_same(&model, &piped);
	textbuf_fini(&model.text);
	textbuf_fini(&whole.text);
	textbuf_fini(&parts.text);
	textbuf_fini(&piped.text);
	memfile_close(&file);
	return 0;
}
