/* textbuf.h - a growing text buffer with one sticky error, for rows, traces and messages.
 *
 * Octets, no C string: textbuf_text() adds the NUL. Out of memory or over `limit_bytes` the buffer
 * keeps what it has, `failed` stays set until a reset, and further puts do nothing; test once at
 * the end. The buffer owns its memory. A zeroed buffer may be used. Single thread. */
#ifndef BASE_TEXTBUF_H
#define BASE_TEXTBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct textbuf {
	char *bytes; /* capacity + 1 of them, the last kept free for textbuf_text() */
	size_t size, capacity, limit_bytes;
	bool failed;
};

/* `limit_bytes` 0: no limit. */
void textbuf_init(struct textbuf *b, size_t limit_bytes);
/* Gives the memory back; the buffer is empty then, and may be used again. */
void textbuf_fini(struct textbuf *b);

/* Empties it and forgets the error; keeps the memory. */
void textbuf_reset(struct textbuf *b);

/* Keeps its first `size` octets, of no fewer. */
static inline void textbuf_truncate(struct textbuf *b, size_t size)
{
	b->size = size;
}

/* As textbuf_reset(), and gives memory over `keep_bytes` back, so that one unusual text does not
 * fix the memory of all after it. */
void textbuf_shrink(struct textbuf *b, size_t keep_bytes);

/* Gives the memory behind the text back. */
void textbuf_fit(struct textbuf *b);

/* Room for `size` octets at the end, which the caller fills and then counts with textbuf_advance().
 * NULL: `failed`. */
char *textbuf_reserve(struct textbuf *b, size_t size);
static inline void textbuf_advance(struct textbuf *b, size_t size)
{
	b->size += size;
}

/* For textbuf_put() alone: grows first, or fails. */
void textbuf_put_grown(struct textbuf *b, const void *bytes, size_t size);

/* `bytes` may be NULL when `size` is 0, and must not lie in the buffer. */
static inline void textbuf_put(struct textbuf *b, const void *bytes, size_t size)
{
	if (size == 0)
		return;
	if (b->failed || size > b->capacity - b->size) {
		textbuf_put_grown(b, bytes, size);
		return;
	}
	memcpy(b->bytes + b->size, bytes, size);
	b->size += size;
}

static inline void textbuf_put_char(struct textbuf *b, char c)
{
	textbuf_put(b, &c, 1);
}

static inline void textbuf_put_text(struct textbuf *b, const char *text)
{
	textbuf_put(b, text, strlen(text));
}

/* Decimal. */
void textbuf_put_u64(struct textbuf *b, uint64_t value);
/* As printf(). */
void textbuf_printf(struct textbuf *b, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Master file form (RFC 1035 section 5.1): an octet outside printable ASCII is \DDD, a backslash
 * \\. */
void textbuf_put_escaped(struct textbuf *b, const void *bytes, size_t size);

/* The text with a NUL, also when `failed`; "" when there is none. Valid until the next change. */
const char *textbuf_text(struct textbuf *b);

#endif
