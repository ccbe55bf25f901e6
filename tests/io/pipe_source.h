/* pipe_source.h - a source that reads from a pipe whose other end the test holds: input that comes
 * bit by bit, without a thread. */
#ifndef TESTS_IO_PIPE_SOURCE_H
#define TESTS_IO_PIPE_SOURCE_H

#include "io/source.h"

#include <stdarg.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

struct pipe_source {
	struct source *source;
	int fd;
	char path[32];
};

static inline void pipe_source_open(struct pipe_source *p)
{
	int ends[2];
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	snprintf(p->path, sizeof(p->path), "/dev/fd/%d", ends[0]);
	assert_int_equal(source_open(&p->source, p->path), ERROR_NONE);
	close(ends[0]);
	p->fd = ends[1];
}

/* At most what a pipe holds, 64 KiB, or this waits for ever. */
static inline void pipe_source_send(const struct pipe_source *p, const void *bytes, size_t size)
{
	assert_int_equal(write(p->fd, bytes, size), size);
}

static inline void pipe_source_hang_up(struct pipe_source *p)
{
	close(p->fd);
	p->fd = -1;
}

static inline void pipe_source_close(struct pipe_source *p)
{
	if (p->fd >= 0)
		close(p->fd);
	source_close(p->source);
}

#endif
