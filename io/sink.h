/* sink.h - the output file: appends whole blocks, syncs, closes; every failure is told. Single
 * thread; "-" is standard output.
 *
 * A regular file has one writer: while a sink is open it is locked (flock(2)), so that a second
 * scan cannot mix its rows into it. And it holds whole blocks only: a write that fails half-way is
 * taken back. */
#ifndef IO_SINK_H
#define IO_SINK_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest;
struct sink;

/* Opens the file, a new one if there is none, and leaves what is in it; sink_cut() comes before the
 * first write. ERROR_SYSTEM with errno; EWOULDBLOCK: another process writes it. `path` must outlive
 * the sink. */
enum error sink_open(struct sink **out, const char *path);
/* A file on a disk, which can be read back and gone on with; no pipe, no device, not "-". */
bool sink_is_file(const struct sink *s);
/* Cuts the file to its first `keep_bytes`; what is written comes behind them. EINVAL when it is
 * shorter. What is no file has nothing to be cut. With a digest what is kept goes into it. */
enum error sink_cut(struct sink *s, uint64_t keep_bytes);

/* Every octet of the output goes into the digest, too, which stays the caller's. Before sink_cut().
 */
void sink_set_digest(struct sink *s, struct digest *digest);
/* False when the digest is not of the file as it is: before sink_cut(), and after a sync that
 * failed. */
bool sink_digest_is_right(const struct sink *s);

/* All of it, or ERROR_SYSTEM with errno (ENOSPC, EPIPE, ...); after an error the sink refuses
 * further writes with the same errno. */
enum error sink_write(struct sink *s, const void *bytes, size_t size);
/* Data on the disk, and the first time the file's name; nothing to do for pipes and terminals. Also
 * after a failed write: what came before it is kept. When it fails, the file is cut back to what
 * was there at the last good one. */
enum error sink_sync(struct sink *s);
/* Closes, and tells what close() says; always frees. Takes NULL. */
enum error sink_close(struct sink *s);

const char *sink_path(const struct sink *s); /* "standard output" for "-" */
/* The file's size, as far as this sink knows: keep_bytes and what was written since. */
uint64_t sink_bytes(const struct sink *s);

#endif
