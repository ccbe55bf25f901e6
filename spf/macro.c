/* macro.c - macro-strings: a one-pass compiler into segments, and an expander that works in place at the end of the output.
 *
 * The compiler refuses everything that the ABNF of RFC 7208 section 7.1 does not produce, before any macro has a value: what a
 * hostile HELO expands to is never a syntax error. Traps that the grammar sets:
 *   - "%%", "%_" and "%-" are macro-expands too, so a domain-spec may end in them;
 *   - the dot before the toplabel must be a literal one behind the last macro-expand: neither "museum" nor "%{d}com" is a
 *     domain-spec;
 *   - "r" is a literal string of the ABNF, hence also "R".
 * Splitting, reversal and rejoining keep the length, because each delimiter character separates (empty parts are parts) and
 * becomes one dot; so the expander appends the raw value and transforms it where it lies. */
#include "spf/macro.h"

#include <string.h>

#define TARGET_NAME_MAX_CHARS 253

struct parser {
	const char *text, *end, *at;
	struct macro_string *m;
	char *literal_end;  /* where the next literal octet goes, in a buffer that holds all of them */
	const char *tail;   /* behind the last macro-expand */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_alphanum(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

/* macro-literal = %x21-24 / %x26-7E */
static bool is_macro_literal(char c)
{
	return c >= 0x21 && c <= 0x7e && c != '%';
}

static void add_literal(struct parser *p, const char *text, size_t size)
{
	struct macro_segment *last = p->m->n_segments > 0 ? &p->m->segments[p->m->n_segments - 1] : NULL;
	if (!last || last->letter) {
		last = &p->m->segments[p->m->n_segments++];
		*last = (struct macro_segment){ .literal = p->literal_end };
	}
	memcpy(p->literal_end, text, size);
	p->literal_end += size;
	last->literal_size += size;
}

/* *DIGIT; the value must not be zero when there are digits (section 7.3). */
static bool parse_keep(struct parser *p, struct macro_segment *s)
{
	const char *digits = p->at;
	unsigned keep = 0;
	while (p->at < p->end && is_digit(*p->at)) {
		keep = keep * 10 + (unsigned)(*p->at++ - '0');
		keep = keep > UINT16_MAX ? UINT16_MAX : keep;
	}
	s->keep = (uint16_t)keep;
	if (p->at > digits && keep == 0) {
		p->at = digits;
		return false;
	}
	return true;
}

static void parse_delimiters(struct parser *p, struct macro_segment *s)
{
	size_t n = 0;
	for (; p->at < p->end && *p->at && strchr(".-+,/_=", *p->at); p->at++) {
		if (!memchr(s->delimiters, *p->at, n))
			s->delimiters[n++] = *p->at;
	}
	if (n == 0)
		s->delimiters[0] = '.';
}

/* macro-letter transformers *delimiter "}" */
static bool parse_macro(struct parser *p, const char *letters)
{
	if (p->at == p->end || !*p->at || !strchr(letters, lower(*p->at)))
		return false;
	struct macro_segment s = { .letter = lower(*p->at), .url_escape = lower(*p->at) != *p->at };
	const char *transformers = ++p->at;
	if (!parse_keep(p, &s))
		return false;
	if (p->at < p->end && lower(*p->at) == 'r') {
		s.reverse = true;
		p->at++;
	}
	parse_delimiters(p, &s);
	if (p->at == p->end || *p->at != '}')
		return false;
	s.transforms = p->at > transformers;
	p->at++;
	p->m->segments[p->m->n_segments++] = s;
	return true;
}

/* macro-expand = ( "%{" macro-letter transformers *delimiter "}" ) / "%%" / "%_" / "%-" */
static bool parse_expand(struct parser *p, const char *letters)
{
	p->at++;
	switch (p->at < p->end ? *p->at : 0) {
	case '{':
		p->at++;
		if (!parse_macro(p, letters))
			return false;
		break;
	case '%':
		add_literal(p, "%", 1);
		p->at++;
		break;
	case '_':
		add_literal(p, " ", 1);
		p->at++;
		break;
	case '-':
		add_literal(p, "%20", 3);
		p->at++;
		break;
	default:
		return false;
	}
	p->tail = p->at;
	return true;
}

static bool parse_literals(struct parser *p, bool blanks)
{
	const char *start = p->at;
	while (p->at < p->end && (is_macro_literal(*p->at) || (blanks && *p->at == ' ')))
		p->at++;
	if (p->at > start)
		add_literal(p, start, (size_t)(p->at - start));
	return p->at == p->end || *p->at == '%';
}

/* toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum ):
 * letters, digits and hyphens, no hyphen at either end, not only digits. */
static bool is_toplabel(const char *at, const char *end)
{
	if (at == end || *at == '-' || end[-1] == '-')
		return false;
	bool numeric = true;
	for (; at < end; at++) {
		if (!is_alphanum(*at) && *at != '-')
			return false;
		numeric = numeric && is_digit(*at);
	}
	return !numeric;
}

/* domain-end = ( "." toplabel [ "." ] ) / macro-expand */
static bool parse_domain_end(struct parser *p)
{
	if (p->text == p->end)
		return false;
	if (p->tail == p->end)
		return true;
	const char *end = p->end[-1] == '.' ? p->end - 1 : p->end;
	const char *dot = end > p->tail ? memrchr(p->tail, '.', (size_t)(end - p->tail)) : NULL;
	p->at = dot ? dot + 1 : p->tail;
	return dot && is_toplabel(dot + 1, end);
}

static bool parse(struct parser *p, enum macro_grammar grammar)
{
	const char *letters = grammar == MACRO_DOMAIN_SPEC ? "slodiphv" : "slodiphvcrt";
	while (p->at < p->end) {
		bool ok = *p->at == '%' ? parse_expand(p, letters) : parse_literals(p, grammar == MACRO_EXPLAIN_STRING);
		if (!ok)
			return false;
	}
	return grammar != MACRO_DOMAIN_SPEC || parse_domain_end(p);
}

bool macro_compile(struct macro_string *m, const char *text, size_t size, enum macro_grammar grammar, struct arena *a,
	size_t *error_at)
{
	size_t n_percents = 0;
	for (size_t i = 0; i < size; i++)
		n_percents += text[i] == '%';
	*error_at = 0;
	/* A macro-expand ends at most one literal and begins another; "%-" is the only one that grows, by one octet. */
	*m = (struct macro_string){ .segments = arena_alloc(a, (2 * n_percents + 1) * sizeof *m->segments) };
	struct parser p = { .text = text, .end = text + size, .at = text, .m = m, .tail = text };
	p.literal_end = arena_alloc(a, size + n_percents + 1);
	if (!m->segments || !p.literal_end)
		return false;
	if (parse(&p, grammar))
		return true;
	*error_at = (size_t)(p.at - text);
	return false;
}

bool macro_string_uses(const struct macro_string *m, char letter)
{
	for (size_t i = 0; i < m->n_segments; i++) {
		if (m->segments[i].letter == letter)
			return true;
	}
	return false;
}

/* ---- expansion ---- */

/* "192.0.2.3", or the 32 nibbles of an IPv6 address with dots between them: made for %{ir}. */
static void put_dotted(struct textbuf *out, const struct ipaddr *ip)
{
	if (ip->family != IPFAMILY_6) {
		ipaddr_print(out, ip);
		return;
	}
	for (unsigned i = 0; i < 16; i++) {
		char nibbles[4] = { "0123456789abcdef"[ip->bytes[i] >> 4], '.', "0123456789abcdef"[ip->bytes[i] & 15], '.' };
		textbuf_put(out, nibbles, i < 15 ? 4 : 3);
	}
}

static void put_value(struct textbuf *out, char letter, const struct macro_session *session)
{
	switch (letter) {
	case 's':
		textbuf_put(out, session->local_part, session->local_part_size);
		textbuf_put_char(out, '@');
		textbuf_put(out, session->sender_domain, session->sender_domain_size);
		break;
	case 'l':
		textbuf_put(out, session->local_part, session->local_part_size);
		break;
	case 'o':
		textbuf_put(out, session->sender_domain, session->sender_domain_size);
		break;
	case 'd':
		textbuf_put(out, session->domain, session->domain_size);
		break;
	case 'i':
		put_dotted(out, session->ip);
		break;
	case 'p':
		textbuf_put(out, session->validated, session->validated_size);
		break;
	case 'v':
		textbuf_put_text(out, session->ip->family == IPFAMILY_6 ? "ip6" : "in-addr");
		break;
	case 'h':
		textbuf_put(out, session->helo, session->helo_size);
		break;
	case 'c':
		ipaddr_print(out, session->ip);
		break;
	case 'r':
		textbuf_put_text(out, session->receiver);
		break;
	case 't':
		textbuf_put_u64(out, session->time_s);
		break;
	}
}

static bool is_delimiter(const struct macro_segment *s, char c)
{
	return c && strchr(s->delimiters, c);
}

static void reverse_octets(char *text, size_t size)
{
	for (size_t i = 0; i < size / 2; i++) {
		char c = text[i];
		text[i] = text[size - 1 - i];
		text[size - 1 - i] = c;
	}
}

/* Reverses everything, and then each part back. */
static void reverse_parts(char *text, size_t size, const struct macro_segment *s)
{
	reverse_octets(text, size);
	for (size_t start = 0, i = 0; i <= size; i++) {
		if (i == size || is_delimiter(s, text[i])) {
			reverse_octets(text + start, i - start);
			start = i + 1;
		}
	}
}

/* Section 7.3: split, reverse, keep the right-hand parts, rejoin with dots. Gives the new size. */
static size_t transform(char *text, size_t size, const struct macro_segment *s)
{
	if (s->reverse)
		reverse_parts(text, size, s);
	size_t start = size;
	for (unsigned parts = 1; start > 0; start--) {
		if (is_delimiter(s, text[start - 1]) && parts++ == s->keep)
			break;
	}
	memmove(text, text + start, size - start);
	for (size_t i = 0; i < size - start; i++) {
		if (is_delimiter(s, text[i]))
			text[i] = '.';
	}
	return size - start;
}

/* unreserved of RFC 3986 section 2.3. */
static bool is_unreserved(char c)
{
	return is_alphanum(c) || (c && strchr("-._~", c));
}

/* From the right, so that nothing is overwritten before it was read. */
static void escape_from(struct textbuf *out, size_t start)
{
	size_t n_escaped = 0;
	for (size_t i = start; i < out->size; i++)
		n_escaped += !is_unreserved(out->bytes[i]);
	if (n_escaped == 0 || !textbuf_reserve(out, 2 * n_escaped))
		return;
	size_t from = out->size, to = out->size + 2 * n_escaped;
	textbuf_advance(out, 2 * n_escaped);
	while (from > start) {
		char c = out->bytes[--from];
		if (is_unreserved(c)) {
			out->bytes[--to] = c;
			continue;
		}
		out->bytes[--to] = "0123456789ABCDEF"[(uint8_t)c & 15];
		out->bytes[--to] = "0123456789ABCDEF"[(uint8_t)c >> 4];
		out->bytes[--to] = '%';
	}
}

void macro_expand(struct textbuf *out, const struct macro_string *m, const struct macro_session *session)
{
	for (size_t i = 0; i < m->n_segments && !out->failed; i++) {
		const struct macro_segment *s = &m->segments[i];
		if (!s->letter) {
			textbuf_put(out, s->literal, s->literal_size);
			continue;
		}
		size_t start = out->size;
		put_value(out, s->letter, session);
		if (s->transforms && out->size > start)
			out->size = start + transform(out->bytes + start, out->size - start, s);
		if (s->url_escape)
			escape_from(out, start);
	}
}

enum error macro_expand_domain(struct dname *name, struct textbuf *scratch, const struct macro_string *m,
	const struct macro_session *session)
{
	name->size = 0;
	textbuf_reset(scratch);
	macro_expand(scratch, m, session);
	if (scratch->failed)
		return ERROR_NOMEM;
	if (scratch->size == 0)
		return ERROR_EMPTY;
	const char *text = scratch->bytes, *end = text + scratch->size;
	/* A final dot is the root's and no character of the 253. */
	bool absolute = end[-1] == '.';
	while (end - text - absolute > TARGET_NAME_MAX_CHARS) {
		const char *dot = memchr(text, '.', (size_t)(end - text - absolute));
		if (!dot)
			return ERROR_LABEL_LONG;
		text = dot + 1;
	}
	return dname_parse(name, text, (size_t)(end - text));
}
