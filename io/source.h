/* source.h - an input file as a stream of plain octets: gzip (any number of members) or plain text,
 * told by its content. "-" is standard input. Single thread.
 *
 * By zlib's inflate(), which no other file sees; gzread() would give a truncated file like a whole
 * one. Behind a member there may be another one, or zero octets up to the end of the file, which
 * are padding. Anything else is damage: gzip(1) ignores it, and with it all members behind it. A
 * file cut exactly between two members cannot be told from a whole one, but by source_lacks_end().
 */
#ifndef IO_SOURCE_H
#define IO_SOURCE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct digest;
struct source;

/* ERROR_SYSTEM with errno: it cannot be opened, or is a folder. `path` outlives the source. */
enum error source_open(struct source **out, const char *path);
/* Takes NULL. */
void source_close(struct source *s);

/* The next plain octets into `buffer`, and how many. 0: the end, or an error (source_error())
 * behind all that could be read. Waits while a pipe has nothing, and gives what is there as soon as
 * there is something. *stop (may be NULL), set by a signal handler, ends the wait with 0. */
size_t source_read(struct source *s, void *buffer, size_t size, const volatile bool *stop);
/* The same without waiting: 0 also when nothing is there yet. */
size_t source_read_ready(struct source *s, void *buffer, size_t size);
/* After a read of 0: true at the end or on an error, false when it only did not wait. */
bool source_ended(const struct source *s);

/* ERROR_NONE; ERROR_TRUNCATED: the gzip data end too early; ERROR_CORRUPT: bad deflate data,
 * checksum or length, or octets between or behind members; ERROR_SYSTEM: see source_errno(). */
enum error source_error(const struct source *s);
int source_errno(const struct source *s);

/* After the end: true when the file is block gzip (BGZF) and its last octets are not the member
 * that ends one: what wrote it did not come to its end. */
bool source_lacks_end(const struct source *s);

/* Every raw octet also goes into the digest, which stays the caller's. Before the first read. */
void source_set_digest(struct source *s, struct digest *digest);
/* After the end: reads what stands behind the gzip data, for the digest. False: an error, see
 * errno, or *stop. */
bool source_drain(struct source *s, const volatile bool *stop);

const char *source_path(const struct source *s); /* "standard input" for "-" */
bool source_is_gzip(const struct source *s);

/* For progress: raw octets read, and the file's size, 0 when it is no regular file. */
uint64_t source_raw_bytes(const struct source *s);
uint64_t source_raw_size(const struct source *s);

/* The version of zlib that is loaded. Any thread. */
const char *source_library_version(void);

#endif
