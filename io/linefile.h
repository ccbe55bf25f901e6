/* linefile.h - a file of lines that are read by their places: once from the beginning to the end,
 * which gives each line its place, and then any of them, by any thread.
 *
 * Block gzip (io/bgzf.h) stays on the disk: a place is a member and an offset in its text, and a
 * reader inflates the member, of which it keeps some. Anything else, gzip or plain text, is held in
 * memory as text. A file that changes meanwhile is an error of linefile_read(), never another line.
 *
 * A linefile is const once it was walked; each thread has a reader of its own. */
#ifndef IO_LINEFILE_H
#define IO_LINEFILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest;
struct linefile;
struct linefile_reader;

/* Lines are at most so long. */
#define LINEFILE_LINE_MAX_BYTES (64u << 20)

struct linefile_line {
	const char *text; /* without its line end; valid until the next call */
	size_t size;
	uint64_t at;     /* its place */
	uint64_t number; /* from 1 */
};

/* Opens a regular file. ERROR_SYSTEM with errno (ESPIPE: it is none), ERROR_NOMEM, or an error of
 * gzip (io/source.h). `path` outlives it. */
enum error linefile_open(struct linefile **out, const char *path);
/* Takes NULL. Its readers are freed first. */
void linefile_close(struct linefile *f);

/* The next line of the walk. ERROR_EMPTY: there are no more. ERROR_TRUNCATED: the file ends inside
 * a member or a line, which has a line end when it is whole; all whole lines were given.
 * ERROR_CORRUPT, ERROR_SYSTEM, ERROR_NOMEM, ERROR_LIMIT. */
enum error linefile_next(struct linefile *f, struct linefile_line *line);

/* All octets of the file, as they stand on the disk. ERROR_SYSTEM with errno. */
enum error linefile_digest(const struct linefile *f, struct digest *digest);

/* NULL: out of memory. */
struct linefile_reader *linefile_reader_new(const struct linefile *f);
/* Takes NULL. */
void linefile_reader_free(struct linefile_reader *r);
/* The line at a place of the walk; valid until the reader's next call. ERROR_CORRUPT: the file was
 * changed. ERROR_SYSTEM with errno, ERROR_NOMEM. */
enum error linefile_read(struct linefile_reader *r, uint64_t at, const char **text, size_t *size);

#endif
