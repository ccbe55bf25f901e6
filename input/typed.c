/* typed.c - foreign texts and words for the shell. */
#include "input/typed.h"

#include "base/utf8.h"

#include <string.h>

/* Printable, and seen: no controls, nothing without width, nothing that turns the direction. */
static bool is_shown(uint32_t code)
{
	return code >= ' ' && (code < 0x7f || code > 0xa0) && code != 0xad && code != 0xfeff &&
	        !(code >= 0x200b && code <= 0x200f) && !(code >= 0x2028 && code <= 0x202e) &&
	        !(code >= 0x2060 && code <= 0x206f) && code < 0xe000;
}

bool typed_can_be(struct csv_field t)
{
	uint32_t code = 0;
	for (size_t at = 0, n; at < t.size; at += n) {
		n = utf8_decode(t.text + at, t.size - at, &code);
		if (!n || !is_shown(code))
			return false;
	}
	return true;
}

static void put_shown(struct textbuf *out, struct csv_field t, size_t at_most)
{
	uint32_t code = 0;
	size_t at = 0;
	for (size_t n; at < t.size && at < at_most; at += n) {
		n = utf8_decode(t.text + at, t.size - at, &code);
		if (n && is_shown(code))
			textbuf_put(out, t.text + at, n);
		else
			textbuf_put_char(out, '?');
		n += !n;
	}
	if (at < t.size)
		textbuf_put_text(out, "...");
}

void typed_put_text(struct textbuf *out, struct csv_field text)
{
	enum { SHOWN_BYTES = 80 };
	put_shown(out, text, SHOWN_BYTES);
}

void typed_put_word(struct textbuf *out, struct csv_field word)
{
	static const char safe[] =
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-=@%:,";
	bool is_safe = word.size > 0;
	for (size_t i = 0; i < word.size; i++)
		is_safe &= word.text[i] && strchr(safe, word.text[i]);
	textbuf_put_text(out, is_safe ? "" : "'");
	while (word.size) {
		const char *quote = memchr(word.text, '\'', word.size);
		size_t n = quote ? (size_t)(quote - word.text) : word.size;
		put_shown(out, (struct csv_field){ word.text, n }, n);
		textbuf_put_text(out, quote ? "'\\''" : "");
		n += quote != NULL;
		word = (struct csv_field){ word.text + n, word.size - n };
	}
	textbuf_put_text(out, is_safe ? "" : "'");
}

static struct csv_field field_of(const char *text)
{
	return (struct csv_field){ text, strlen(text) };
}

/* A path that no command takes for an option. */
static void put_path(struct textbuf *out, const char *path)
{
	struct textbuf word = { 0 };
	textbuf_printf(&word, "%s%s", *path == '-' ? "./" : "", path);
	typed_put_word(out, field_of(textbuf_text(&word)));
	textbuf_fini(&word);
}

void typed_put_pipe(struct textbuf *out, const struct typed_file *file, const char *command,
        const char *in_pipe, const struct textbuf *options)
{
	bool is_pipe = !strcmp(file->path, "-");
	textbuf_put_text(out, "type: ");
	if (is_pipe) {
		textbuf_printf(out, "... | %s%s", file->is_gzip ? "gzip -dc | " : "", in_pipe);
	} else if (file->is_gzip) {
		textbuf_put_text(out, "gzip -dc ");
		put_path(out, file->path);
		textbuf_printf(out, " | %s", in_pipe);
	} else {
		textbuf_printf(out, "%s ", command);
		put_path(out, file->path);
	}
	textbuf_printf(out, " | spfsweep %s ", file->command ? file->command : "scan");
	if (options && options->size) {
		textbuf_put(out, options->bytes, options->size);
		textbuf_put_char(out, ' ');
	}
	textbuf_put_char(out, '-');
}
