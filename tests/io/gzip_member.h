/* gzip_member.h - gzip members made by zlib, for tests that read, cut and damage them. */
#ifndef TESTS_IO_GZIP_MEMBER_H
#define TESTS_IO_GZIP_MEMBER_H

#include "base/textbuf.h"

#include <stdarg.h>
#include <setjmp.h>
#include <zlib.h>

#include <cmocka.h>

/* Appends one member. `level` 0 stores the text: then every cut of the member cuts it where one
 * expects. */
static inline void put_gzip_member(struct textbuf *out, const void *text, size_t size, int level)
{
	z_stream z = { 0 };
	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	uLong bound = deflateBound(&z, (uLong)size);
	z.next_in = (Bytef *)(uintptr_t)text;
	z.avail_in = (uInt)size;
	z.next_out = (Bytef *)textbuf_reserve(out, bound);
	z.avail_out = (uInt)bound;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	textbuf_advance(out, z.total_out);
	deflateEnd(&z);
}

#endif
