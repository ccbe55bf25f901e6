/* sink.c - write(2) until all is written.
 *
 *   - Standard output may be non-blocking, when another program made it so: then poll(2) waits. It
 *     is duplicated, so that it can be closed, which is when a network file system tells errors.
 *   - A failed write may leave a part of its block in the file, which is cut off again.
 *   - After a failed sync the kernel forgets the pages. All since the last good sync is cut off.
 *   - The first errno is kept and given again.
 *   - A file is written with O_APPEND: once somebody has emptied it, it stays shorter than what was
 *     written, and does not get a hole of that size.
 *   - A new file's name is in its folder, which is synced with the first data.
 *   - A file that was made here and never cut is no output: its start was refused. It is removed.
 */
#include "io/sink.h"

#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct sink {
	const char *path;
	int fd;
	bool is_stdout, is_regular;
	bool is_new;          /* it was made here */
	int errno_of_failure; /* 0: none so far */
	bool was_cut, sync_failed, name_is_safe, had_name, is_lost;
	uint64_t n_found_bytes;         /* when it was opened */
	uint64_t n_bytes, n_safe_bytes; /* in the file; on the disk */
	struct digest *digest;          /* the caller's, or NULL */
	char why[PATH_MAX + 80];        /* the first failure */
};

static bool is_stdout(const char *path)
{
	return strcmp(path, "-") == 0;
}

/* For reading, too, since what is kept goes into the digest. Not so pipes, devices, and files that
 * we may only write. */
static int open_path(const char *path, bool *is_new)
{
	struct stat st;
	*is_new = false;
	if (is_stdout(path))
		return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return open(path, O_WRONLY | O_CLOEXEC);
	const int flags = O_CREAT | O_APPEND | O_CLOEXEC;
	int fd = open(path, O_RDWR | O_EXCL | flags, 0666);
	*is_new = fd >= 0;
	if (fd < 0 && errno == EEXIST)
		fd = open(path, O_RDWR | flags, 0666);
	return fd < 0 && errno == EACCES ? open(path, O_WRONLY | flags, 0666) : fd;
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
	*s = (struct sink){ .path = is_stdout(path) ? "standard output" : path,
		.is_stdout = is_stdout(path),
		.fd = fd,
		.is_regular = S_ISREG(st.st_mode),
		.had_name = st.st_nlink > 0 };
	*out = s;
	return ERROR_NONE;
}

static enum error fail(struct sink *s, int errno_of_failure)
{
	if (!s->errno_of_failure)
		snprintf(s->why, sizeof s->why, "%s", strerror(errno_of_failure));
	s->errno_of_failure = errno_of_failure;
	errno = errno_of_failure;
	return ERROR_SYSTEM;
}

/* Standard output is never cut: `>>` appends to it. */
bool sink_is_file(const struct sink *s)
{
	return s->is_regular && !s->is_stdout;
}

/* Ours alone, where the file system knows locks. */
static bool take_lock(const struct sink *s)
{
	return !sink_is_file(s) || flock(s->fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/* Whether the path still leads to the file. */
static bool is_at_path(const struct sink *s)
{
	struct stat here, named;
	if (fstat(s->fd, &here) < 0)
		return false;
	if (stat(s->path, &named) < 0)
		return errno != ENOENT && errno != ENOTDIR;
	return named.st_dev == here.st_dev && named.st_ino == here.st_ino;
}

/* Cuts the file at `keep_bytes` and goes to its end. Never makes it longer. False: errno says why.
 */
static bool cut_at(const struct sink *s, uint64_t keep_bytes)
{
	struct stat st;
	if (fstat(s->fd, &st) < 0)
		return false;
	if ((uint64_t)st.st_size < keep_bytes) {
		errno = EINVAL;
		return false;
	}
	return ftruncate(s->fd, (off_t)keep_bytes) == 0 && lseek(s->fd, 0, SEEK_END) >= 0;
}

static enum error give_up(struct sink **s)
{
	int saved = errno;
	sink_close(*s);
	*s = NULL;
	errno = saved;
	return ERROR_SYSTEM;
}

enum error sink_open(struct sink **out, const char *path)
{
	bool is_new;
	enum error error = wrap(out, path, open_path(path, &is_new));
	if (error)
		return error;
	(*out)->is_new = is_new;
	/* the size counts once nobody else of us may write */
	struct stat st;
	if (!take_lock(*out) || fstat((*out)->fd, &st) < 0)
		return give_up(out);
	(*out)->n_found_bytes = sink_is_file(*out) ? (uint64_t)st.st_size : 0;
	return ERROR_NONE;
}

uint64_t sink_found_bytes(const struct sink *s)
{
	return s->n_found_bytes;
}

static bool digest_kept(const struct sink *s, uint64_t keep_bytes)
{
	char buffer[1 << 16];
	for (uint64_t at = 0; s->digest && at < keep_bytes;) {
		size_t size =
		        keep_bytes - at < sizeof buffer ? (size_t)(keep_bytes - at) : sizeof buffer;
		ssize_t n = pread(s->fd, buffer, size, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		digest_add(s->digest, buffer, (size_t)n);
		at += (uint64_t)n;
	}
	return true;
}

enum error sink_cut(struct sink *s, uint64_t keep_bytes)
{
	if (!sink_is_file(s) && !keep_bytes) {
		s->was_cut = true;
		return ERROR_NONE;
	}
	if (!sink_is_file(s)) {
		errno = EINVAL;
		return ERROR_SYSTEM;
	}
	if (!is_at_path(s)) {
		errno = ESTALE;
		return ERROR_SYSTEM;
	}
	if (!cut_at(s, keep_bytes) || !digest_kept(s, keep_bytes))
		return ERROR_SYSTEM;
	s->n_bytes = s->n_safe_bytes = keep_bytes;
	s->was_cut = true;
	return ERROR_NONE;
}

void sink_set_digest(struct sink *s, struct digest *digest)
{
	s->digest = digest;
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

bool sink_digest_is_right(const struct sink *s)
{
	return s->was_cut && s->digest;
}

/* Takes a block that was written in part back. */
static enum error fail_in_block(struct sink *s, int why)
{
	if (sink_is_file(s))
		(void)!cut_at(
		        s, s->n_bytes); /* if that fails, too, a torn end is what --resume is for */
	return fail(s, why);
}

/* ---- a file that others changed ---- */

static void say_where(struct sink *s)
{
	char link[32], now[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", s->fd);
	ssize_t size = readlink(link, now, sizeof now - 1);
	now[size > 0 ? size : 0] = 0;
	snprintf(s->why, sizeof s->why,
	        "it was renamed or replaced while it was written; what was written is in %s",
	        size > 0 ? now : "a file of another name");
}

static enum error fail_lost(struct sink *s)
{
	s->sync_failed = s->is_lost = true;
	s->digest = NULL; /* it is of what is no longer there */
	return fail(s, ESTALE);
}

static enum error fail_lost_as(struct sink *s, const char *why)
{
	snprintf(s->why, sizeof s->why, "it was %s while it was written: its rows are lost", why);
	s->errno_of_failure = ESTALE;
	return fail_lost(s);
}

/* Whether what was written still is where its reader will look. The name behind standard output is
 * not known, and others may append to that. */
static enum error check_place(struct sink *s)
{
	struct stat now;
	off_t at = s->is_stdout ? lseek(s->fd, 0, SEEK_CUR) : (off_t)s->n_bytes;
	if (!s->is_regular || !s->was_cut || fstat(s->fd, &now) < 0)
		return ERROR_NONE;
	if (s->had_name && !now.st_nlink)
		return fail_lost_as(s, "deleted");
	if (now.st_size < at)
		return fail_lost_as(s, "emptied or cut");
	if (s->is_stdout)
		return ERROR_NONE;
	if (now.st_size > at)
		return fail_lost_as(s, "written to by another program");
	if (is_at_path(s))
		return ERROR_NONE;
	say_where(s);
	s->errno_of_failure = ESTALE;
	return fail_lost(s);
}

enum error sink_write(struct sink *s, const void *bytes, size_t size)
{
	if (s->errno_of_failure)
		return fail(s, s->errno_of_failure);
	/* not by its size later on: a write behind its end would fill it with zeros */
	if (s->is_stdout && s->is_regular && check_place(s))
		return ERROR_SYSTEM;
	const char *at = bytes, *end = at + size;
	while (at < end) {
		ssize_t n = write(s->fd, at, (size_t)(end - at));
		if (n >= 0)
			at += n;
		else if (!may_retry(s, errno))
			return fail_in_block(s, errno);
	}
	s->n_bytes += size;
	digest_add(s->digest, bytes, size);
	return ERROR_NONE;
}

void sink_sync_name(char *path)
{
	char *slash = strrchr(path, '/');
	if (!slash)
		return;
	slash[slash == path] = 0;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)!fsync(fd);
	close(fd);
}

static void make_name_safe(struct sink *s)
{
	char link[32], path[PATH_MAX];
	s->name_is_safe = true;
	/* of the file itself, where the path is a link to it */
	snprintf(link, sizeof link, "/proc/self/fd/%d", s->fd);
	ssize_t size = readlink(link, path, sizeof path - 1);
	path[size > 0 ? size : 0] = 0;
	sink_sync_name(path);
}

/* The kernel may still show pages that never came to the disk. They must not be taken for rows
 * later. */
static enum error fail_unsynced(struct sink *s, int why)
{
	if (sink_is_file(s) && cut_at(s, s->n_safe_bytes))
		s->n_bytes = s->n_safe_bytes;
	s->digest = NULL; /* it is of more than that */
	return fail(s, why);
}

enum error sink_sync(struct sink *s)
{
	if (s->sync_failed)
		return fail(s, s->errno_of_failure);
	if (!s->is_regular)
		return ERROR_NONE;
	while (fdatasync(s->fd) < 0) {
		if (errno == EINVAL ||
		        errno == EROFS) /* special files cannot be synced: no failure of the data */
			return check_place(s);
		if (errno == EINTR)
			continue;
		s->sync_failed = true;
		return fail_unsynced(s, errno);
	}
	if (!s->errno_of_failure && check_place(s))
		return ERROR_SYSTEM;
	s->n_safe_bytes = s->n_bytes;
	if (!s->name_is_safe)
		make_name_safe(s);
	return ERROR_NONE;
}

/* What was never begun leaves nothing behind. Still locked: no other scan has begun in it. */
static void remove_unbegun(const struct sink *s)
{
	struct stat st;
	if (s->is_new && !s->was_cut && !fstat(s->fd, &st) && !st.st_size && is_at_path(s))
		(void)!unlink(s->path);
}

enum error sink_close(struct sink *s)
{
	if (!s)
		return ERROR_NONE;
	remove_unbegun(s);
	/* Not again after EINTR: on Linux the descriptor is gone (close(2)). */
	enum error error = close(s->fd) < 0 && errno != EINTR ? ERROR_SYSTEM : ERROR_NONE;
	int saved = errno;
	free(s);
	errno = saved;
	return error;
}

bool sink_is_lost(const struct sink *s)
{
	return s->is_lost;
}

const char *sink_why(const struct sink *s)
{
	return s->why;
}

const char *sink_path(const struct sink *s)
{
	return s->path;
}

uint64_t sink_bytes(const struct sink *s)
{
	return s->n_bytes;
}
