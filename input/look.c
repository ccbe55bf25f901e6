/* look.c - what a text looks like, and the table of what that means in a column. */
#include "input/look.h"

#include "dns/idna.h"
#include "input/clean.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What each look means in the columns. NULL in `domain`: it depends on the text. */
static const struct {
	const char *in_domain, *in_ip;
	bool is_value;
} looks[LOOK_COUNT] = {
	[LOOK_EMPTY] = { NULL, "not an IP address", false },
	[LOOK_NAME] = { NULL, "not an IP address", false },
	[LOOK_DOMAIN] = { NULL, "not an IP address but a domain name: are the columns swapped?",
	        false },
	[LOOK_ADDRESS] = { "an IP address where a domain name belongs", "not an IP address", true },
	[LOOK_MAIL] = { "an e-mail address where a domain name belongs",
	        "not an IP address but an e-mail address", true },
	[LOOK_NUMBER] = { "a number where a domain name belongs", "not an IP address but a number",
	        false },
	[LOOK_NETWORK] = { "a network where a domain name belongs",
	        "not an IP address but a network of over 65536 addresses, or one with bits behind "
	        "its prefix",
	        true },
	[LOOK_RANGE] = { "a range of addresses where a domain name belongs",
	        "not an IP address but a range of addresses", true },
	[LOOK_ZONED] = { "an IP address where a domain name belongs",
	        "not an IP address: it has a zone behind '%'", true },
	[LOOK_ZEROS] = { "it looks like an IP address, not like a domain name",
	        "not an IP address: it has leading zeros", true },
	[LOOK_SEVERAL] = { "several addresses where a domain name belongs",
	        "not an IP address but several", true },
	[LOOK_MISTYPED] = { "it looks like an IP address, not like a domain name",
	        "not an IP address", false },
	[LOOK_URL] = { "a URL where a domain name belongs", "not an IP address but a URL", true },
	[LOOK_PORT] = { "a port behind the domain name", "not an IP address", true },
	[LOOK_PLACEHOLDER] = { "a placeholder, no domain name",
	        "not an IP address but a placeholder", false },
	[LOOK_OTHER] = { NULL, "not an IP address", false },
};

/* What programs write where there is no value. docs/output.md has the same list. */
static const char *const placeholders[] = { "null", "nil", "nan", "na", "n/a", "#n/a", "none",
	"undefined", "unknown", "missing", "empty", "mailer-daemon" };
enum { PLACEHOLDERS = sizeof placeholders / sizeof placeholders[0] };

/* ---- the octets of a domain ---- */

enum octet { OCTET_NEVER, OCTET_LETTER, OCTET_DIGIT, OCTET_HYPHEN, OCTET_STAR, OCTET_DOT };

/* Octets over 127 are of letters, as far as IDNA allows them. */
static const unsigned char octets[256] = {
	['a' ... 'z'] = OCTET_LETTER,
	['A' ... 'Z'] = OCTET_LETTER,
	['0' ... '9'] = OCTET_DIGIT,
	['_'] = OCTET_LETTER,
	['-'] = OCTET_HYPHEN,
	['*'] = OCTET_STAR,
	['.'] = OCTET_DOT,
	[128 ... 255] = OCTET_LETTER,
};

static enum octet octet_of(char c)
{
	return octets[(unsigned char)c];
}

struct shape {
	size_t never_at; /* the first octet that no domain holds; the size: none */
	bool has_dot, has_star;
	bool has_bare_hyphens; /* a label of nothing but hyphens */
	/* the last label, without a final dot */
	bool is_last_numeric; /* digits, also in hexadecimal; hyphens and stars */
	bool is_last_letterless;
};

static unsigned bit(enum octet octet)
{
	return 1u << octet;
}

static bool is_hexadecimal(const char *text, size_t size)
{
	return size > 2 && text[0] == '0' && (text[1] | 0x20) == 'x' &&
	        strspn(text + 2, "0123456789abcdefABCDEF") >= size - 2;
}

/* `seen`: bits of its octets. */
static void take_last_label(struct shape *s, unsigned seen, const char *label, size_t size)
{
	char text[16] = "";
	s->is_last_letterless = seen && !(seen & bit(OCTET_LETTER));
	s->is_last_numeric = s->is_last_letterless && seen & bit(OCTET_DIGIT);
	if (!size || *label != '0' || size >= sizeof text)
		return;
	memcpy(text, label, size);
	s->is_last_numeric |= is_hexadecimal(text, size);
}

static struct shape shape_of(struct csv_field t)
{
	struct shape s = { .never_at = t.size };
	unsigned seen = 0, seen_before = 0;
	size_t label = 0, label_before = 0;
	for (size_t i = 0; i < t.size; i++) {
		enum octet octet = octet_of(t.text[i]);
		if (octet == OCTET_NEVER) {
			s.never_at = i;
			return s;
		}
		if (octet == OCTET_DOT) {
			s.has_dot |= i > 0 && i + 1 < t.size;
			s.has_bare_hyphens |= seen == bit(OCTET_HYPHEN);
			seen_before = seen;
			label_before = label;
			seen = 0;
			label = i + 1;
			continue;
		}
		seen |= bit(octet);
		s.has_star |= octet == OCTET_STAR;
	}
	s.has_bare_hyphens |= seen == bit(OCTET_HYPHEN);
	if (label < t.size)
		take_last_label(&s, seen, t.text + label, t.size - label);
	else if (label)
		take_last_label(&s, seen_before, t.text + label_before, label - 1 - label_before);
	return s;
}

bool look_is_no_host(const struct dname *name)
{
	return name->size < 2 || name->wire[0] + 2u == name->size ||
	        memchr(name->wire, '*', name->size);
}

/* ---- addresses that are none ---- */

static bool is_address(const char *text, size_t size)
{
	struct ipaddr ip;
	return clean_address(&ip, (struct csv_field){ text, size });
}

static bool is_only(struct csv_field t, const char *set)
{
	for (size_t i = 0; i < t.size; i++)
		if (!t.text[i] || !strchr(set, t.text[i]))
			return false;
	return t.size > 0;
}

/* An address, and `mark` behind it. */
static bool is_address_before(struct csv_field t, char mark)
{
	const char *at = memchr(t.text, mark, t.size);
	return at && is_address(t.text, (size_t)(at - t.text));
}

static bool is_address_but_for(struct csv_field t, const char *more)
{
	static const char of_address[] = "0123456789abcdefABCDEF.:";
	for (size_t i = 0; i < t.size; i++)
		if (!t.text[i] || (!strchr(of_address, t.text[i]) && !strchr(more, t.text[i])))
			return false;
	return true;
}

static bool has_leading_zeros(struct csv_field t)
{
	char text[IPADDR_TEXT_BYTES];
	size_t n = 0;
	for (size_t i = 0; i < t.size; i++) {
		bool begins = !i || t.text[i - 1] == '.' || (n && text[n - 1] == '.');
		bool is_zero = t.text[i] == '0' && i + 1 < t.size && t.text[i + 1] != '.';
		if (begins && is_zero)
			continue;
		if (n == sizeof text)
			return false;
		text[n++] = t.text[i];
	}
	return n < t.size && is_only(t, "0123456789.") && is_address(text, n);
}

/* Of what is no name. */
static enum look look_near_address(struct csv_field t, const struct shape *s)
{
	if (is_address_before(t, '%'))
		return LOOK_ZONED;
	if (is_address_but_for(t, "/") && is_address_before(t, '/'))
		return LOOK_NETWORK;
	if (is_address_but_for(t, "- ") && is_address_before(t, '-'))
		return LOOK_RANGE;
	if (is_address_but_for(t, ",; ") &&
	        (is_address_before(t, ',') || is_address_before(t, ' ') ||
	                is_address_before(t, ';')))
		return LOOK_SEVERAL;
	if (has_leading_zeros(t))
		return LOOK_ZEROS;
	bool has_colons = memchr(t.text, ':', t.size);
	return (s->never_at == t.size && s->is_last_numeric) ||
	                (has_colons && is_address_but_for(t, "/%[]"))
	        ? LOOK_MISTYPED
	        : LOOK_OTHER;
}

/* ---- all looks ---- */

static bool is_placeholder(struct csv_field t)
{
	for (unsigned i = 0; i < PLACEHOLDERS; i++)
		if (strlen(placeholders[i]) == t.size &&
		        !strncasecmp(placeholders[i], t.text, t.size))
			return true;
	return false;
}

static bool is_name(struct csv_field t, const struct shape *s)
{
	return s->never_at == t.size && !s->is_last_letterless && !s->is_last_numeric &&
	        !s->has_bare_hyphens;
}

/* With a dot, and what IDNA allows. */
static bool is_domain(struct csv_field t)
{
	struct dname name;
	struct shape s = shape_of(t);
	return is_name(t, &s) && s.has_dot && !idna_parse(&name, t.text, t.size, NULL);
}

/* "https://example.com", "//example.com", "example.com/path", "example.com:443/". */
static bool is_url(struct csv_field t)
{
	static const char mark[] = "://";
	const char *slash = memchr(t.text, '/', t.size);
	if (!slash)
		return false;
	if (memmem(t.text, t.size, mark, sizeof mark - 1) || (slash == t.text && t.size > 2))
		return true;
	struct csv_field host = { t.text, (size_t)(slash - t.text) };
	clean_port(&host);
	return is_domain(host);
}

static bool is_mail(struct csv_field t)
{
	struct csv_field sender = clean_sender(t);
	const char *at = sender.size ? memrchr(sender.text, '@', sender.size) : NULL;
	return at &&
	        is_domain(
	                (struct csv_field){ at + 1, (size_t)(sender.text + sender.size - at - 1) });
}

static enum look look_at_host(struct csv_field t)
{
	struct shape s = shape_of(t);
	return !is_name(t, &s) ? LOOK_OTHER
	        : !s.has_dot   ? LOOK_NAME
	        : is_domain(t) ? LOOK_DOMAIN
	                       : LOOK_OTHER;
}

enum look look_at(struct csv_field value)
{
	struct csv_field t = clean_name(value), host = t;
	if (!t.size)
		return LOOK_EMPTY;
	if (is_only(t, "0123456789"))
		return LOOK_NUMBER;
	if (is_address(value.text, value.size))
		return LOOK_ADDRESS;
	if (is_placeholder(t))
		return LOOK_PLACEHOLDER;
	struct shape s = shape_of(t);
	if (is_name(t, &s))
		return look_at_host(t);
	enum look near = look_near_address(t, &s);
	if (near != LOOK_OTHER)
		return near;
	if (is_mail(value))
		return LOOK_MAIL;
	if (is_url(t))
		return LOOK_URL;
	if (!clean_port(&host))
		return LOOK_OTHER;
	return look_at_host(host) == LOOK_OTHER ? LOOK_OTHER : LOOK_PORT;
}

bool look_is_value(enum look look)
{
	return looks[look].is_value;
}

/* ---- reasons ---- */

const char *look_octet(char text[LOOK_OCTET_BYTES], char octet)
{
	unsigned char c = (unsigned char)octet;
	snprintf(text, LOOK_OCTET_BYTES, c < ' ' || c > '~' ? "U+%04X" : "'%c'", c);
	return text;
}

const char *look_no_domain(char why[LOOK_REASON_BYTES], struct csv_field t)
{
	struct shape s = shape_of(t);
	if (!t.size || (is_name(t, &s) && (s.has_dot || !is_placeholder(t))))
		return NULL;
	const char *reason = looks[look_at(t)].in_domain;
	if (reason)
		return reason;
	char octet[LOOK_OCTET_BYTES];
	if (s.never_at < t.size)
		snprintf(why, LOOK_REASON_BYTES, "%s in a domain name",
		        look_octet(octet, t.text[s.never_at]));
	else
		snprintf(why, LOOK_REASON_BYTES, "a label of a domain name without a %s",
		        s.has_bare_hyphens ? "letter or digit" : "letter at its end");
	return why;
}

const char *look_no_address(struct csv_field text)
{
	return looks[look_at(text)].in_ip;
}
