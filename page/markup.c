/* markup.c - text, one piece after another: a letter, or something that is shown as what it is. */
#include "page/markup.h"

#include "base/codepoint.h"
#include "base/utf8.h"

#include <stdio.h>

/* Code points that are shown as numbers, beside those that mislead (base/codepoint.h): they cannot
 * be seen, or are put on top of others. In order. */
static const struct {
	uint32_t from, to;
} hidden[] = {
	{ 0xa0, 0xa0 },                                             /* the no-break space */
	{ 0xad, 0xad },                                             /* soft hyphen */
	{ 0x300, 0x36f },                                           /* marks on top of letters */
	{ 0x115f, 0x1160 },                                         /* fillers */
	{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x1ab0, 0x1aff }, /* marks */
	{ 0x1dc0, 0x1dff }, { 0x2000, 0x200d }, /* blanks, characters without width */
	{ 0x202f, 0x202f },                     /* blank */
	{ 0x205f, 0x2065 }, { 0x206a, 0x206f }, /* blanks, characters without width */
	{ 0x20d0, 0x20ff },                     /* marks */
	{ 0x2800, 0x2800 },                     /* blanks */
	{ 0x3000, 0x3000 }, { 0x3164, 0x3164 }, { 0xd800, 0xf8ff }, /* surrogates, private use */
	{ 0xfdd0, 0xfdef },                                         /* no characters */
	{ 0xfe00, 0xfe0f },                                         /* variants */
	{ 0xfe20, 0xfe2f },                                         /* marks */
	{ 0xffa0, 0xffa0 },                                         /* filler */
	{ 0xfff0, 0xffff },                                         /* specials */
	{ 0x1bca0, 0x1bca3 },                                       /* controls of shorthand */
	{ 0x1d173, 0x1d17a },                                       /* and of music */
	{ 0xe0000, 0x10ffff }, /* tags, variants, private use */
};
enum { HIDDEN = sizeof hidden / sizeof hidden[0] };

/* From here on letters are mostly wide. */
enum { FIRST_WIDE = 0x1100, PIECE_BYTES = 16 };

/* What a text begins with, as markup. */
struct piece {
	size_t size; /* octets of the text */
	unsigned columns, n;
	char markup[PIECE_BYTES];
};

static bool is_hidden(uint32_t code)
{
	if (codepoint_misleads(code))
		return true;
	for (unsigned i = 0; i < HIDDEN && hidden[i].from <= code; i++)
		if (code <= hidden[i].to)
			return true;
	return false;
}

static const char *entity_of(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void take_other(struct piece *p, struct csv_field text)
{
	uint32_t code;
	size_t n =
	        (unsigned char)text.text[0] < 0x80 ? 0 : utf8_decode(text.text, text.size, &code);
	if (n && !is_hidden(code)) {
		memcpy(p->markup, text.text, n);
		p->n = (unsigned)n;
		p->columns = code < FIRST_WIDE ? 1 : 2;
	} else {
		p->n = (unsigned)(n ? snprintf(p->markup, PIECE_BYTES, "\\u{%x}", code)
		                    : snprintf(p->markup, PIECE_BYTES, "\\x%02x",
		                              (unsigned char)text.text[0]));
		p->columns = p->n;
	}
	p->size = n ? n : 1;
}

static void take_piece(struct piece *p, struct csv_field text)
{
	char c = text.text[0];
	const char *entity = entity_of(c);
	if (c < ' ' || c > '~') {
		take_other(p, text);
		return;
	}
	p->size = p->columns = 1;
	p->n = entity ? (unsigned)strlen(entity) : 1;
	memcpy(p->markup, entity ? entity : &c, p->n);
}

static void skip(struct csv_field *text, const struct piece *p)
{
	*text = (struct csv_field){ text->text + p->size, text->size - p->size };
}

void markup_put(struct textbuf *out, struct csv_field text)
{
	struct piece p;
	while (text.size && !out->failed) {
		take_piece(&p, text);
		textbuf_put(out, p.markup, p.n);
		skip(&text, &p);
	}
}

void markup_put_text(struct textbuf *out, const char *text)
{
	markup_put(out, (struct csv_field){ text, strlen(text) });
}

static uint64_t columns_of(struct csv_field text)
{
	struct piece p;
	uint64_t n = 0;
	while (text.size) {
		take_piece(&p, text);
		n += p.columns;
		skip(&text, &p);
	}
	return n;
}

/* Pieces whose columns lie before `columns`. */
static void put_until(struct textbuf *out, struct csv_field *text, unsigned columns)
{
	struct piece p;
	unsigned n = 0;
	while (text->size) {
		take_piece(&p, *text);
		n += p.columns;
		if (n > columns)
			return;
		textbuf_put(out, p.markup, p.n);
		skip(text, &p);
	}
}

void markup_put_cut(struct textbuf *out, struct csv_field text, unsigned columns)
{
	uint64_t all = columns_of(text);
	if (all <= columns) {
		markup_put(out, text);
		return;
	}
	unsigned last = (columns - 1) / 2;
	struct piece p;
	put_until(out, &text, columns - 1 - last);
	textbuf_put_text(out, "\xe2\x80\xa6");
	for (all = columns_of(text); all > last; all -= p.columns) {
		take_piece(&p, text);
		skip(&text, &p);
	}
	markup_put(out, text);
}
