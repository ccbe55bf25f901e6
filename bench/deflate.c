/* deflate.c - bare libdeflate: what packing a text costs at its level 1, in pieces as the scan
 * packs its results. The scan's own default, level 0, is ISA-L's.
 *
 *     deflate TEXT-FILE SECONDS
 *     deflate --version
 *
 * Each piece is deflated at level 1 and its crc32 is taken, as a block-gzip member needs both;
 * nothing is written. It passes over the text until SECONDS of CPU are over. "bytes" are those of
 * all the passes, "packed" what they became. */
#include "base/clock.h"
#include "bench/textfile.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_BYTES 65280
#define LEVEL 1

struct totals {
	size_t passes, bytes, packed;
	uint32_t crc; /* of all pieces added; printed, so that no compiler leaves it out */
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "deflate: %s: %s\n", what, why);
	exit(1);
}

static void read_text(struct textbuf *text, const char *path)
{
	const char *wrong = textfile_read(text, path);
	if (wrong || !text->size)
		die(path, wrong ? wrong : "empty");
}

static void pack(
        struct libdeflate_compressor *compressor, const struct textbuf *text, struct totals *totals)
{
	char packed[PIECE_BYTES + 1024];
	for (size_t at = 0; at < text->size; at += PIECE_BYTES) {
		size_t size = text->size - at < PIECE_BYTES ? text->size - at : PIECE_BYTES;
		size_t packed_size = libdeflate_deflate_compress(
		        compressor, text->bytes + at, size, packed, sizeof packed);
		if (!packed_size)
			die("libdeflate", "a piece grew");
		totals->packed += packed_size;
		totals->crc += libdeflate_crc32(0, text->bytes + at, size);
	}
	totals->bytes += text->size;
	totals->passes++;
}

static void measure(
        struct libdeflate_compressor *compressor, const struct textbuf *text, double seconds)
{
	struct totals totals = { 0 };
	uint64_t began_ns = clock_now_ns(), cpu_began_ns = clock_cpu_ns(), cpu_ns;
	do {
		pack(compressor, text, &totals);
		cpu_ns = clock_cpu_ns() - cpu_began_ns;
	} while ((double)cpu_ns < seconds * 1e9);
	double wall_s = (double)(clock_now_ns() - began_ns) / 1e9;
	printf("{\"passes\": %zu, \"bytes\": %zu, \"packed\": %zu, \"crc\": %u, ", totals.passes,
	        totals.bytes, totals.packed, totals.crc);
	printf("\"cpu\": %.6f, \"wall\": %.6f}\n", (double)cpu_ns / 1e9, wall_s);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--version"))
		return puts(LIBDEFLATE_VERSION_STRING) < 0;
	if (argc != 3) {
		fputs("usage: deflate TEXT-FILE SECONDS\n", stderr);
		return 2;
	}
	struct textbuf text = { 0 };
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(LEVEL);
	if (!compressor)
		die("libdeflate", "out of memory");
	read_text(&text, argv[1]);
	measure(compressor, &text, strtod(argv[2], NULL));
	libdeflate_free_compressor(compressor);
	textbuf_fini(&text);
	return 0;
}
