/* value.c - runs of harmless octets are copied at once; the table says where a run ends. */
#include "export/value.h"

#include "base/codepoint.h"
#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* ---- text ---- */

/* The character at the beginning of the text, and its octets. False: there is none, or it is NUL,
 * and U+FFFD stands for so many octets. */
static bool next_character(struct csv_field text, uint32_t *code, size_t *size)
{
	*size = utf8_decode(text.text, text.size, code);
	if (!*size)
		*size = utf8_bad_size(text.text, text.size);
	else if (*code)
		return true;
	return false;
}

static void put_replacement(struct textbuf *out, uint64_t *n_replaced)
{
	textbuf_put_text(out, REPLACEMENT);
	++*n_replaced;
}

static struct csv_field behind(struct csv_field text, size_t size)
{
	return (struct csv_field){ text.text + size, text.size - size };
}

/* How many octets at the beginning are ASCII without NUL. */
static size_t plain_size(struct csv_field text)
{
	size_t at = 0;
	for (uint64_t word; text.size - at >= sizeof word; at += sizeof word) {
		memcpy(&word, text.text + at, sizeof word);
		/* an octet of 0 borrows from its highest bit */
		if ((word | (word - 0x0101010101010101u)) & 0x8080808080808080u)
			break;
	}
	while (at < text.size && (signed char)text.text[at] > 0)
		at++;
	return at;
}

bool value_is_clean(struct csv_field field)
{
	uint32_t code;
	size_t size;
	while ((size = plain_size(field)) < field.size) {
		field = behind(field, size);
		if (!next_character(field, &code, &size))
			return false;
		field = behind(field, size);
	}
	return true;
}

void value_put_clean(struct textbuf *out, struct csv_field field, uint64_t *n_replaced)
{
	uint32_t code;
	for (size_t size; field.size; field = behind(field, size)) {
		size = plain_size(field);
		if (size)
			textbuf_put(out, field.text, size);
		else if (next_character(field, &code, &size))
			textbuf_put(out, field.text, size);
		else
			put_replacement(out, n_replaced);
	}
}

/* The letter behind a backslash that stands for it; 0: it stands for itself. */
static char tsv_letter(char c)
{
	return c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\\' ? '\\' : 0;
}

void value_put_tsv(struct textbuf *out, struct csv_field field, uint64_t *n_replaced)
{
	while (field.size) {
		size_t size = 0;
		while (size < field.size && !tsv_letter(field.text[size]))
			size++;
		value_put_clean(out, (struct csv_field){ field.text, size }, n_replaced);
		if (size < field.size) {
			textbuf_put_char(out, '\\');
			textbuf_put_char(out, tsv_letter(field.text[size++]));
		}
		field = behind(field, size);
	}
}

/* ---- JSON strings ---- */

/* Printable ASCII that JSON and HTML take as it stands. */
static bool is_harmless(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '<';
}

/* One character that is not. Gives its octets. */
static size_t put_character(struct textbuf *out, struct csv_field text, uint64_t *n_replaced)
{
	uint32_t code;
	size_t size;
	if (!next_character(text, &code, &size))
		put_replacement(out, n_replaced);
	else if (code == '"' || code == '\\')
		textbuf_printf(out, "\\%c", (char)code);
	else if (code < 0x80 || codepoint_misleads(code))
		textbuf_printf(out, "\\u%04x", code);
	else
		textbuf_put(out, text.text, size);
	return size;
}

void value_put_json_text(struct textbuf *out, struct csv_field field, uint64_t *n_replaced)
{
	textbuf_put_char(out, '"');
	while (field.size) {
		size_t size = 0;
		while (size < field.size && is_harmless(field.text[size]))
			size++;
		if (size)
			textbuf_put(out, field.text, size);
		else
			size = put_character(out, field, n_replaced);
		field = behind(field, size);
	}
	textbuf_put_char(out, '"');
}

void value_put_name(struct textbuf *out, struct csv_field field)
{
	uint32_t code;
	uint64_t unused = 0;
	for (size_t size; field.size; field = behind(field, size)) {
		if (!next_character(field, &code, &size))
			put_replacement(out, &unused);
		else if (code < ' ' || code == 0x7f || codepoint_misleads(code))
			textbuf_put_char(out, '_');
		else
			textbuf_put(out, field.text, size);
	}
}

/* ---- the types ---- */

/* The text up to the mark, which is taken away with it; all of it when there is none. */
static struct csv_field cut(struct csv_field *text, char mark)
{
	const char *end = text->size ? memchr(text->text, mark, text->size) : NULL;
	struct csv_field first = { text->text, end ? (size_t)(end - text->text) : text->size };
	*text = behind(*text, first.size + (end != NULL));
	return first;
}

/* As JSON wants it: digits without a zero before them. */
static bool put_integer(struct textbuf *out, struct csv_field text, uint64_t *n_replaced)
{
	enum { DIGITS_MAX = 20 }; /* of 2^64 */
	(void)n_replaced;
	if (!text.size || text.size > DIGITS_MAX || (text.text[0] == '0' && text.size > 1))
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (text.text[i] < '0' || text.text[i] > '9')
			return false;
	textbuf_put(out, text.text, text.size);
	return true;
}

static bool put_boolean(struct textbuf *out, struct csv_field text, uint64_t *n_replaced)
{
	(void)n_replaced;
	const bool yes = csv_field_is(text, "yes");
	if (!yes && !csv_field_is(text, "no"))
		return false;
	textbuf_put_text(out, yes ? "true" : "false");
	return true;
}

/* It stands as it is written: 2026-11-23T07:30:34Z. */
static bool put_timestamp(struct textbuf *out, struct csv_field text, uint64_t *n_replaced)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	if (text.size != sizeof form - 1)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (form[i] == '0' ? text.text[i] < '0' || text.text[i] > '9'
		                   : text.text[i] != form[i])
			return false;
	value_put_json_text(out, text, n_replaced);
	return true;
}

static bool put_text(struct textbuf *out, struct csv_field text, uint64_t *n_replaced)
{
	value_put_json_text(out, text, n_replaced);
	return true;
}

/* The items between the marks; of a text that is empty null. */
static bool put_list(struct textbuf *out, struct csv_field text, char mark,
        bool (*put)(struct textbuf *out, struct csv_field item, uint64_t *n_replaced),
        uint64_t *n_replaced)
{
	bool good = true;
	if (!text.size) {
		textbuf_put_text(out, "null");
		return true;
	}
	textbuf_put_char(out, '[');
	for (bool more = true; good && more;) {
		const size_t left = text.size;
		struct csv_field item = cut(&text, mark);
		more = left > item.size;
		good = put(out, item, n_replaced);
		textbuf_put_char(out, more ? ',' : ']');
	}
	return good;
}

/* "10 mx1.example.com" */
static bool put_mx(struct textbuf *out, struct csv_field item, uint64_t *n_replaced)
{
	struct csv_field preference = cut(&item, ' ');
	textbuf_put_text(out, "{\"preference\":");
	if (!item.size || !put_integer(out, preference, n_replaced))
		return false;
	textbuf_put_text(out, ",\"host\":");
	value_put_json_text(out, item, n_replaced);
	textbuf_put_char(out, '}');
	return true;
}

/* "mx1.example.com 192.0.2.1,2001:db8::1" */
static bool put_host(struct textbuf *out, struct csv_field item, uint64_t *n_replaced)
{
	struct csv_field host = cut(&item, ' ');
	textbuf_put_text(out, "{\"host\":");
	value_put_json_text(out, host, n_replaced);
	textbuf_put_text(out, ",\"addresses\":");
	put_list(out, item, ',', put_text, n_replaced);
	textbuf_put_char(out, '}');
	return host.size > 0;
}

/* "192.0.2.1 pass mx1.example.com", "192.0.2.2 permerror" */
static bool put_reverse(struct textbuf *out, struct csv_field item, uint64_t *n_replaced)
{
	struct csv_field address = cut(&item, ' '), result = cut(&item, ' ');
	textbuf_put_text(out, "{\"address\":");
	value_put_json_text(out, address, n_replaced);
	textbuf_put_text(out, ",\"result\":");
	value_put_json_text(out, result, n_replaced);
	textbuf_put_text(out, ",\"name\":");
	if (item.size)
		value_put_json_text(out, item, n_replaced);
	else
		textbuf_put_text(out, "null");
	textbuf_put_char(out, '}');
	return address.size && result.size;
}

static const struct {
	bool is_list;
	bool (*put)(struct textbuf *out, struct csv_field text, uint64_t *n_replaced);
} printers[TYPE_COUNT] = {
	[TYPE_TEXT] = { false, put_text },
	[TYPE_INTEGER] = { false, put_integer },
	[TYPE_WIDE] = { false, put_integer },
	[TYPE_BOOLEAN] = { false, put_boolean },
	[TYPE_TIMESTAMP] = { false, put_timestamp },
	[TYPE_TEXTS] = { true, put_text },
	[TYPE_ADDRESSES] = { true, put_text },
	[TYPE_NETWORKS] = { true, put_text },
	[TYPE_MX] = { true, put_mx },
	[TYPE_HOSTS] = { true, put_host },
	[TYPE_REVERSE] = { true, put_reverse },
};

bool value_put_json(
        struct textbuf *out, struct csv_field field, enum column_type type, uint64_t *n_replaced)
{
	const size_t begin = out->size;
	const uint64_t begin_replaced = *n_replaced;
	if (!field.size) {
		textbuf_put_text(out, "null");
		return true;
	}
	const bool good = printers[type].is_list
	        ? put_list(out, field, ';', printers[type].put, n_replaced)
	        : printers[type].put(out, field, n_replaced);
	if (!good) {
		textbuf_truncate(out, begin);
		*n_replaced = begin_replaced;
	}
	return good;
}
