/* members.h - reads the members of a block gzip file (io/bgzf.h) one after another, each checked to
 * its checksum: how an output is read again.
 *
 * Any octets may stand in the file: a process was killed, a disk was full, a page was never
 * written. Reading ends at the first member that is not whole; members_at() says where, and
 * members_skip() looks for one behind it. Single thread. */
#ifndef IO_MEMBERS_H
#define IO_MEMBERS_H

#include "base/error.h"
#include "io/bgzf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct members;

struct member {
	uint64_t at; /* offset in the file */
	size_t size;
	const char *text; /* inflated; it and the checkpoint's note are valid until the next call */
	size_t text_size;
	bool is_eof, has_checkpoint;
	struct bgzf_checkpoint checkpoint;
};

/* ERROR_SYSTEM with errno, or ERROR_NOMEM. */
enum error members_open(struct members **out, const char *path);
/* Takes NULL. */
void members_close(struct members *m);

/* The next member. ERROR_EMPTY: the file ends here. ERROR_TRUNCATED: it ends inside a member.
 * ERROR_CORRUPT: what comes is no member, or damaged. ERROR_SYSTEM (errno) and ERROR_NOMEM say
 * nothing about the file. */
enum error members_next(struct members *m, struct member *member);

/* Goes on at another offset. */
enum error members_seek(struct members *m, uint64_t at);

/* After ERROR_CORRUPT or ERROR_TRUNCATED: goes on where the next member may begin. ERROR_EMPTY:
 * none begins before the file's end. */
enum error members_skip(struct members *m);

/* The offset behind the last whole member. */
uint64_t members_at(const struct members *m);

#endif
