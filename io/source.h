/* source.h - an input file as a stream of plain bytes: gzip (any number of members) or plain text,
 * found out by its content.
 *
 * Inflation by zlib's inflate() and not gzread(), because gzread() delivers a truncated file like a
 * whole one. Zero padding and foreign bytes after the last member are ignored with a warning flag,
 * as gzip itself does. A file that is cut exactly between two members cannot be told from a whole
 * one. Single thread; "-" is standard input. */
#ifndef IO_SOURCE_H
#define IO_SOURCE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct digest;
struct source;

/* ERROR_SYSTEM with errno when it cannot be opened or is a directory. `path` must outlive the
 * source. */
enum error source_open(struct source **out, const char *path);
/* Takes NULL. */
void source_close(struct source *s);

/* The next plain bytes into `buffer`: how many, 0 at the end or on an error (then see
 * source_error(); what came before it has been delivered). Blocks while a pipe has nothing, but
 * gives what is there as soon as something is. *stop (may be NULL), set by a signal handler, ends
 * the wait with 0. */
size_t source_read(struct source *s, void *buffer, size_t size, const volatile bool *stop);
/* The same without ever waiting: 0 also when nothing is there yet. */
size_t source_read_ready(struct source *s, void *buffer, size_t size);
/* Tells the end and an error from a read that gave 0 because it did not wait any longer. */
bool source_ended(const struct source *s);

/* ERROR_NONE, ERROR_TRUNCATED (gzip data end too early), ERROR_CORRUPT (bad deflate data, checksum
 * or length), ERROR_SYSTEM (errno of the read is source_errno()). */
enum error source_error(const struct source *s);
int source_errno(const struct source *s);

/* Every raw octet read from here on goes into the digest, too, which stays the caller's: set it
 * before the first read. */
void source_set_digest(struct source *s, struct digest *digest);
/* After the end: reads what may stand behind the gzip data, for the digest of the whole file.
 * False: an error, see errno, or *stop. */
bool source_drain(struct source *s, const volatile bool *stop);

const char *source_path(const struct source *s); /* "standard input" for "-" */
bool source_is_gzip(const struct source *s);
bool source_had_trailing_garbage(const struct source *s);

/* For progress: raw bytes consumed, and the file's size, 0 when it is no regular file. */
uint64_t source_raw_bytes(const struct source *s);
uint64_t source_raw_size(const struct source *s);

/* The version of zlib that is loaded. Any thread. */
const char *source_library_version(void);

#endif
