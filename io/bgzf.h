/* bgzf.h - block gzip (BGZF): independent gzip members of at most 64 KiB of text, each with a
 * checkpoint.
 *
 * A member's header has two extra subfields (RFC 1952 section 2.3.1.1): "BC" with the member's
 * size, as bgzip writes it, and our own "SW", which makes the output its own checkpoint. In it,
 * little-endian:
 *
 *     u8      version       then three zero octets
 *     u64     fingerprint   the writer's
 *     u64     first_row     the output's first row, counted from 1, that ends in the member
 *     u32     n_rows        rows that end in it; 0 inside a very long row and for the header row
 *     u64     run           the writer's; tells the runs of a resumed scan apart
 *     u32     checksum      CRC-32 of all before it; from version 3 on
 *     text    note          the writer's; up to the end of the subfield
 *
 * The file ends with the empty end-of-file member of BGZF, without "SW". Which programs read such a
 * file: io/README.md. Compression by libdeflate, which no other file sees; at level 0 by
 * ISA-L (io/igzip.h), or where that is not there by libdeflate's level 1. A struct bgzf belongs to
 * one thread. */
#ifndef IO_BGZF_H
#define IO_BGZF_H

#include "base/error.h"
#include "base/textbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BGZF_TEXT_MAX_BYTES 65280
#define BGZF_MEMBER_MAX_BYTES 65536
/* The version of new checkpoints, and the oldest one that is read and written, that of 0.1.0. */
#define BGZF_VERSION 3
#define BGZF_VERSION_OLDEST 2
/* The first one with a closing at the end (results/closing.h). */
#define BGZF_VERSION_CLOSING 3

struct bgzf_checkpoint {
	unsigned version; /* BGZF_VERSION_OLDEST to BGZF_VERSION; 0, to be written: the newest */
	uint64_t fingerprint, first_row, run;
	uint32_t n_rows;
	const char *note; /* written: the caller's; read: inside the member; NULL: none */
	size_t note_size;
};

struct bgzf;

/* `level` 0 to 12. NULL: out of memory. */
struct bgzf *bgzf_new(int level);
/* Takes NULL. */
void bgzf_free(struct bgzf *z);

/* Appends one member to `out`. Text and note have at most BGZF_TEXT_MAX_BYTES together. Text that
 * does not shrink is stored. */
void bgzf_put_member(struct bgzf *z, struct textbuf *out, const void *text, size_t size,
        const struct bgzf_checkpoint *checkpoint);
/* Appends the end-of-file member (28 bytes, fixed). */
void bgzf_put_eof(struct textbuf *out);

/* True when the octets are exactly the end-of-file member. */
bool bgzf_is_eof(const uint8_t *bytes, size_t size);
#define BGZF_EOF_BYTES 28

/* Reads a member's header: the size of the member and, if *has_checkpoint, its checkpoint.
 * ERROR_TRUNCATED: `size` ends inside the header. ERROR_CORRUPT: it is no BGZF member. */
enum error bgzf_parse_header(const uint8_t *bytes, size_t size, size_t *member_size,
        struct bgzf_checkpoint *checkpoint, bool *has_checkpoint);
/* Checks the member at `bytes` and appends its text. ERROR_TRUNCATED, ERROR_CORRUPT or ERROR_NOMEM:
 * nothing was appended. */
enum error bgzf_get_member(struct bgzf *z, const uint8_t *bytes, size_t size, struct textbuf *text);

/* CRC-32 as gzip has it (RFC 1952 section 8). `bytes` may be NULL when `size` is 0. Any thread. */
uint32_t bgzf_crc32(const void *bytes, size_t size);

/* The version of libdeflate that we were built with; it does not say at run time. Any thread. */
const char *bgzf_library_version(void);

#endif
