/* idna.c - U-labels into A-labels, by libidn2.
 *
 * Only names with an octet over 127 are converted: DNS names that are no host names (`_spf`,
 * `foo:bar/baz`, names with blanks) stay what they are.
 *
 * UTS 46 maps what people type (capitals, wide letters) and would let symbols pass. So the mapped
 * name is looked up once more by IDNA 2008 alone, and a mapping that makes other ASCII than
 * letters, digits, hyphens and dots (a no-break space, a wide slash) is refused. */
#include "dns/idna.h"

#include "base/octets.h"
#include "base/utf8.h"

#include <idn2.h>
#include <stdio.h>
#include <string.h>

/* Longer text is longer than 253 characters as A-labels, too: Punycode never shortens a label, and
 * a code point takes at most 4 octets of UTF-8. */
enum { IDNA_TEXT_MAX = 1024 };

static unsigned count_specials(const char *text)
{
	unsigned n = 0;
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text, lower = c | 0x20;
		n += c < 128 && !(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') &&
		        c != '-' && c != '.';
	}
	return n;
}

/* Characters that UTS 46 maps to nothing. Nobody sees them, and the name that would be asked is not
 * the one that stands there. */
static const struct {
	uint32_t first, last;
} dropped[] = {
	{ 0x00ad, 0x00ad }, /* soft hyphen */
	{ 0x034f, 0x034f }, /* combining grapheme joiner */
	{ 0x180b, 0x180f }, /* Mongolian variation selectors */
	{ 0x200b, 0x200b }, /* zero width space */
	{ 0x2060, 0x2064 }, /* word joiner, invisible operators */
	{ 0xfe00, 0xfe0f }, /* variation selectors */
	{ 0xfeff, 0xfeff }, /* zero width no-break space */
	{ 0x1bca0, 0x1bca3 },
	{ 0xe0100, 0xe01ef },
};
enum { DROPPED = sizeof dropped / sizeof dropped[0] };

static bool is_dropped(uint32_t code)
{
	for (unsigned i = 0; i < DROPPED; i++)
		if (code >= dropped[i].first && code <= dropped[i].last)
			return true;
	return false;
}

static bool has_dropped(const char *text, size_t size)
{
	uint32_t code;
	size_t n = 1;
	for (size_t at = 0; n && at < size; at += n) {
		n = utf8_decode(text + at, size - at, &code);
		if (n > 1 && is_dropped(code))
			return true;
	}
	return false;
}

/* By IDNA 2008 without the mapping. Underscores are legal in the DNS, in A-labels too. */
static int test_strictly(const char *ascii)
{
	char *mapped = NULL;
	int result = idn2_to_unicode_8z8z(ascii, &mapped, 0);
	uint8_t *unused = NULL;
	if (result != IDN2_OK)
		return result;
	char *to = mapped;
	for (const char *from = mapped; *from; from++)
		if (*from != '_')
			*to++ = *from;
	*to = 0;
	result = idn2_lookup_u8((const uint8_t *)mapped, &unused, IDN2_NFC_INPUT | IDN2_NO_TR46);
	idn2_free(unused);
	idn2_free(mapped);
	return result == IDN2_TOO_BIG_LABEL || result == IDN2_TOO_BIG_DOMAIN ? IDN2_OK : result;
}

/* The A-labels of a text, to be freed with idn2_free(). IDN2_OK, or libidn2's error. */
static int to_ascii(const char *utf8, char **ascii)
{
	uint8_t *lookup = NULL;
	int result = idn2_lookup_u8(
	        (const uint8_t *)utf8, &lookup, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	*ascii = (char *)lookup;
	if (result != IDN2_OK)
		return result;
	result = count_specials(*ascii) > count_specials(utf8) ? IDN2_DISALLOWED
	                                                       : test_strictly(*ascii);
	if (result != IDN2_OK) {
		idn2_free(lookup);
		*ascii = NULL;
	}
	return result;
}

bool idna_is_ascii(const char *text, size_t size)
{
	uint64_t all = 0;
	size_t i = 0;
	for (; size - i >= OCTETS_WORD_BYTES; i += OCTETS_WORD_BYTES)
		all |= octets_word(text + i);
	for (; i < size; i++)
		all |= (unsigned char)text[i];
	return !octets_not_ascii(all);
}

enum error idna_parse(struct dname *name, const char *text, size_t size, struct textbuf *ascii)
{
	if (idna_is_ascii(text, size)) {
		if (ascii)
			textbuf_put(ascii, text, size);
		return dname_parse(name, text, size);
	}
	name->size = 0;
	char utf8[IDNA_TEXT_MAX + 1], *lookup;
	if (size > IDNA_TEXT_MAX)
		return ERROR_NAME_LONG;
	if (memchr(text, 0, size) || has_dropped(text, size))
		return ERROR_IDN;
	memcpy(utf8, text, size);
	utf8[size] = 0;
	if (to_ascii(utf8, &lookup) != IDN2_OK)
		return ERROR_IDN;
	size_t lookup_size = strlen(lookup);
	if (ascii)
		textbuf_put(ascii, lookup, lookup_size);
	enum error err = dname_parse(name, lookup, lookup_size);
	idn2_free(lookup);
	return err;
}

/* Some characters may not stand alone, and those of right-to-left scripts not behind an `a`. */
static bool is_allowed(const char *character, size_t size)
{
	char alone[8] = "", behind[8] = "a", *ascii;
	memcpy(alone, character, size);
	memcpy(behind + 1, character, size);
	bool allowed = to_ascii(alone, &ascii) == IDN2_OK;
	if (allowed)
		idn2_free(ascii);
	if (!allowed && (allowed = to_ascii(behind, &ascii) == IDN2_OK))
		idn2_free(ascii);
	return allowed;
}

const char *idna_reason(char reason[IDNA_REASON_BYTES], const char *text, size_t size)
{
	uint32_t code;
	size_t n;
	for (size_t at = 0; at < size; at += n) {
		n = utf8_decode(text + at, size - at, &code);
		if (!n)
			return memcpy(reason, "octets that are no UTF-8",
			        sizeof "octets that are no UTF-8");
		/* the ideographic full stops separate labels */
		if (n > 1 && code != 0x3002 && code != 0xff0e && code != 0xff61 &&
		        (is_dropped(code) || !is_allowed(text + at, n))) {
			snprintf(reason, IDNA_REASON_BYTES,
			        "U+%04X, which IDNA 2008 does not allow in a domain name",
			        (unsigned)code);
			return reason;
		}
	}
	snprintf(reason, IDNA_REASON_BYTES, "%s", error_text(ERROR_IDN));
	return reason;
}

const char *idna_library_version(void)
{
	return idn2_check_version(NULL);
}
