/* tempfile.h - a file with given octets, for tests that need a path: made in TMPDIR, removed by its
 * owner. */
#ifndef TESTS_IO_TEMPFILE_H
#define TESTS_IO_TEMPFILE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct tempfile {
	char path[256];
};

static inline void tempfile_rewrite(const struct tempfile *t, const void *bytes, size_t size)
{
	FILE *file = fopen(t->path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static inline struct tempfile tempfile_new(const void *bytes, size_t size)
{
	struct tempfile t;
	const char *folder = getenv("TMPDIR");
	assert_true(snprintf(t.path, sizeof(t.path), "%s/spfsweep-test-XXXXXX",
	                    folder ? folder : "/tmp") < (int)sizeof(t.path));
	int fd = mkstemp(t.path);
	assert_true(fd >= 0);
	close(fd);
	tempfile_rewrite(&t, bytes, size);
	return t;
}

static inline void tempfile_free(const struct tempfile *t)
{
	assert_int_equal(unlink(t->path), 0);
}

#endif
