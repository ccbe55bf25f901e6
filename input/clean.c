/* clean.c - fields without what stands around them. */
#include "input/clean.h"

#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char no_break_space[] = "\302\240";
enum { NO_BREAK_BYTES = sizeof no_break_space - 1 };

/* How many octets of blanks a text begins with, up to one character. */
static size_t blank_before(struct csv_field t)
{
	if (t.size && is_blank(t.text[0]))
		return 1;
	return t.size >= NO_BREAK_BYTES && !memcmp(t.text, no_break_space, NO_BREAK_BYTES)
	        ? NO_BREAK_BYTES
	        : 0;
}

static size_t blank_behind(struct csv_field t)
{
	if (t.size && is_blank(t.text[t.size - 1]))
		return 1;
	return t.size >= NO_BREAK_BYTES &&
	                !memcmp(t.text + t.size - NO_BREAK_BYTES, no_break_space, NO_BREAK_BYTES)
	        ? NO_BREAK_BYTES
	        : 0;
}

struct csv_field clean_blanks(struct csv_field t)
{
	size_t n;
	while ((n = blank_before(t))) {
		t.text += n;
		t.size -= n;
	}
	while ((n = blank_behind(t)))
		t.size -= n;
	return t;
}

static bool is_between(struct csv_field t, char first, char last)
{
	return t.size >= 2 && t.text[0] == first && t.text[t.size - 1] == last;
}

static struct csv_field inside(struct csv_field t)
{
	return clean_blanks((struct csv_field){ t.text + 1, t.size - 2 });
}

static struct csv_field without_final_dot(struct csv_field t)
{
	if (t.size > 1 && t.text[t.size - 1] == '.')
		t.size--;
	return t;
}

struct csv_field clean_name(struct csv_field t)
{
	t = clean_blanks(t);
	while (is_between(t, '<', '>') || is_between(t, '(', ')'))
		t = inside(t);
	return without_final_dot(t);
}

struct csv_field clean_sender(struct csv_field t)
{
	t = clean_blanks(t);
	if (is_between(t, '<', '>'))
		t = inside(t);
	return t.size > 1 && t.text[t.size - 2] != '@' ? without_final_dot(t) : t;
}

/* ---- addresses ---- */

static bool parse(struct ipaddr *ip, struct csv_field t)
{
	return t.size && !ipaddr_parse(ip, t.text, t.size);
}

/* Without ":25" at its end. `only_one`: and no other colon before it, as in an IPv6 address. */
static bool cut_port(struct csv_field *t, bool only_one)
{
	enum { PORT_DIGITS_MAX = 5 };
	size_t at = t->size;
	while (at && is_digit(t->text[at - 1]))
		at--;
	size_t n_digits = t->size - at;
	if (!n_digits || n_digits > PORT_DIGITS_MAX || at < 2 || t->text[at - 1] != ':' ||
	        (only_one && memchr(t->text, ':', at - 1)))
		return false;
	t->size = at - 1;
	return true;
}

/* What a log writes before the address in brackets: "unknown", "host.example (helo.example) ". */
static bool may_precede(struct csv_field t)
{
	for (size_t i = 0; i < t.size; i++)
		if (!is_blank(t.text[i]) && strchr("[]<>@,;\"/", t.text[i]))
			return false;
	return true;
}

static bool parse_in_brackets(struct ipaddr *ip, struct csv_field t)
{
	if (t.text[t.size - 1] != ']')
		cut_port(&t, false);
	if (!t.size || t.text[t.size - 1] != ']')
		return false;
	const char *open = memchr(t.text, '[', t.size);
	if (!open)
		return false;
	size_t before = (size_t)(open - t.text);
	return may_precede((struct csv_field){ t.text, before }) &&
	        parse(ip, (struct csv_field){ open, t.size - before });
}

bool clean_address(struct ipaddr *ip, struct csv_field t)
{
	t = clean_blanks(t);
	if (parse(ip, t))
		return true;
	while (is_between(t, '<', '>') || is_between(t, '(', ')'))
		t = inside(t);
	if (!t.size)
		return false;
	struct csv_field bare = t;
	return parse(ip, t) || (cut_port(&bare, true) && parse(ip, bare)) ||
	        parse_in_brackets(ip, t);
}

/* ---- names ---- */

bool clean_is_host(struct csv_field t)
{
	const char *dot = t.size > 2 ? memchr(t.text + 1, '.', t.size - 2) : NULL;
	for (size_t i = 0; i < t.size; i++) {
		unsigned char c = (unsigned char)t.text[i];
		bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
		if (!is_letter && !is_digit((char)c) && c <= 127 && c != '-' && c != '_' &&
		        c != '.')
			return false;
	}
	return dot != NULL;
}

static bool has_scheme(struct csv_field t)
{
	static const char mark[] = "://";
	return t.size >= sizeof mark - 1 && memmem(t.text, t.size, mark, sizeof mark - 1);
}

/* "example.com/path", "example.com:443/", but no name of the reverse tree (RFC 2317). */
static bool has_path(struct csv_field t)
{
	static const char reverse[] = ".arpa";
	const size_t n = sizeof reverse - 1;
	const char *slash = memchr(t.text, '/', t.size);
	if (!slash || (t.size > n && !strncasecmp(t.text + t.size - n, reverse, n)))
		return false;
	struct csv_field host = { t.text, (size_t)(slash - t.text) };
	cut_port(&host, true);
	return clean_is_host(host);
}

const char *clean_objection(struct csv_field t)
{
	struct ipaddr ip;
	struct csv_field host = t;
	if (!t.size)
		return NULL;
	char last = t.text[t.size - 1];
	bool has_colon = memchr(t.text, ':', t.size);
	if ((is_digit(last) || last == ']' || has_colon) && clean_address(&ip, t))
		return "an IP address where a domain name belongs";
	if ((has_colon && has_scheme(t)) || has_path(t))
		return "a URL where a domain name belongs";
	if (memchr(t.text, '@', t.size))
		return "an e-mail address where a domain name belongs";
	if (has_colon && cut_port(&host, true))
		return "a port behind the domain name";
	return NULL;
}
