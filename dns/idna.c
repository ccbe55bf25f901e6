/* idna.c - U-labels into A-labels, by libidn2.
 *
 * Only names with an octet over 127 are converted: DNS names that are no host names (`_spf`,
 * `foo:bar/baz`, names with blanks) stay what they are. */
#include "dns/idna.h"

#include <idn2.h>
#include <string.h>

/* Longer text is longer than 253 characters as A-labels, too: Punycode never shortens a label, and
 * a code point takes at most 4 octets of UTF-8. */
enum { IDNA_TEXT_MAX = 1024 };

enum error idna_parse(struct dname *name, const char *text, size_t size, struct textbuf *ascii)
{
	bool foreign = false;
	for (size_t i = 0; i < size && !foreign; i++)
		foreign = (unsigned char)text[i] > 127;
	if (!foreign) {
		if (ascii)
			textbuf_put(ascii, text, size);
		return dname_parse(name, text, size);
	}
	name->size = 0;
	char utf8[IDNA_TEXT_MAX + 1];
	if (size > IDNA_TEXT_MAX)
		return ERROR_NAME_LONG;
	if (memchr(text, 0, size))
		return ERROR_IDN;
	memcpy(utf8, text, size);
	utf8[size] = 0;
	uint8_t *lookup = NULL;
	if (idn2_lookup_u8((const uint8_t *)utf8, &lookup, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) !=
	        IDN2_OK)
		return ERROR_IDN;
	size_t lookup_size = strlen((const char *)lookup);
	if (ascii)
		textbuf_put(ascii, lookup, lookup_size);
	enum error err = dname_parse(name, (const char *)lookup, lookup_size);
	idn2_free(lookup);
	return err;
}

const char *idna_library_version(void)
{
	return idn2_check_version(NULL);
}
