/* dname.c - domain names, octet by octet.
 *
 * Every row parses, lower-cases and compares names, so this is fast: a length octet is at most 63
 * and no ASCII letter is below 65. Case can therefore be folded over the whole wire form, eight
 * octets a step, without walking the labels. Two wire forms that are equal after folding have the
 * same labels. */
#include "dns/dname.h"

#include "base/escape.h"
#include "dns/ipaddr.h"

#include <assert.h>
#include <string.h>

/* The eight octets of `v` with A-Z turned into a-z (RFC 4343): bit 7 of `upper` marks the octets
 * from 'A' to 'Z'. */
static uint64_t octets_lower(uint64_t v)
{
	const uint64_t ones = 0x0101010101010101u;
	const uint64_t low = v & ones * 0x7f;
	const uint64_t from_a = low + ones * (0x80 - 'A');
	const uint64_t past_z = low + ones * (0x80 - 'Z' - 1);
	const uint64_t upper = (from_a ^ past_z) & ~v & ones * 0x80;
	return v | upper >> 2;
}

static uint8_t octet_lower(uint8_t c)
{
	return (uint8_t)(c | (unsigned)((unsigned)c - 'A' < 26u) << 5);
}

static uint64_t octets_load(const uint8_t *at)
{
	uint64_t v;
	memcpy(&v, at, sizeof(v));
	return v;
}

static void octets_store(uint8_t *at, uint64_t v)
{
	memcpy(at, &v, sizeof(v));
}

/* The last eight octets are a step of their own, which may overlap the one before: lower-casing
 * twice does no harm. They are loaded first, because a load across a fresh store stalls. */
void dname_lower(struct dname *name)
{
	const size_t size = name->size;
	uint8_t *wire = name->wire;
	if (size < 8) {
		for (size_t i = 0; i < size; i++)
			wire[i] = octet_lower(wire[i]);
		return;
	}
	const uint64_t last = octets_lower(octets_load(wire + size - 8));
	for (size_t i = 0; i + 8 < size; i += 8)
		octets_store(wire + i, octets_lower(octets_load(wire + i)));
	octets_store(wire + size - 8, last);
}

bool dname_equal_folded(const uint8_t *a, const uint8_t *b, size_t size)
{
	if (size < 8) {
		for (size_t i = 0; i < size; i++)
			if (octet_lower(a[i]) != octet_lower(b[i]))
				return false;
		return true;
	}
	for (size_t i = 0; i + 8 < size; i += 8)
		if (octets_lower(octets_load(a + i)) != octets_lower(octets_load(b + i)))
			return false;
	return octets_lower(octets_load(a + size - 8)) == octets_lower(octets_load(b + size - 8));
}

/* Turns the dots of the text into length octets. It stands behind the first one, with a dot at its
 * end. */
static enum error dots_to_lengths(uint8_t *wire, size_t text_size)
{
	size_t length_at = 0;
	for (size_t at = 1; at <= text_size + 1; at++) {
		if (wire[at] != '.')
			continue;
		const size_t label_size = at - length_at - 1;
		if (label_size == 0)
			return ERROR_LABEL_EMPTY;
		if (label_size > DNAME_MAX_LABEL_BYTES)
			return ERROR_LABEL_LONG;
		wire[length_at] = (uint8_t)label_size;
		length_at = at;
	}
	wire[length_at] = 0;
	return ERROR_NONE;
}

/* The error of a text that is too long for a name: a bad label says more than the sum. */
static enum error long_text_error(const char *text, size_t size)
{
	for (size_t label_at = 0, at = 0; at <= size; at++) {
		if (at < size && text[at] != '.')
			continue;
		if (at == label_at)
			return ERROR_LABEL_EMPTY;
		if (at - label_at > DNAME_MAX_LABEL_BYTES)
			return ERROR_LABEL_LONG;
		label_at = at + 1;
	}
	return ERROR_NAME_LONG;
}

static enum error dname_split(struct dname *name, const char *text, size_t size)
{
	/* One octet goes to the first length and one to the root. */
	if (size > DNAME_MAX_BYTES - 2)
		return long_text_error(text, size);
	memcpy(name->wire + 1, text, size);
	name->wire[size + 1] = '.';
	const enum error err = dots_to_lengths(name->wire, size);
	if (!err)
		name->size = (uint8_t)(size + 2);
	return err;
}

enum error dname_parse(struct dname *name, const char *text, size_t size)
{
	name->size = 0;
	if (size == 0)
		return ERROR_EMPTY;
	if (text[size - 1] != '.')
		return dname_split(name, text, size);
	if (size > 1)
		return dname_split(name, text, size - 1);
	name->wire[0] = 0;
	name->size = 1;
	return ERROR_NONE;
}

/* Ends the label that begins at *length_at, and begins the next one. */
static enum error end_label(struct dname *name, size_t *length_at, size_t at)
{
	const size_t size = at - *length_at - 1;
	if (size == 0)
		return ERROR_LABEL_EMPTY;
	if (size > DNAME_MAX_LABEL_BYTES)
		return ERROR_LABEL_LONG;
	name->wire[*length_at] = (uint8_t)size;
	*length_at = at;
	return ERROR_NONE;
}

enum error dname_parse_escaped(struct dname *name, const char *text, size_t size)
{
	const uint8_t *at = (const uint8_t *)text, *end = at + size;
	size_t length_at = 0, to = 1;
	enum error err = ERROR_NONE;
	name->size = 0;
	if (!memchr(text, '\\', size))
		return dname_parse(name, text, size);
	while (!err && at < end) {
		int octet = *at++;
		if (octet == '.') {
			err = end_label(name, &length_at, to++);
			continue;
		}
		if (octet == '\\' && (octet = escape_read(&at, end)) < 0)
			return ERROR_SYNTAX;
		/* one place is kept for the root */
		if (to > DNAME_MAX_BYTES - 2)
			return ERROR_NAME_LONG;
		name->wire[to++] = (uint8_t)octet;
	}
	if (!err && to > length_at + 1)
		err = end_label(name, &length_at, to++);
	if (err)
		return err;
	name->wire[length_at] = 0;
	name->size = (uint8_t)(length_at + 1);
	return ERROR_NONE;
}

bool dname_decode(struct dname *name, const uint8_t *wire, size_t size)
{
	size_t at = 0;
	name->size = 0;
	if (size == 0 || size > DNAME_MAX_BYTES)
		return false;
	while (at < size && wire[at] != 0) {
		if (wire[at] > DNAME_MAX_LABEL_BYTES)
			return false;
		at += wire[at] + 1u;
	}
	if (at + 1 != size)
		return false;
	memcpy(name->wire, wire, size);
	name->size = (uint8_t)size;
	return true;
}

static uint8_t *label_put(uint8_t *at, const char *label, size_t size)
{
	*at = (uint8_t)size;
	memcpy(at + 1, label, size);
	return at + 1 + size;
}

static uint8_t *label_put_decimal(uint8_t *at, uint8_t value)
{
	uint8_t *digit = at + 1;
	if (value >= 100)
		*digit++ = (uint8_t)('0' + value / 100);
	if (value >= 10)
		*digit++ = (uint8_t)('0' + value / 10 % 10);
	*digit++ = (uint8_t)('0' + value % 10);
	*at = (uint8_t)(digit - at - 1);
	return digit;
}

void dname_of_reverse(struct dname *name, const struct ipaddr *ip)
{
	uint8_t *at = name->wire;
	name->size = 0;
	if (ip->family == IPFAMILY_4) {
		for (int i = 3; i >= 0; i--)
			at = label_put_decimal(at, ip->bytes[i]);
		at = label_put(at, "in-addr", 7);
	} else if (ip->family == IPFAMILY_6) {
		for (int i = 15; i >= 0; i--) {
			at = label_put(at, &"0123456789abcdef"[ip->bytes[i] & 15], 1);
			at = label_put(at, &"0123456789abcdef"[ip->bytes[i] >> 4], 1);
		}
		at = label_put(at, "ip6", 3);
	} else {
		return;
	}
	at = label_put(at, "arpa", 4);
	*at++ = 0;
	name->size = (uint8_t)(at - name->wire);
}

unsigned dname_label_count(const struct dname *name)
{
	unsigned n = 0;
	for (size_t at = 0; at + 1 < name->size; at += name->wire[at] + 1u)
		n++;
	return n;
}

bool dname_is_within(const struct dname *name, const struct dname *parent)
{
	if (parent->size == 0 || name->size < parent->size)
		return false;
	/* The tail must begin at a label, or mail.bad-example.com would be within example.com. */
	const size_t tail = (size_t)(name->size - parent->size);
	size_t at = 0;
	while (at < tail)
		at += name->wire[at] + 1u;
	return at == tail && dname_equal_folded(name->wire + tail, parent->wire, parent->size);
}

int dname_compare_wire(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
	const size_t size = a_size < b_size ? a_size : b_size;
	if (size == 0)
		return (a_size > 0) - (b_size > 0);
	/* Octet i of a wire form is character i - 1 of its text; a length octet is a dot, the root
	 * the end. */
	size_t a_next = a[0] + 1u, b_next = b[0] + 1u;
	for (size_t i = 1; i < size; i++) {
		int x = octet_lower(a[i]), y = octet_lower(b[i]);
		if (i == a_next) {
			x = a[i] ? '.' : -1;
			a_next += a[i] + 1u;
		}
		if (i == b_next) {
			y = b[i] ? '.' : -1;
			b_next += b[i] + 1u;
		}
		if (x != y)
			return x < y ? -1 : 1;
	}
	if (a_size != b_size)
		return a_size < b_size ? -1 : 1;
	/* The same text: they differ at most in a dot inside a label. */
	for (size_t i = 0; i < size; i++)
		if (octet_lower(a[i]) != octet_lower(b[i]))
			return octet_lower(a[i]) < octet_lower(b[i]) ? -1 : 1;
	return 0;
}

/* 1 for octets that stand for themselves in a master file: no blanks, controls, dots, backslashes,
 * and nothing that ends a token there. (A semicolon also separates names in our columns.) */
static const uint8_t plain[256] = {
	['!'] = 1,
	['#' ... '\''] = 1,
	['*' ... '-'] = 1,
	['/' ... ':'] = 1,
	['<' ... '['] = 1,
	[']' ... '~'] = 1,
};

static char *octet_write(char *to, uint8_t c)
{
	if (plain[c]) {
		*to++ = (char)c;
		return to;
	}
	*to++ = '\\';
	if (c == '.' || c == '\\') {
		*to++ = (char)c;
		return to;
	}
	*to++ = (char)('0' + c / 100);
	*to++ = (char)('0' + c / 10 % 10);
	*to++ = (char)('0' + c % 10);
	return to;
}

/* Writes no NUL; gives the end. */
static char *dname_write(const struct dname *name, char *to)
{
	const uint8_t *at = name->wire;
	if (name->size == 1)
		*to++ = '.';
	for (const uint8_t *end = at + name->size; at < end && *at;) {
		if (at != name->wire)
			*to++ = '.';
		for (unsigned left = *at++; left > 0; left--)
			to = octet_write(to, *at++);
	}
	return to;
}

void dname_print(struct textbuf *out, const struct dname *name)
{
	char text[DNAME_TEXT_BYTES];
	textbuf_put(out, text, (size_t)(dname_write(name, text) - text));
}

char *dname_text(const struct dname *name, char buffer[DNAME_TEXT_BYTES])
{
	*dname_write(name, buffer) = '\0';
	return buffer;
}
