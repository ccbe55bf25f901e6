/* sink.h - the output file: appends whole blocks, syncs, closes; every failure is told. Single thread; "-" is standard output. */
#ifndef IO_SINK_H
#define IO_SINK_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sink;

/* Creates or empties the file. ERROR_SYSTEM with errno. `path` must outlive the sink. */
enum error sink_open(struct sink **out, const char *path);
/* Opens a file that exists, cuts it to its first `keep_bytes`, and goes on behind them. EINVAL when it is shorter, or no regular
 * file. */
enum error sink_open_at(struct sink **out, const char *path, uint64_t keep_bytes);
/* All of it, or ERROR_SYSTEM with errno (ENOSPC, EPIPE, ...); after an error the sink refuses further
 * writes with the same errno. */
enum error sink_write(struct sink *s, const void *bytes, size_t size);
/* Data on the disk; nothing to do for pipes and terminals. */
enum error sink_sync(struct sink *s);
/* Closes, and tells what close() says; always frees. Takes NULL. */
enum error sink_close(struct sink *s);

const char *sink_path(const struct sink *s); /* "standard output" for "-" */
/* The file's size, as far as this sink knows: keep_bytes and what was written since. */
uint64_t sink_bytes(const struct sink *s);

#endif
