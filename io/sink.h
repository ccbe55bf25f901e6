/* sink.h - the output file: appends whole blocks, syncs and closes, and tells every failure. "-" is
 * standard output. Single thread.
 *
 * A regular file is locked (flock(2)) while it is open, so that no second scan writes to it. It
 * holds whole blocks only: a write that fails half-way is taken back.
 *
 * A file that was deleted, replaced, cut or written by somebody else meanwhile is a failure
 * (ESTALE), which the next sync gives: what was written is not where its reader will look. */
#ifndef IO_SINK_H
#define IO_SINK_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest;
struct sink;

/* Opens the file, or makes it, and changes nothing in it; sink_cut() comes before the first write.
 * One that was made here is removed by sink_close() when there was no sink_cut(): a start that is
 * refused leaves nothing behind. ERROR_SYSTEM with errno; EWOULDBLOCK: another process writes it.
 * `path` outlives the sink. */
enum error sink_open(struct sink **out, const char *path);
/* True for a regular file, which can be read again; false for a pipe, a device and "-". */
bool sink_is_file(const struct sink *s);
/* The size of the file when it was opened; 0 when it is no file. */
uint64_t sink_found_bytes(const struct sink *s);
/* Cuts the file to its first `keep_bytes`, behind which it is then written. ERROR_SYSTEM with
 * errno; EINVAL: it is shorter; ESTALE: another one has
 * its name now. Does nothing when it is no regular file. What is kept goes into the
 * digest. */
enum error sink_cut(struct sink *s, uint64_t keep_bytes);

/* Every octet of the output also goes into the digest, which stays the caller's. Before
 * sink_cut(). */
void sink_set_digest(struct sink *s, struct digest *digest);
/* Whether the digest is that of the file: not before sink_cut(), nor after a sync that failed. */
bool sink_digest_is_right(const struct sink *s);

/* Writes all of it, or gives ERROR_SYSTEM with errno (ENOSPC, EPIPE, ...). Later writes then fail
 * with the same errno. */
enum error sink_write(struct sink *s, const void *bytes, size_t size);
/* Brings the data to the disk, the first time also the file's name; does nothing for pipes and
 * terminals. Also after a failed write, for what came before it. When it fails, the file is cut to
 * its size at the last good sync. */
enum error sink_sync(struct sink *s);
/* Brings the name of the file at an absolute path to the disk, and cuts the path to its folder. A
 * folder that cannot be opened or synced (permissions, some network file systems) is no failure of
 * the data. Any thread. */
void sink_sync_name(char *path);
/* Closes, and gives the error of close(2); always frees. Takes NULL. */
enum error sink_close(struct sink *s);

/* True after a failure because of what others did to the file: what it holds is not known. */
bool sink_is_lost(const struct sink *s);
/* One phrase for the first failure of a write or sync. Valid as long as the sink. */
const char *sink_why(const struct sink *s);
const char *sink_path(const struct sink *s); /* "standard output" for "-" */
/* keep_bytes and what was written since. */
uint64_t sink_bytes(const struct sink *s);

#endif
