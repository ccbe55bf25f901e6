/* bgzf.h - block gzip (BGZF, as bgzip writes it): independent gzip members of at most 64 KiB of
 * text, each with its own checkpoint.
 *
 * A member's header has two extra subfields: "BC" with the member's size, which makes it BGZF, and
 * "SW", ours, which makes the output its own checkpoint: (little-endian) u8 version = 2, u8[3]
 * zero, u64 fingerprint, u64 first_row, u32 n_rows, u64 run, and a note, text of any length up to
 * the end first_row is the number of the first row that ends in the member, n_rows how many end in
 * it (0 inside a very long row, and for the CSV header line); run tells the runs of a scan apart
 * that was resumed. What fingerprint, run and note mean is the writer's. The file ends with the
 * empty BGZF end-of-file member, without "SW". gzip, zlib, Python and `bgzip -dt` read such
 * members. But htslib takes a member whose extra field holds more than "BC" for ordinary gzip: its
 * indexer and its threads (`bgzip -r`, `-b`, `-d -@ N`) refuse the file. Who wants these re-blocks
 * it with `bgzip -dc FILE | bgzip`. Compression by libdeflate. A struct bgzf belongs to one thread.
 */
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
#define BGZF_VERSION 2

struct bgzf_checkpoint {
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
