/* json.c - writes JSON objects. Writing needs so little that a library would be more code at the
 * call than here. */
#include "base/json.h"

#include <string.h>

static void put_string(struct json *j, const char *text)
{
	textbuf_put_char(j->out, '"');
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\')
			textbuf_printf(j->out, "\\%c", *c);
		else if (*c < 0x20 || *c == 0x7f)
			textbuf_printf(j->out, "\\u%04x", *c);
		else
			textbuf_put_char(j->out, (char)*c);
	}
	textbuf_put_char(j->out, '"');
}

static void put_indent(struct json *j)
{
	textbuf_put_char(j->out, '\n');
	for (unsigned i = 0; i < j->depth; i++)
		textbuf_put_text(j->out, "  ");
}

static void put_name(struct json *j, const char *name)
{
	if (j->has_member)
		textbuf_put_char(j->out, ',');
	j->has_member = true;
	put_indent(j);
	if (!name)
		return;
	put_string(j, name);
	textbuf_put_text(j->out, ": ");
}

void json_begin(struct json *j, struct textbuf *out)
{
	*j = (struct json){ .out = out, .depth = 1 };
	textbuf_put_char(out, '{');
}

void json_end(struct json *j)
{
	textbuf_put_text(j->out, "\n}\n");
}

static void open_bracket(struct json *j, const char *name, char bracket)
{
	put_name(j, name);
	textbuf_put_char(j->out, bracket);
	j->depth++;
	j->has_member = false;
}

static void close_bracket(struct json *j, char bracket)
{
	j->depth--;
	if (j->has_member)
		put_indent(j);
	textbuf_put_char(j->out, bracket);
	j->has_member = true;
}

void json_open(struct json *j, const char *name)
{
	open_bracket(j, name, '{');
}

void json_close(struct json *j)
{
	close_bracket(j, '}');
}

void json_open_list(struct json *j, const char *name)
{
	open_bracket(j, name, '[');
}

void json_close_list(struct json *j)
{
	close_bracket(j, ']');
}

void json_text(struct json *j, const char *name, const char *value)
{
	put_name(j, name);
	if (value)
		put_string(j, value);
	else
		textbuf_put_text(j->out, "null");
}

void json_u64(struct json *j, const char *name, uint64_t value)
{
	put_name(j, name);
	textbuf_put_u64(j->out, value);
}

void json_real(struct json *j, const char *name, double value)
{
	put_name(j, name);
	textbuf_printf(j->out, "%.3f", value);
}

void json_bool(struct json *j, const char *name, bool value)
{
	put_name(j, name);
	textbuf_put_text(j->out, value ? "true" : "false");
}

void json_raw(struct json *j, const char *name, const char *value, size_t size)
{
	put_name(j, name);
	textbuf_put(j->out, value, size);
}

void json_texts(struct json *j, const char *name, char *const *values, unsigned n)
{
	put_name(j, name);
	textbuf_put_char(j->out, '[');
	for (unsigned i = 0; i < n; i++) {
		if (i)
			textbuf_put_text(j->out, ", ");
		put_string(j, values[i]);
	}
	textbuf_put_char(j->out, ']');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where the value that begins at `at` ends, by its braces and brackets; `end` when it does not. */
static const char *value_end(const char *at, const char *end)
{
	unsigned depth = 0;
	bool in_text = false;
	for (; at < end; at++) {
		if (in_text && *at == '\\')
			at++;
		else if (*at == '"')
			in_text = !in_text;
		else if (!in_text && (*at == '{' || *at == '['))
			depth++;
		else if (!in_text && (*at == '}' || *at == ']') && !--depth)
			return at + 1;
	}
	return end;
}

bool json_begins_object(const char *text, size_t size)
{
	const char *at = text, *end = text + size;
	if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		at += 3;
	while (at < end && is_blank(*at))
		at++;
	if (at == end || *at != '{')
		return false;
	const char *second = at + 1;
	while (second < end && is_blank(*second))
		second++;
	if (second < end && *second != '"' && *second != '}')
		return false;
	for (at = value_end(at, end); at < end; at++)
		if (!is_blank(*at))
			return false;
	return true;
}
