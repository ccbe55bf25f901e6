/* source.c - one input file: read(2), and inflate() when its first two octets are gzip's (RFC 1952
 * section 2.3.1).
 *
 *   - A gzip file is a chain of members. Behind a member its first two octets begin another one,
 *     nothing or only zeros is the end, anything else is damage. So every cut is seen but one
 *     exactly between two members.
 *   - inflate() may hold output when its input is used up, so it is called before more is read.
 *     Z_BUF_ERROR only means that it made no progress. On a data error it has written all that it
 *     could decode, which is given.
 *   - poll(2) waits in slices: another thread may take the signal that sets *stop, or it may come
 *     just before the wait begins. */
#include "io/source.h"

#include "base/digest.h"
#include "io/bgzf.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define RAW_BYTES (256u * 1024)
#define STOP_POLL_MS 200
#define GZIP_MAGIC_0 0x1f
#define GZIP_MAGIC_1 0x8b

/* Up to the name of the first extra field of a gzip header (RFC 1952 section 2.3). */
enum { HEAD_FLAGS = 3, HEAD_FEXTRA = 4, HEAD_EXTRA = 12, HEAD_BYTES = 14 };

enum format { FORMAT_UNKNOWN, FORMAT_PLAIN, FORMAT_GZIP };

struct source {
	/* fixed once opened */
	const char *path;
	int fd;
	bool is_regular;
	uint64_t size_bytes;
	/* the stream's state */
	enum format format;
	bool raw_ended; /* read() said so, or failed */
	bool in_member;
	bool ended;      /* nothing will be delivered any more */
	bool in_padding; /* zeros behind the last member */
	enum error error;
	int errno_of_read;
	uint64_t n_read;
	struct digest *digest;        /* the caller's, or NULL */
	uint8_t head[HEAD_BYTES];     /* the file's first octets */
	uint8_t tail[BGZF_EOF_BYTES]; /* and its last ones so far */
	z_stream inflater;
	/* raw octets that were read and not yet used */
	size_t raw_at, raw_end;
	uint8_t raw[RAW_BYTES];
};

/* How patient a read is. */
struct patience {
	bool wait;
	const volatile bool *stop; /* may be NULL */
};

/* The flag is set by a signal handler, which may run in another thread. */
static bool told_to_stop(const struct patience *patience)
{
	return patience->stop && __atomic_load_n(patience->stop, __ATOMIC_RELAXED);
}

/* ---- the file ---- */

enum error source_open(struct source **out, const char *path)
{
	*out = NULL;
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
	                  : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return ERROR_SYSTEM;
	struct source *s = NULL;
	struct stat st;
	if (fstat(fd, &st) < 0)
		goto failed;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		goto failed;
	}
	s = malloc(sizeof(*s));
	if (!s)
		goto failed;
	memset(s, 0, offsetof(struct source, raw));
	s->path = is_stdin ? "standard input" : path;
	s->fd = fd;
	s->is_regular = S_ISREG(st.st_mode);
	s->size_bytes = s->is_regular ? (uint64_t)st.st_size : 0;
	*out = s;
	return ERROR_NONE;

failed:;
	int saved = errno;
	close(fd);
	errno = saved;
	return ERROR_SYSTEM;
}

void source_close(struct source *s)
{
	if (!s)
		return;
	if (s->format == FORMAT_GZIP)
		inflateEnd(&s->inflater);
	close(s->fd);
	free(s);
}

/* Ends the stream; ERROR_SYSTEM takes its errno along. */
static void end_with(struct source *s, enum error error, int errno_of_read)
{
	s->ended = true;
	s->error = error;
	s->errno_of_read = errno_of_read;
}

/* True when a read() will not block. False: told to stop, not to wait, or the stream has ended with
 * an error. */
static bool await_readable(struct source *s, const struct patience *patience)
{
	if (s->is_regular)
		return true;
	int timeout_ms = !patience->wait ? 0 : patience->stop ? STOP_POLL_MS : -1;
	for (;;) {
		struct pollfd pollfd = { .fd = s->fd, .events = POLLIN };
		int n = poll(&pollfd, 1, timeout_ms);
		if (n > 0)
			return true; /* POLLHUP and POLLERR too: read() tells which */
		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			s->raw_ended = true;
			end_with(s, ERROR_SYSTEM, errno);
			return false;
		}
		if (!patience->wait || told_to_stop(patience))
			return false;
	}
}

/* Keeps the first octets of the file, and the last ones. */
static void keep_ends(struct source *s, const uint8_t *raw, size_t n)
{
	for (size_t i = 0; s->n_read + i < HEAD_BYTES && i < n; i++)
		s->head[s->n_read + i] = raw[i];
	const size_t new = n < sizeof s->tail ? n : sizeof s->tail;
	memmove(s->tail, s->tail + new, sizeof s->tail - new);
	memcpy(s->tail + sizeof s->tail - new, raw + n - new, new);
}

/* read() into `buffer`. 0: see raw_ended; when that is not set, waiting was given up. */
static size_t read_raw(struct source *s, void *buffer, size_t size, const struct patience *patience)
{
	while (!s->raw_ended && await_readable(s, patience)) {
		ssize_t n = read(s->fd, buffer, size);
		if (n > 0) {
			keep_ends(s, buffer, (size_t)n);
			s->n_read += (uint64_t)n;
			digest_add(s->digest, buffer, (size_t)n);
			return (size_t)n;
		}
		if (n == 0) {
			s->raw_ended = true;
		} else if (errno == EINTR) {
			if (told_to_stop(patience))
				return 0;
		} else if (errno != EAGAIN) { /* EAGAIN: somebody else read it first */
			s->raw_ended = true;
			end_with(s, ERROR_SYSTEM, errno);
		}
	}
	return 0;
}

static size_t raw_left(const struct source *s)
{
	return s->raw_end - s->raw_at;
}

/* Reads more raw octets behind those that are left. False: none came. */
static bool fill_raw(struct source *s, const struct patience *patience)
{
	memmove(s->raw, s->raw + s->raw_at, raw_left(s)); /* at most one octet: half a magic */
	s->raw_end = raw_left(s);
	s->raw_at = 0;
	size_t n = read_raw(s, s->raw + s->raw_end, RAW_BYTES - s->raw_end, patience);
	s->raw_end += n;
	return n > 0;
}

/* ---- gzip ---- */

enum magic { MAGIC_YES, MAGIC_NO, MAGIC_CUT, MAGIC_NOTHING, MAGIC_UNKNOWN };

/* What the next octets are. UNKNOWN: not read yet, or an error. */
static enum magic look_for_magic(struct source *s, const struct patience *patience)
{
	for (;;) {
		const uint8_t *raw = s->raw + s->raw_at;
		size_t left = raw_left(s);
		if (left > 0 && raw[0] != GZIP_MAGIC_0)
			return MAGIC_NO;
		if (left > 1)
			return raw[1] == GZIP_MAGIC_1 ? MAGIC_YES : MAGIC_NO;
		if (!fill_raw(s, patience)) {
			if (s->ended || !s->raw_ended)
				return MAGIC_UNKNOWN;
			return left ? MAGIC_CUT : MAGIC_NOTHING;
		}
	}
}

/* Decides what the file is, by its first octets. False: not yet known, or the stream has ended. */
static bool detect_format(struct source *s, const struct patience *patience)
{
	enum magic magic = look_for_magic(s, patience);
	if (magic == MAGIC_UNKNOWN)
		return false;
	if (magic == MAGIC_NO || magic == MAGIC_NOTHING) {
		s->format = FORMAT_PLAIN;
		return true;
	}
	if (inflateInit2(&s->inflater, 15 + 16) != Z_OK) {
		end_with(s, ERROR_SYSTEM, ENOMEM);
		return false;
	}
	s->format = FORMAT_GZIP;
	return true;
}

/* Behind a member stands what begins none. Ends the stream: zeros up to the end of the file are
 * padding (tape blocks, tar). */
static void skip_padding(struct source *s, const struct patience *patience)
{
	s->in_padding = true;
	do {
		while (raw_left(s) && !s->raw[s->raw_at])
			s->raw_at++;
		if (raw_left(s)) {
			end_with(s, ERROR_CORRUPT, 0);
			return;
		}
	} while (fill_raw(s, patience));
	if (s->raw_ended && !s->ended)
		end_with(s, ERROR_NONE, 0);
}

/* Begins the next member. False: there is none, or it is not there yet. */
static bool begin_member(struct source *s, const struct patience *patience)
{
	switch (s->in_padding ? MAGIC_NO : look_for_magic(s, patience)) {
	case MAGIC_YES:
		inflateReset(&s->inflater);
		s->in_member = true;
		return true;
	case MAGIC_NO: /* never before the first member: that would be plain text */
		skip_padding(s, patience);
		return false;
	case MAGIC_CUT:
		end_with(s, ERROR_TRUNCATED, 0);
		return false;
	case MAGIC_NOTHING:
		end_with(s, ERROR_NONE, 0);
		return false;
	case MAGIC_UNKNOWN:
		break;
	}
	return false;
}

/* One inflate() into what is free in the caller's buffer. */
static void inflate_once(struct source *s)
{
	z_stream *z = &s->inflater;
	z->next_in = s->raw + s->raw_at;
	z->avail_in = (uInt)raw_left(s);
	int result = inflate(z, Z_NO_FLUSH);
	s->raw_at = s->raw_end - z->avail_in;
	if (result == Z_STREAM_END)
		s->in_member = false;
	else if (result == Z_MEM_ERROR)
		end_with(s, ERROR_SYSTEM, ENOMEM);
	else if (result != Z_OK && result != Z_BUF_ERROR)
		end_with(s, ERROR_CORRUPT, 0);
}

static size_t read_gzip(struct source *s, void *buffer, uInt size, const struct patience *patience)
{
	z_stream *z = &s->inflater;
	z->next_out = buffer;
	z->avail_out = size;
	/* What has been inflated is handed on before anything is waited for. */
	const struct patience at_once = { .wait = false };
	while (z->avail_out && !s->ended) {
		const struct patience *now = z->avail_out < size ? &at_once : patience;
		if (!s->in_member) {
			if (!begin_member(s, now))
				break;
			continue;
		}
		inflate_once(s);
		if (!z->avail_out || !s->in_member || s->ended || raw_left(s))
			continue;
		if (z->avail_out < size)
			break;
		if (!fill_raw(s, patience)) {
			if (s->raw_ended && !s->ended)
				end_with(s, ERROR_TRUNCATED, 0);
			break;
		}
	}
	return size - z->avail_out;
}

/* ---- plain text ---- */

static size_t read_plain(
        struct source *s, void *buffer, size_t size, const struct patience *patience)
{
	size_t n = raw_left(s) < size ? raw_left(s) : size;
	if (n) { /* what detect_format() has read */
		memcpy(buffer, s->raw + s->raw_at, n);
		s->raw_at += n;
		return n;
	}
	n = read_raw(s, buffer, size, patience);
	if (n == 0 && s->raw_ended && !s->ended)
		end_with(s, ERROR_NONE, 0);
	return n;
}

/* ---- reading ---- */

static size_t read_text(
        struct source *s, void *buffer, size_t size, const struct patience *patience)
{
	if (s->ended || size == 0)
		return 0;
	if (s->format == FORMAT_UNKNOWN && !detect_format(s, patience))
		return 0;
	if (size > INT32_MAX)
		size = INT32_MAX; /* zlib counts in unsigned int */
	if (s->format == FORMAT_PLAIN)
		return read_plain(s, buffer, size, patience);
	return read_gzip(s, buffer, (uInt)size, patience);
}

size_t source_read(struct source *s, void *buffer, size_t size, const volatile bool *stop)
{
	return read_text(s, buffer, size, &(struct patience){ .wait = true, .stop = stop });
}

size_t source_read_ready(struct source *s, void *buffer, size_t size)
{
	return read_text(s, buffer, size, &(struct patience){ .wait = false });
}

void source_set_digest(struct source *s, struct digest *digest)
{
	s->digest = digest;
}

bool source_drain(struct source *s, const volatile bool *stop)
{
	const struct patience patience = { .wait = true, .stop = stop };
	while (read_raw(s, s->raw, RAW_BYTES, &patience) > 0)
		;
	s->raw_at = s->raw_end = 0;
	errno = s->errno_of_read;
	return s->raw_ended && !s->errno_of_read;
}

bool source_ended(const struct source *s)
{
	return s->ended;
}

enum error source_error(const struct source *s)
{
	return s->error;
}

bool source_lacks_end(const struct source *s)
{
	return s->format == FORMAT_GZIP && (s->head[HEAD_FLAGS] & HEAD_FEXTRA) &&
	        !memcmp(s->head + HEAD_EXTRA, "BC", 2) && !bgzf_is_eof(s->tail, sizeof s->tail);
}

int source_errno(const struct source *s)
{
	return s->errno_of_read;
}

const char *source_path(const struct source *s)
{
	return s->path;
}

bool source_is_gzip(const struct source *s)
{
	return s->format == FORMAT_GZIP;
}

uint64_t source_raw_bytes(const struct source *s)
{
	return s->n_read - raw_left(s);
}

uint64_t source_raw_size(const struct source *s)
{
	return s->size_bytes;
}

const char *source_library_version(void)
{
	return zlibVersion();
}
