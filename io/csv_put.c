/* csv_put.c - writes single CSV fields (RFC 4180 section 2), quoted where they must be. */
#include "io/csv.h"

#include "base/octets.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool needs_quotes(const char *text, size_t size)
{
	if (size && (is_blank(text[0]) || is_blank(text[size - 1])))
		return true;
	size_t i = 0;
	for (; size - i >= OCTETS_WORD_BYTES; i += OCTETS_WORD_BYTES) {
		uint64_t word = octets_word(text + i);
		if (octets_equal(word, ',') | octets_equal(word, '"') | octets_equal(word, '\r') |
		        octets_equal(word, '\n'))
			return true;
	}
	for (; i < size; i++)
		if (text[i] == ',' || text[i] == '"' || text[i] == '\r' || text[i] == '\n')
			return true;
	return false;
}

/* `text` with its quotes doubled. */
static void put_doubled(struct textbuf *out, const char *text, size_t size)
{
	for (const char *end = text + size; text < end;) {
		const char *quote = memchr(text, '"', (size_t)(end - text));
		const char *stop = quote ? quote + 1 : end;
		textbuf_put(out, text, (size_t)(stop - text));
		if (quote)
			textbuf_put_char(out, '"');
		text = stop;
	}
}

/* `guard` is "" or the octet before the text, which needs no quotes itself. */
static void put_field(struct textbuf *out, const char *guard, const char *text, size_t size)
{
	bool quotes = needs_quotes(text, size);
	if (quotes)
		textbuf_put_char(out, '"');
	if (*guard)
		textbuf_put_text(out, guard);
	if (quotes)
		put_doubled(out, text, size);
	else
		textbuf_put(out, text, size);
	if (quotes)
		textbuf_put_char(out, '"');
}

void csv_put_field(struct textbuf *out, const char *text, size_t size)
{
	put_field(out, "", text, size);
}

/* The guard itself is among them, so that csv_unguard() knows which one was put there. */
static bool wants_guard(char first)
{
	return first && strchr("=+-@\t\r\n'", first);
}

void csv_put_guarded_field(struct textbuf *out, const char *text, size_t size)
{
	put_field(out, size && wants_guard(text[0]) ? "'" : "", text, size);
}

struct csv_field csv_unguard(struct csv_field field)
{
	if (field.size > 1 && field.text[0] == '\'' && wants_guard(field.text[1]))
		return (struct csv_field){ .text = field.text + 1, .size = field.size - 1 };
	return field;
}
