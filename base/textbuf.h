/* textbuf.h - a growing text buffer with one sticky error, for rows, traces and messages.
 *
 * Bytes, not a C string: nothing ends with NUL until textbuf_text() asks for it. When memory cannot
 * be had, or the text would pass `limit_bytes` (0: none), the buffer keeps what it has, `failed`
 * stays set, and further puts do nothing; test once at the end. The buffer owns its bytes;
 * textbuf_fini() takes a zeroed buffer too. Single thread. */
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

void textbuf_init(struct textbuf *b, size_t limit_bytes);
void textbuf_fini(struct textbuf *b);

/* Empties it and forgets the error; keeps the memory. */
void textbuf_reset(struct textbuf *b);

/* Keeps its first `size` bytes; not more than there are. */
static inline void textbuf_truncate(struct textbuf *b, size_t size)
{
	b->size = size;
}

/* As textbuf_reset(), but memory over `keep_bytes` is given up: one unusual text must not fix the
 * memory of all after it. */
void textbuf_shrink(struct textbuf *b, size_t keep_bytes);

/* Keeps the text, and gives up the memory beyond it. */
void textbuf_fit(struct textbuf *b);

/* Room for `size` more bytes at the end, to be filled by the caller and then counted with
 * textbuf_advance(). NULL on error. */
char *textbuf_reserve(struct textbuf *b, size_t size);
static inline void textbuf_advance(struct textbuf *b, size_t size)
{
	b->size += size;
}

/* The slow way of textbuf_put(): grows first, or fails. */
void textbuf_put_grown(struct textbuf *b, const void *bytes, size_t size);

/* `bytes` may be NULL when `size` is 0; they are not the buffer's own. */
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

void textbuf_put_u64(struct textbuf *b, uint64_t value);
void textbuf_printf(struct textbuf *b, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* DNS text for people: bytes outside printable ASCII as \DDD, a backslash as \\ (master file form,
 * RFC 1035 section 5.1). */
void textbuf_put_escaped(struct textbuf *b, const void *bytes, size_t size);

/* The text with a NUL after it; "" when empty or failed before the first byte. Valid until the next
 * change. */
const char *textbuf_text(struct textbuf *b);

#endif
