/* jsonwalk.c - one loop over values; a stack tells which are open. */
#include "base/jsonwalk.h"

#include "base/textbuf.h"

#include <stdio.h>

struct level {
	bool is_list;
	unsigned n;     /* members that began */
	size_t path_at; /* the path of what is open, without its members' */
};

struct walk {
	const char *at, *end;
	jsonwalk_take *take;
	void *arg;
	struct textbuf text;
	char path[JSONWALK_PATH_BYTES];
	size_t path_size;
	struct level levels[JSONWALK_DEPTH];
	unsigned depth;
};

static void skip_blanks(struct walk *w)
{
	while (w->at < w->end && strchr(" \t\r\n", *w->at) && *w->at)
		w->at++;
}

static bool take_char(struct walk *w, char c)
{
	skip_blanks(w);
	if (w->at == w->end || *w->at != c)
		return false;
	w->at++;
	return true;
}

/* Four digits behind \u. */
static bool take_hex(struct walk *w, unsigned *code)
{
	*code = 0;
	if (w->end - w->at < 4)
		return false;
	for (unsigned i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *digit = memchr(digits, *w->at++, 32);
		if (!digit)
			return false;
		*code = *code << 4 | (unsigned)((digit - digits) & 15);
	}
	return true;
}

static void put_code(struct textbuf *out, unsigned code)
{
	if (code < 0x80) {
		textbuf_put_char(out, (char)code);
	} else if (code < 0x800) {
		textbuf_put_char(out, (char)(0xc0 | code >> 6));
		textbuf_put_char(out, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		textbuf_put_char(out, (char)(0xe0 | code >> 12));
		textbuf_put_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		textbuf_put_char(out, (char)(0x80 | (code & 0x3f)));
	} else {
		textbuf_put_char(out, (char)(0xf0 | code >> 18));
		textbuf_put_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
		textbuf_put_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		textbuf_put_char(out, (char)(0x80 | (code & 0x3f)));
	}
}

/* A half of a pair of surrogates that lacks the other is refused. */
static bool take_code(struct walk *w)
{
	unsigned code, low;
	if (!take_hex(w, &code) || (code >= 0xdc00 && code <= 0xdfff))
		return false;
	if (code >= 0xd800 && code <= 0xdbff) {
		if (w->end - w->at < 2 || memcmp(w->at, "\\u", 2) != 0)
			return false;
		w->at += 2;
		if (!take_hex(w, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
	}
	put_code(&w->text, code);
	return true;
}

static bool take_escape(struct walk *w)
{
	static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	if (w->at == w->end)
		return false;
	char c = *w->at++;
	if (c == 'u')
		return take_code(w);
	const char *name = c ? strchr(names, c) : NULL;
	if (!name)
		return false;
	textbuf_put_char(&w->text, means[name - names]);
	return true;
}

/* Into w->text. */
static bool take_string(struct walk *w)
{
	textbuf_reset(&w->text);
	if (!take_char(w, '"'))
		return false;
	while (w->at < w->end && *w->at != '"') {
		char c = *w->at++;
		if ((unsigned char)c < 0x20)
			return false;
		if (c != '\\')
			textbuf_put_char(&w->text, c);
		else if (!take_escape(w))
			return false;
	}
	return take_char(w, '"') && !w->text.failed;
}

static bool give(struct walk *w, enum jsonwalk_kind kind, const char *text, size_t size)
{
	return w->take(w->arg, w->path, kind, text, size);
}

/* A number or a word: whatever has their letters. */
static bool take_scalar(struct walk *w)
{
	if (w->at < w->end && *w->at == '"')
		return take_string(w) &&
		        give(w, JSONWALK_TEXT, textbuf_text(&w->text), w->text.size);
	const char *begin = w->at;
	while (w->at < w->end && *w->at &&
	        strchr("+-.0123456789Eabcdefghijklmnopqrstuvwxyz", *w->at))
		w->at++;
	size_t size = (size_t)(w->at - begin);
	bool is_number = size && (*begin == '-' || (*begin >= '0' && *begin <= '9'));
	if (!is_number &&
	        !(size == 4 && (!memcmp(begin, "true", 4) || !memcmp(begin, "null", 4))) &&
	        !(size == 5 && !memcmp(begin, "false", 5)))
		return false;
	return give(w, is_number ? JSONWALK_NUMBER : JSONWALK_WORD, begin, size);
}

static bool set_name(struct walk *w, const char *name, size_t size)
{
	struct level *top = &w->levels[w->depth - 1];
	w->path_size = top->path_at;
	if (w->path_size + size + 2 > sizeof w->path)
		return false;
	if (w->path_size)
		w->path[w->path_size++] = '.';
	memcpy(w->path + w->path_size, name, size);
	w->path_size += size;
	w->path[w->path_size] = 0;
	return !memchr(name, 0, size);
}

/* The name, or the number, of the next member of what is open. */
static bool begin_member(struct walk *w)
{
	struct level *top = &w->levels[w->depth - 1];
	char number[16];
	if (top->n++ && !take_char(w, ','))
		return false;
	if (!top->is_list)
		return take_string(w) && set_name(w, textbuf_text(&w->text), w->text.size) &&
		        take_char(w, ':');
	int size = snprintf(number, sizeof number, "%u", top->n - 1);
	return set_name(w, number, (size_t)size);
}

/* What is open ends, and maybe what it stands in. */
static void close_levels(struct walk *w)
{
	while (w->depth && take_char(w, w->levels[w->depth - 1].is_list ? ']' : '}'))
		w->depth--;
}

static bool open_level(struct walk *w)
{
	if (w->depth == JSONWALK_DEPTH)
		return false;
	bool is_list = *w->at++ == '[';
	w->levels[w->depth++] = (struct level){ .is_list = is_list, .path_at = w->path_size };
	return true;
}

bool jsonwalk(const char *json, size_t size, jsonwalk_take *take, void *arg)
{
	struct walk w = { .at = json, .end = json + size, .take = take, .arg = arg };
	bool good = true;
	do {
		skip_blanks(&w);
		bool opens = w.at < w.end && (*w.at == '{' || *w.at == '[');
		good = opens ? open_level(&w) : take_scalar(&w);
		if (good)
			close_levels(&w);
	} while (good && w.depth && (good = begin_member(&w)));
	skip_blanks(&w);
	textbuf_fini(&w.text);
	return good && w.at == w.end;
}
