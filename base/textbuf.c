/* textbuf.c - growth and formatting; the fast path of a put is inline in the header.
 *
 * `capacity` never passes the limit. The block has one octet more, for the NUL of
 * textbuf_text(). */
#include "base/textbuf.h"

#include "base/octets.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BYTES = 240 };

void textbuf_init(struct textbuf *b, size_t limit_bytes)
{
	*b = (struct textbuf){ .limit_bytes = limit_bytes };
}

void textbuf_fini(struct textbuf *b)
{
	free(b->bytes);
	*b = (struct textbuf){ .limit_bytes = b->limit_bytes };
}

void textbuf_reset(struct textbuf *b)
{
	b->size = 0;
	b->failed = false;
}

/* The capacity for `needed` bytes: doubled, cut at the limit; 0 when it cannot be. */
static size_t capacity_for(const struct textbuf *b, size_t needed)
{
	const size_t most = b->limit_bytes ? b->limit_bytes : SIZE_MAX / 4;
	if (needed > most)
		return 0;
	size_t capacity = b->capacity ? b->capacity * 2 : FIRST_BYTES;
	if (capacity < needed)
		capacity = needed;
	return capacity < most ? capacity : most;
}

void textbuf_shrink(struct textbuf *b, size_t keep_bytes)
{
	size_t limit_bytes = b->limit_bytes;
	if (b->capacity > keep_bytes) {
		textbuf_fini(b);
		textbuf_init(b, limit_bytes);
	}
	textbuf_reset(b);
}

void textbuf_fit(struct textbuf *b)
{
	char *bytes = b->size < b->capacity ? realloc(b->bytes, b->size + 1) : NULL;
	if (!bytes)
		return;
	b->bytes = bytes;
	b->capacity = b->size;
}

char *textbuf_reserve(struct textbuf *b, size_t size)
{
	if (b->failed)
		return NULL;
	if (b->bytes && size <= b->capacity - b->size)
		return b->bytes + b->size;
	size_t capacity = size <= SIZE_MAX / 4 ? capacity_for(b, b->size + size) : 0;
	char *bytes = capacity ? realloc(b->bytes, capacity + 1) : NULL;
	if (!bytes) {
		b->failed = true;
		return NULL;
	}
	b->bytes = bytes;
	b->capacity = capacity;
	return bytes + b->size;
}

void textbuf_put_grown(struct textbuf *b, const void *bytes, size_t size)
{
	char *to = textbuf_reserve(b, size);
	if (!to)
		return;
	memcpy(to, bytes, size);
	b->size += size;
}

void textbuf_put_u64(struct textbuf *b, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	textbuf_put(b, digits + at, sizeof(digits) - at);
}

void textbuf_printf(struct textbuf *b, const char *format, ...)
{
	va_list args;
	if (b->failed)
		return;
	const size_t room = b->bytes ? b->capacity - b->size + 1 : 0;
	va_start(args, format);
	int size = vsnprintf(room ? b->bytes + b->size : NULL, room, format, args);
	va_end(args);
	if (size < 0) {
		b->failed = true;
		return;
	}
	if ((size_t)size >= room) {
		char *to = textbuf_reserve(b, (size_t)size);
		if (!to)
			return;
		va_start(args, format);
		vsnprintf(to, (size_t)size + 1, format, args);
		va_end(args);
	}
	b->size += (size_t)size;
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

/* How many octets stand as they are, from the first on. */
static size_t plain_size(const unsigned char *bytes, size_t size)
{
	size_t n = 0;
	for (; size - n >= OCTETS_WORD_BYTES; n += OCTETS_WORD_BYTES) {
		uint64_t word = octets_word(bytes + n);
		if (octets_not_ascii(word) | octets_below(word, 0x20) | octets_equal(word, 0x7f) |
		        octets_equal(word, '\\'))
			break;
	}
	while (n < size && is_plain(bytes[n]))
		n++;
	return n;
}

void textbuf_put_escaped(struct textbuf *b, const void *bytes, size_t size)
{
	if (size == 0)
		return; /* `bytes` may be NULL, to which not even 0 may be added */
	const unsigned char *at = bytes;
	const unsigned char *end = at + size;
	while (at < end) {
		size_t run = plain_size(at, (size_t)(end - at));
		textbuf_put(b, at, run);
		at += run;
		if (at == end)
			break;
		const unsigned char c = *at++;
		if (c == '\\') {
			textbuf_put(b, "\\\\", 2);
			continue;
		}
		const char ddd[4] = { '\\', (char)('0' + c / 100), (char)('0' + c / 10 % 10),
			(char)('0' + c % 10) };
		textbuf_put(b, ddd, sizeof(ddd));
	}
}

const char *textbuf_text(struct textbuf *b)
{
	if (!b->bytes)
		return "";
	b->bytes[b->size] = '\0';
	return b->bytes;
}
