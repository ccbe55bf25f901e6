/* genericname.c - an address in the text of a name.
 *
 *     IPv4    the four octets in decimal, one separator between two of them; all in twelve decimal
 *             or eight hexadecimal digits
 *     IPv6    all 32 hexadecimal digits, separators left out; or the first label is the address
 *             with "-" for ":"
 *
 * Each of them as it is written, or backwards: by octets for IPv4, by digits for IPv6. A separator
 * is a dot, "-" or "_". */
#include "checks/genericname.h"

#include <ctype.h>
#include <string.h>

struct text {
	size_t size, first_label_size;
	char octets[DNAME_MAX_BYTES];
};

static const char hex_digits[] = "0123456789abcdef";

/* What an octet may be in an address as text. */
enum { DECIMAL = 1, HEX = 2, HYPHEN = 4 };
static const uint8_t kinds[256] = {
	['0' ... '9'] = DECIMAL | HEX,
	['a' ... 'f'] = HEX,
	['A' ... 'F'] = HEX,
	['-'] = HYPHEN,
};

/* Most names hold no address, and are told so in one pass: for IPv4 it takes four decimal digits or
 * eight hexadecimal ones in a row, for IPv6 32 in all or a "-". An octet that is a label's length
 * may pass for a digit here, which only lets a name through. */
static bool may_hold(const struct dname *name, bool is_six)
{
	unsigned n_decimal = 0, n_hex = 0, run = 0, longest = 0, n_hyphens = 0;
	for (unsigned i = 1; i < name->size; i++) {
		unsigned kind = kinds[name->wire[i]], is_hex = (kind & HEX) / HEX;
		n_decimal += kind & DECIMAL;
		n_hyphens += kind & HYPHEN;
		n_hex += is_hex;
		run = (run + 1) * is_hex;
		longest = run > longest ? run : longest;
	}
	return is_six ? n_hex >= 32 || n_hyphens > 0 : n_decimal >= 4 || longest >= 8;
}

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

/* In lower case, with dots between the labels and no escapes. */
static void write_text(struct text *t, const struct dname *name)
{
	t->size = 0;
	t->first_label_size = name->size ? name->wire[0] : 0;
	for (size_t at = 0; at < name->size && name->wire[at]; at += 1u + name->wire[at]) {
		if (t->size > 0)
			t->octets[t->size++] = '.';
		memcpy(t->octets + t->size, name->wire + at + 1, name->wire[at]);
		t->size += name->wire[at];
	}
	for (size_t i = 0; i < t->size; i++)
		t->octets[i] = (char)tolower((unsigned char)t->octets[i]);
}

static bool has(const struct text *t, const char *digits, size_t size)
{
	return memmem(t->octets, t->size, digits, size) != NULL;
}

static bool is_octets(const unsigned numbers[4], const uint8_t bytes[4])
{
	bool forwards = true, backwards = true;
	for (unsigned i = 0; i < 4; i++) {
		forwards = forwards && numbers[i] == bytes[i];
		backwards = backwards && numbers[i] == bytes[3 - i];
	}
	return forwards || backwards;
}

/* Four numbers of at most three digits, next to each other. */
static bool has_quad(const struct text *t, const uint8_t bytes[4])
{
	unsigned numbers[4] = { 0 }, n = 0;
	for (size_t at = 0, end; at < t->size; at = end + 1) {
		unsigned number = 0;
		for (end = at; end < t->size && t->octets[end] >= '0' && t->octets[end] <= '9';
		        end++)
			number = number * 10 + (unsigned)(t->octets[end] - '0');
		if (end == at || end - at > 3) {
			n = 0;
			continue;
		}
		memmove(numbers, numbers + 1, 3 * sizeof numbers[0]);
		numbers[3] = number;
		if (++n >= 4 && is_octets(numbers, bytes))
			return true;
		if (end < t->size && !is_separator(t->octets[end]))
			n = 0;
	}
	return false;
}

/* Of an octet: two hexadecimal digits, or three decimal ones. */
static char *put_octet(char *to, uint8_t octet, bool is_decimal)
{
	if (is_decimal) {
		*to++ = (char)('0' + octet / 100);
		*to++ = (char)('0' + octet / 10 % 10);
		*to++ = (char)('0' + octet % 10);
	} else {
		*to++ = hex_digits[octet >> 4];
		*to++ = hex_digits[octet & 15];
	}
	return to;
}

static bool holds_4(const struct text *t, const uint8_t b[4])
{
	char forwards[12], backwards[12];
	if (has_quad(t, b))
		return true;
	for (int is_decimal = 0; is_decimal < 2; is_decimal++) {
		char *f = forwards, *r = backwards;
		for (unsigned i = 0; i < 4; i++) {
			f = put_octet(f, b[i], is_decimal);
			r = put_octet(r, b[3 - i], is_decimal);
		}
		size_t size = (size_t)(f - forwards);
		if (has(t, forwards, size) || has(t, backwards, size))
			return true;
	}
	return false;
}

static bool is_first_label(const struct text *t, const struct ipaddr *ip)
{
	char label[DNAME_MAX_LABEL_BYTES];
	struct ipaddr read;
	for (size_t i = 0; i < t->first_label_size; i++)
		label[i] = (char)(t->octets[i] == '-' ? ':' : t->octets[i]);
	return !ipaddr_parse_6(&read, label, t->first_label_size) && ipaddr_equal(&read, ip);
}

static bool holds_6(const struct text *t, const struct ipaddr *ip)
{
	struct text bare = { .size = 0 };
	char forwards[32], backwards[32];
	for (size_t i = 0; i < t->size; i++)
		if (!is_separator(t->octets[i]))
			bare.octets[bare.size++] = t->octets[i];
	for (unsigned i = 0; i < 32; i++) {
		char digit = hex_digits[i % 2 ? ip->bytes[i / 2] & 15 : ip->bytes[i / 2] >> 4];
		forwards[i] = backwards[31 - i] = digit;
	}
	return has(&bare, forwards, 32) || has(&bare, backwards, 32) || is_first_label(t, ip);
}

bool genericname_holds(const struct dname *name, const struct ipaddr *ip)
{
	struct text t;
	if (!may_hold(name, ip->family == IPFAMILY_6))
		return false;
	write_text(&t, name);
	return ip->family == IPFAMILY_6 ? holds_6(&t, ip) : holds_4(&t, ip->bytes);
}
