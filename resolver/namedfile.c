/* namedfile.c - what it is decides by fstat(2) of the open file, so that nobody can exchange it. A
 * device is not even opened: that alone may do something. */
#include "resolver/namedfile.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PART_BYTES = 64 << 10 };

/* NULL: it may be read. */
static const char *why_not(const struct stat *st, bool again)
{
	if (S_ISDIR(st->st_mode))
		return strerror(EISDIR);
	if (S_ISFIFO(st->st_mode))
		return again ? "it is a pipe, and has to be read more than once: give a file"
		             : NULL;
	return S_ISREG(st->st_mode) ? NULL : "it is a device, and no file";
}

/* NULL: all of it was read. */
static const char *read_all(struct textbuf *text, int fd, size_t max_bytes)
{
	static _Thread_local char too_long[64];
	for (size_t left = max_bytes + 1; left > 0;) {
		size_t part = left < PART_BYTES ? left : PART_BYTES;
		char *at = textbuf_reserve(text, part);
		ssize_t n = at ? read(fd, at, part) : 0;
		if (!at)
			return error_text(ERROR_NOMEM);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return strerror(errno);
		if (n == 0)
			return NULL;
		textbuf_advance(text, (size_t)n);
		left -= (size_t)n;
	}
	snprintf(too_long, sizeof too_long, "it has more than %zu octets", max_bytes);
	return too_long;
}

bool namedfile_read(
        struct textbuf *text, const char *path, size_t max_bytes, bool again, const char **why)
{
	struct stat st;
	if (stat(path, &st)) {
		*why = strerror(errno);
		return false;
	}
	*why = why_not(&st, again);
	int fd = *why ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		*why = *why ? *why : strerror(errno);
		return false;
	}
	*why = fstat(fd, &st) ? strerror(errno) : why_not(&st, again);
	if (!*why)
		*why = read_all(text, fd, max_bytes);
	close(fd);
	return !*why;
}
