/* utf8.h - one character of UTF-8 (RFC 3629), or what stands in the place of one. Pure. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* How many octets the character at `text` has, of which `size` may be read, and its code. 0: it is
 * none: a surrogate, too long a form, over U+10FFFF, cut off, or no octets at all. */
static inline size_t utf8_decode(const char *text, size_t size, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (!size)
		return 0;
	unsigned char c = (unsigned char)text[0];
	size_t n = c < 0x80 ? 1 : c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 0;
	if (!n || n > size || c >= 0xf5)
		return 0;
	*code = n == 1 ? c : c & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | ((unsigned char)text[i] & 0x3fu);
	}
	return *code < least[n] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff) ? 0 : n;
}

/* Where utf8_decode() finds none: how many octets, at least one, a single U+FFFD stands for. That
 * is the longest beginning of a character (Unicode 15, section 3.9, "maximal subparts"), as
 * browsers and Python do it. `size` is not 0. */
static inline size_t utf8_bad_size(const char *text, size_t size)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t whole = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2, n = 1;
	unsigned char least = c[0] == 0xe0 ? 0xa0 : c[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char most = c[0] == 0xed ? 0x9f : c[0] == 0xf4 ? 0x8f : 0xbf;
	if (c[0] < 0xc2 || c[0] > 0xf4)
		return 1;
	for (; n < size && n < whole && c[n] >= least && c[n] <= most; n++) {
		least = 0x80;
		most = 0xbf;
	}
	return n;
}

#endif
