/* memfile.h - octets as a file in memory (memfd), for what reads files by their path. */
#ifndef TESTS_FUZZ_MEMFILE_H
#define TESTS_FUZZ_MEMFILE_H

#include "target.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

struct memfile {
	int fd;
	char path[32];
};

static inline void memfile_open(struct memfile *file, const void *octets, size_t size)
{
	file->fd = memfd_create("input", MFD_CLOEXEC);
	require(file->fd >= 0 && write(file->fd, octets, size) == (ssize_t)size);
	snprintf(file->path, sizeof(file->path), "/proc/self/fd/%d", file->fd);
}

static inline void memfile_close(struct memfile *file)
{
	close(file->fd);
}

#endif
