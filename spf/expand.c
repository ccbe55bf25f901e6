/* expand.c - expands macro-strings, from right to left.
 *
 * Only the last 253 characters of an expansion make the target-name, and a record of 60 KB of
 * "%{d}" expands to megabytes. So the text is made from its end, until the room is full. Splitting,
 * reversal and rejoining (RFC 7208 section 7.3) then need no copy of the value: its parts are
 * written in the order that the transformers want. Empty parts are parts. */
#include "spf/macro.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TARGET_NAME_MAX_CHARS = 253 };

/* A text that grows to the left, from the end of its room. */
struct tail {
	char *begin, *at; /* the room's, the text's */
	bool is_cut;      /* there is more than the room holds */
};

static void put_octet(struct tail *t, char c)
{
	if (t->at > t->begin)
		*--t->at = c;
	else
		t->is_cut = true;
}

/* ---- values ---- */

/* The value of a letter: `text`; for %{s} also an @ and `more`. */
struct value {
	const char *text, *more;
	size_t text_size, size;
	char made[64];
};

static char value_at(const struct value *v, size_t i)
{
	if (i < v->text_size)
		return v->text[i];
	return i == v->text_size ? '@' : v->more[i - v->text_size - 1];
}

static void value_set(struct value *v, const char *text, size_t size)
{
	v->text = text;
	v->text_size = v->size = size;
}

/* "192.0.2.3", or the 32 nibbles of an IPv6 address with dots between them (section 7.3). */
static void write_dotted(char text[64], const struct ipaddr *ip)
{
	if (ip->family != IPFAMILY_6) {
		ipaddr_text(ip, text);
		return;
	}
	for (unsigned i = 0; i < 32; i++) {
		text[2 * i] =
		        "0123456789abcdef"[i % 2 ? ip->bytes[i / 2] & 15 : ip->bytes[i / 2] >> 4];
		text[2 * i + 1] = i < 31 ? '.' : '\0';
	}
}

static void value_of_letter(struct value *v, char letter, const struct macro_session *session)
{
	switch (letter) {
	case 's':
		value_set(v, session->local_part, session->local_part_size);
		v->more = session->sender_domain;
		v->size += 1 + session->sender_domain_size;
		return;
	case 'l':
		value_set(v, session->local_part, session->local_part_size);
		return;
	case 'o':
		value_set(v, session->sender_domain, session->sender_domain_size);
		return;
	case 'd':
		value_set(v, session->domain, session->domain_size);
		return;
	case 'p':
		value_set(v, session->validated, session->validated_size);
		return;
	case 'h':
		value_set(v, session->helo, session->helo_size);
		return;
	case 'r':
		value_set(v, session->receiver, strlen(session->receiver));
		return;
	case 'i':
		write_dotted(v->made, session->ip);
		break;
	case 'v':
		snprintf(v->made, sizeof v->made, "%s",
		        session->ip->family == IPFAMILY_6 ? "ip6" : "in-addr");
		break;
	case 'c':
		ipaddr_text(session->ip, v->made);
		break;
	case 't':
		snprintf(v->made, sizeof v->made, "%" PRIu64, session->time_s);
		break;
	}
	value_set(v, v->made, strlen(v->made));
}

/* ---- transformers ---- */

/* unreserved of RFC 3986 section 2.3. */
static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	        (c && strchr("-._~", c));
}

static void put_escaped(struct tail *t, char c)
{
	if (is_unreserved(c)) {
		put_octet(t, c);
		return;
	}
	put_octet(t, "0123456789ABCDEF"[(uint8_t)c & 15]);
	put_octet(t, "0123456789ABCDEF"[(uint8_t)c >> 4]);
	put_octet(t, '%');
}

static void put_part(struct tail *t, const struct macro_segment *s, const struct value *v,
        size_t begin, size_t end)
{
	while (end > begin && !t->is_cut) {
		if (s->url_escape)
			put_escaped(t, value_at(v, --end));
		else
			put_octet(t, value_at(v, --end));
	}
}

static bool is_delimiter_at(const struct macro_segment *s, const struct value *v, size_t i)
{
	char c = value_at(v, i);
	return c && strchr(s->delimiters, c);
}

/* From the last part to the left, as many as are kept. */
static void put_parts(struct tail *t, const struct macro_segment *s, const struct value *v)
{
	size_t begin = v->size;
	for (unsigned n = 1;; n++) {
		size_t end = begin;
		while (begin > 0 && !is_delimiter_at(s, v, begin - 1))
			begin--;
		put_part(t, s, v, begin, end);
		if (begin == 0 || n == s->keep || t->is_cut)
			return;
		put_octet(t, '.');
		begin--;
	}
}

/* Reversed, the last part is the value's first. */
static void put_parts_reversed(struct tail *t, const struct macro_segment *s, const struct value *v)
{
	size_t end = 0;
	for (unsigned n = 1;; n++) {
		size_t begin = end;
		while (end < v->size && !is_delimiter_at(s, v, end))
			end++;
		put_part(t, s, v, begin, end);
		if (end == v->size || n == s->keep || t->is_cut)
			return;
		put_octet(t, '.');
		end++;
	}
}

static void put_segment(
        struct tail *t, const struct macro_segment *s, const struct macro_session *session)
{
	struct value v;
	if (!s->letter) {
		value_set(&v, s->literal, s->literal_size);
		put_part(t, s, &v, 0, v.size);
		return;
	}
	value_of_letter(&v, s->letter, session);
	if (!s->transforms)
		put_part(t, s, &v, 0, v.size);
	else if (s->reverse)
		put_parts_reversed(t, s, &v);
	else
		put_parts(t, s, &v);
}

/* ---- expansion ---- */

size_t macro_expand(char *room, size_t room_bytes, const struct macro_string *m,
        const struct macro_session *session, bool *is_cut)
{
	struct tail t = { .begin = room, .at = room + room_bytes };
	for (size_t i = m->n_segments; i > 0 && !t.is_cut; i--)
		put_segment(&t, &m->segments[i - 1], session);
	*is_cut = t.is_cut;
	return (size_t)(room + room_bytes - t.at);
}

enum error macro_expand_domain(
        struct dname *name, const struct macro_string *m, const struct macro_session *session)
{
	/* The name, the dot before it, and a final dot, which does not count. */
	char room[TARGET_NAME_MAX_CHARS + 2];
	bool is_cut;
	size_t size = macro_expand(room, sizeof room, m, session, &is_cut);
	const char *end = room + sizeof room, *text = end - size;
	name->size = 0;
	if (size == 0)
		return ERROR_EMPTY;
	bool absolute = end[-1] == '.';
	while (end - text - absolute > TARGET_NAME_MAX_CHARS) {
		const char *dot = memchr(text, '.', (size_t)(end - text - absolute));
		if (!dot)
			return ERROR_LABEL_LONG;
		text = dot + 1;
	}
	return dname_parse(name, text, (size_t)(end - text));
}
