/* bgzf.h - block gzip (BGZF, as bgzip writes it): independent gzip members of at most 64 KiB of
 * text, each with its own checkpoint.
 *
 * A member's header has two extra subfields (RFC 1952 section 2.3.1.1): "BC" with the member's
 * size, which makes it BGZF, and "SW", ours, which makes the output its own checkpoint. Its octets,
 * little-endian:
 *
 *     u8 version, u8[3] zero
 *     u64 fingerprint, u64 first_row, u32 n_rows, u64 run
 *     u32 CRC-32 of all before it        from version 3 on
 *     a note, text up to the end         only where the writer gives one
 *
 * Rows are those of the output, counted from 1: first_row is the number of the first one that ends
 * in the member, n_rows how many end in it (0 inside a very long row, and for the header row).
 * `run` tells the runs of a scan apart that was resumed. What fingerprint, run and note mean is the
 * writer's. The file ends with the empty BGZF end-of-file member, without "SW".
 *
 * gzip, zlib, Python and `bgzip -dt` read such members. But htslib takes a member whose extra field
 * holds more than "BC" for ordinary gzip: its indexer and its threads (`bgzip -r`, `-b`, `-d -@ N`)
 * refuse the file. Who wants these re-blocks it with `bgzip -dc FILE | bgzip`.
 *
 * Compression by libdeflate. A struct bgzf belongs to one thread. */
#ifndef IO_BGZF_H
#define IO_BGZF_H

#include "base/error.h"
#include "base/textbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BGZF_TEXT_MAX_BYTES 65280
/* No member is larger. */
#define BGZF_MEMBER_MAX_BYTES 65536
/* The version of new checkpoints, and the oldest one that is read and written, that of 0.1.0. */
#define BGZF_VERSION 3
#define BGZF_VERSION_OLDEST 2

struct bgzf_checkpoint {
	unsigned version; /* BGZF_VERSION_OLDEST to BGZF_VERSION; 0, to be written: the newest */
	uint64_t fingerprint, first_row, run;
	uint32_t n_rows;
	const char *note; /* the caller's when written; inside the member when read; NULL: none */
	size_t note_size;
};

struct bgzf;

/* `level` 1 to 12. NULL: no memory. */
struct bgzf *bgzf_new(int level);
void bgzf_free(struct bgzf *z);

/* Appends one member to `out`. `size` at most BGZF_TEXT_MAX_BYTES, with the note. Text that does
 * not shrink is stored. */
void bgzf_put_member(struct bgzf *z, struct textbuf *out, const void *text, size_t size,
        const struct bgzf_checkpoint *checkpoint);
/* Appends the end-of-file member (28 bytes, fixed). */
void bgzf_put_eof(struct textbuf *out);

/* True for the end-of-file member, which is all of `size`. */
bool bgzf_is_eof(const uint8_t *bytes, size_t size);
#define BGZF_EOF_BYTES 28

/* Reads a member's header: its whole size in *member_size, and its checkpoint if it has one
 * (*has_checkpoint). ERROR_TRUNCATED: `size` ends inside the header; ERROR_CORRUPT: no BGZF member.
 */
enum error bgzf_parse_header(const uint8_t *bytes, size_t size, size_t *member_size,
        struct bgzf_checkpoint *checkpoint, bool *has_checkpoint);
/* Appends the text of the member at `bytes` to `text`, after checking its length and checksum.
 * ERROR_TRUNCATED, ERROR_CORRUPT (nothing is appended) or ERROR_NOMEM. */
enum error bgzf_get_member(struct bgzf *z, const uint8_t *bytes, size_t size, struct textbuf *text);

/* The version of libdeflate that we were built with: it does not tell at run time. Any thread. */
const char *bgzf_library_version(void);

#endif
