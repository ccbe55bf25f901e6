/* sink.c - write() until all is written. Standard output may be non-blocking (a terminal shared with a program that made it so):
 * then poll() waits.
 *
 * Standard output is duplicated, so that closing it can tell what a network file system says only then, while descriptor 1 stays
 * open. After a failed write nobody knows what is in the file, and after a failed sync the kernel forgets the pages: the first
 * errno is kept and given again. */
#include "io/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct sink {
	const char *path;
	int fd;
	bool is_regular;
	int errno_of_failure; /* 0: none so far */
	uint64_t n_bytes;
};

static bool is_stdout(const char *path)
{
	return strcmp(path, "-") == 0;
}

static int open_path(const char *path, int flags)
{
	if (is_stdout(path))
		return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	return open(path, O_WRONLY | O_CLOEXEC | flags, 0666);
}

/* Takes `fd`, -1 too, also when it fails. */
static enum error wrap(struct sink **out, const char *path, int fd)
{
	*out = NULL;
	struct stat st;
	if (fd < 0)
		return ERROR_SYSTEM;
	struct sink *s = fstat(fd, &st) == 0 ? malloc(sizeof(*s)) : NULL;
	if (!s) {
		int saved = errno;
		close(fd);
		errno = saved;
		return ERROR_SYSTEM;
	}
	*s = (struct sink){ .path = is_stdout(path) ? "standard output" : path, .fd = fd, .is_regular = S_ISREG(st.st_mode) };
	*out = s;
	return ERROR_NONE;
}

static enum error fail(struct sink *s, int errno_of_failure)
{
	s->errno_of_failure = errno_of_failure;
	errno = errno_of_failure;
	return ERROR_SYSTEM;
}

enum error sink_open(struct sink **out, const char *path)
{
	return wrap(out, path, open_path(path, O_CREAT | O_TRUNC));
}

/* Cuts the file at `keep_bytes` and goes to its end. False: errno says why. */
static bool cut_at(const struct sink *s, uint64_t keep_bytes)
{
	struct stat st;
	if (fstat(s->fd, &st) < 0)
		return false;
	if (!s->is_regular || (uint64_t)st.st_size < keep_bytes) {
		errno = EINVAL;
		return false;
	}
	return ftruncate(s->fd, (off_t)keep_bytes) == 0 && lseek(s->fd, 0, SEEK_END) >= 0;
}

enum error sink_open_at(struct sink **out, const char *path, uint64_t keep_bytes)
{
	enum error error = wrap(out, path, open_path(path, 0));
	if (error)
		return error;
	if (!cut_at(*out, keep_bytes)) {
		int saved = errno;
		sink_close(*out);
		*out = NULL;
		errno = saved;
		return ERROR_SYSTEM;
	}
	(*out)->n_bytes = keep_bytes;
	return ERROR_NONE;
}

/* After a write that failed with `why`: true when it is worth another try. */
static bool may_retry(const struct sink *s, int why)
{
	if (why == EINTR)
		return true;
	if (why != EAGAIN)
		return false;
	struct pollfd pollfd = { .fd = s->fd, .events = POLLOUT };
	return poll(&pollfd, 1, -1) >= 0 || errno == EINTR;
}

enum error sink_write(struct sink *s, const void *bytes, size_t size)
{
	if (s->errno_of_failure)
		return fail(s, s->errno_of_failure);
	const char *at = bytes;
	while (size) {
		ssize_t n = write(s->fd, at, size);
		if (n < 0) {
			if (!may_retry(s, errno))
				return fail(s, errno);
			continue;
		}
		at += n;
		size -= (size_t)n;
		s->n_bytes += (uint64_t)n;
	}
	return ERROR_NONE;
}

enum error sink_sync(struct sink *s)
{
	if (s->errno_of_failure)
		return fail(s, s->errno_of_failure);
	if (!s->is_regular)
		return ERROR_NONE;
	while (fdatasync(s->fd) < 0) {
		if (errno == EINVAL || errno == EROFS) /* special files cannot be synced: no failure of the data */
			return ERROR_NONE;
		if (errno != EINTR)
			return fail(s, errno);
	}
	return ERROR_NONE;
}

enum error sink_close(struct sink *s)
{
	if (!s)
		return ERROR_NONE;
	/* Not again after EINTR: on Linux the descriptor is gone (close(2)). */
	enum error error = close(s->fd) < 0 && errno != EINTR ? ERROR_SYSTEM : ERROR_NONE;
	int saved = errno;
	free(s);
	errno = saved;
	return error;
}

const char *sink_path(const struct sink *s)
{
	return s->path;
}

uint64_t sink_bytes(const struct sink *s)
{
	return s->n_bytes;
}
