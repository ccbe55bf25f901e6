/* clean.c - fields without what stands around them. */
#include "input/clean.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Characters of more than one octet that nobody sees. */
static const char *const unseen[] = {
	"\302\240",     /* U+00A0 */
	"\342\200\213", /* U+200B */
	"\342\201\240", /* U+2060 */
	"\357\273\277", /* U+FEFF */
};
enum { UNSEEN = sizeof unseen / sizeof unseen[0] };

/* How many octets of blanks a text begins or ends with, up to one character. */
static size_t blank_at(struct csv_field t, bool at_end)
{
	if (!t.size)
		return 0;
	char c = t.text[at_end ? t.size - 1 : 0];
	if ((unsigned char)c < 128) /* every octet of the unseen is over that */
		return is_blank(c);
	for (unsigned i = 0; i < UNSEEN; i++) {
		size_t n = strlen(unseen[i]);
		if (t.size >= n && !memcmp(at_end ? t.text + t.size - n : t.text, unseen[i], n))
			return n;
	}
	return 0;
}

static struct csv_field trim(struct csv_field t)
{
	size_t n;
	while ((n = blank_at(t, false))) {
		t.text += n;
		t.size -= n;
	}
	while ((n = blank_at(t, true)))
		t.size -= n;
	return t;
}

static bool is_between(struct csv_field t, char first, char last)
{
	return t.size >= 2 && t.text[0] == first && t.text[t.size - 1] == last;
}

static struct csv_field inside(struct csv_field t)
{
	return trim((struct csv_field){ t.text + 1, t.size - 2 });
}

/* CSV takes away quotes that a field begins with. These stood behind a blank. */
struct csv_field clean_blanks(struct csv_field t)
{
	t = trim(t);
	return is_between(t, '"', '"') ? inside(t) : t;
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

/* "@relay.example,@other.example:user@example.com": RFC 5321 has it accepted and ignored. */
static struct csv_field without_source_route(struct csv_field t)
{
	if (!t.size || t.text[0] != '@')
		return t;
	const char *colon = memchr(t.text, ':', t.size);
	if (!colon || memchr(t.text, '"', (size_t)(colon - t.text)))
		return t;
	struct csv_field rest = { colon + 1, (size_t)(t.text + t.size - colon - 1) };
	return rest.size && memchr(rest.text, '@', rest.size) ? rest : t;
}

struct csv_field clean_sender(struct csv_field t)
{
	t = clean_blanks(t);
	if (is_between(t, '<', '>'))
		t = inside(t);
	t = without_source_route(t);
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
	enum { PORT_DIGITS_MAX = 5, PORT_MAX = 65535 };
	size_t at = t->size;
	unsigned port = 0;
	while (at && is_digit(t->text[at - 1]))
		at--;
	size_t n_digits = t->size - at;
	if (!n_digits || n_digits > PORT_DIGITS_MAX || at < 2 || t->text[at - 1] != ':' ||
	        (only_one && memchr(t->text, ':', at - 1)))
		return false;
	for (size_t i = at; i < t->size; i++)
		port = port * 10 + (unsigned)(t->text[i] - '0');
	if (!port || port > PORT_MAX)
		return false;
	t->size = at - 1;
	return true;
}

bool clean_port(struct csv_field *text)
{
	return cut_port(text, true);
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
