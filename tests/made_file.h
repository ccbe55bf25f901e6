/* made_file.h - octets as a file with a path, for what opens files by their name. The file is in
 * memory (memfd). A failure ends the test. */
#ifndef TESTS_MADE_FILE_H
#define TESTS_MADE_FILE_H

#include "tests/cmocka_first.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct made_file {
	int fd;
	char path[32];
};

static inline struct made_file made_file(const void *octets, size_t size)
{
	struct made_file file = { .fd = memfd_create("made", MFD_CLOEXEC) };
	assert_true(file.fd >= 0);
	assert_int_equal(write(file.fd, octets, size), size);
	snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
	return file;
}

static inline struct made_file made_text(const char *text)
{
	return made_file(text, strlen(text));
}

static inline void made_close(const struct made_file *file)
{
	close(file->fd);
}

#endif
