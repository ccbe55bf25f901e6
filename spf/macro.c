/* macro.c - compiles macro-strings into segments in one pass; expand.c expands them.
 *
 * The compiler accepts what the ABNF of RFC 7208 section 7.1 produces, and nothing else. It runs
 * before any macro has a value, so no HELO name can make a syntax error. See
 * docs/spf-decisions.md, "Domain-specs". */
#include "spf/macro.h"

#include <string.h>

struct parser {
	const char *text, *end, *at;
	struct macro_string *m;
	char *literal_end; /* of the literals so far, in a buffer for all of them */
	const char *tail;  /* the text behind the last macro-expand */
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
	struct macro_segment *last =
	        p->m->n_segments > 0 ? &p->m->segments[p->m->n_segments - 1] : NULL;
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
		bool ok = *p->at == '%' ? parse_expand(p, letters)
		                        : parse_literals(p, grammar == MACRO_EXPLAIN_STRING);
		if (!ok)
			return false;
	}
	return grammar != MACRO_DOMAIN_SPEC || parse_domain_end(p);
}

bool macro_compile(struct macro_string *m, const char *text, size_t size,
        enum macro_grammar grammar, struct arena *a, size_t *error_at)
{
	size_t n_percents = 0, n_macros = 0;
	for (size_t i = 0; i < size; i++) {
		n_percents += text[i] == '%';
		n_macros += text[i] == '%' && i + 1 < size && text[i + 1] == '{';
	}
	*error_at = 0;
	/* Each macro ends at most one literal segment and begins another. "%%", "%_" and "%-" are
	 * literals; only "%-" grows, by one octet. */
	*m = (struct macro_string){ .segments = arena_alloc(
		                            a, (2 * n_macros + 1) * sizeof *m->segments) };
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
