/* reader.h - a bounded cursor over foreign octets, with one sticky error.
 *
 * A read past the end sets `failed`; all later reads give zeros. So a decoder reads its fields in
 * order and tests reader_ok() once, before it uses any of them. The octets are the caller's. Single
 * thread. */
#ifndef BASE_READER_H
#define BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
	const uint8_t *start, *at, *end;
	bool failed;
};

static inline struct reader reader_of(const void *bytes, size_t size)
{
	const uint8_t *start = bytes;
	/* NULL may stand for no octets, but not even 0 may be added to it. */
	return (struct reader){ .start = start, .at = start, .end = size ? start + size : start };
}

static inline bool reader_ok(const struct reader *r)
{
	return !r->failed;
}

static inline size_t reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->at);
}

/* The next `size` octets; NULL, and the error, when fewer are left. */
static inline const uint8_t *reader_bytes(struct reader *r, size_t size)
{
	if (r->failed || reader_left(r) < size) {
		r->failed = true;
		return NULL;
	}
	const uint8_t *bytes = r->at;
	r->at += size;
	return bytes;
}

static inline uint8_t reader_u8(struct reader *r)
{
	const uint8_t *b = reader_bytes(r, 1);
	return b ? b[0] : 0;
}

/* Network byte order. */
static inline uint16_t reader_u16(struct reader *r)
{
	const uint8_t *b = reader_bytes(r, 2);
	return (uint16_t)(b ? b[0] << 8 | b[1] : 0);
}

/* Network byte order. */
static inline uint32_t reader_u32(struct reader *r)
{
	const uint8_t *b = reader_bytes(r, 4);
	return b ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3] : 0;
}

#endif
