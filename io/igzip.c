/* igzip.c - ISA-L's stateless deflate of level 0, with tables of our own. */
#include "io/igzip.h"

#ifdef WITH_ISAL

#include <isa-l.h>
#include <stdlib.h>

struct igzip {
	unsigned n_texts;
	struct isal_hufftables tables;
};

/* ISA-L runs on any processor, by plain C where it has nothing better; libdeflate is faster than
 * that. */
bool igzip_is_there(void)
{
#ifdef __x86_64__
	return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
#else
	return true;
#endif
}

struct igzip *igzip_new(void)
{
	return igzip_is_there() ? calloc(1, sizeof(struct igzip)) : NULL;
}

void igzip_free(struct igzip *z)
{
	free(z);
}

/* With a code for every octet, so that the table suits any text. False: none could be made. */
static bool make_tables(struct igzip *z, void *text, size_t size)
{
	struct isal_huff_histogram histogram = { 0 };
	isal_update_histogram(text, (int)size, &histogram);
	return !isal_create_hufftables(&z->tables, &histogram);
}

size_t igzip_deflate(struct igzip *z, const void *text, size_t size, void *out, size_t out_bytes)
{
	struct isal_zstream s;
	void *in = (void *)(uintptr_t)text; /* it only reads */
	isal_deflate_stateless_init(&s);
	if (z->n_texts++ % IGZIP_TABLE_EVERY == 0 && !make_tables(z, in, size))
		return 0;
	s.hufftables = &z->tables;
	s.end_of_stream = 1;
	s.next_in = in;
	s.avail_in = (uint32_t)size;
	s.next_out = out;
	s.avail_out = (uint32_t)out_bytes;
	return isal_deflate_stateless(&s) == COMP_OK ? s.total_out : 0;
}

#define TEXT_OF(number) #number
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *igzip_library_version(void)
{
	return VERSION_TEXT(ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION);
}

#else /* built without it */

bool igzip_is_there(void)
{
	return false;
}

struct igzip *igzip_new(void)
{
	return NULL;
}

void igzip_free(struct igzip *z)
{
	(void)z;
}

size_t igzip_deflate(struct igzip *z, const void *text, size_t size, void *out, size_t out_bytes)
{
	(void)z, (void)text, (void)size, (void)out, (void)out_bytes;
	return 0;
}

const char *igzip_library_version(void)
{
	return "none";
}

#endif
