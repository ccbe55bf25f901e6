/* sender.c - a sender into local-part and domain. */
#include "input/sender.h"

#include <stdio.h>
#include <string.h>

struct csv_field sender_domain(struct csv_field sender)
{
	const char *at = sender.size ? memrchr(sender.text, '@', sender.size) : NULL;
	if (!at)
		return sender;
	return (struct csv_field){ at + 1, (size_t)(sender.text + sender.size - at - 1) };
}

enum octet { OCTET_CONTROL = 1, OCTET_SPECIAL = 2, OCTET_SEPARATOR = 4, OCTET_QUOTE = 8 };

static const unsigned char octets[256] = {
	[0 ... 31] = OCTET_CONTROL,
	[127] = OCTET_CONTROL,
	['"'] = OCTET_QUOTE,
	['@'] = OCTET_SPECIAL,
	[':'] = OCTET_SPECIAL,
	[','] = OCTET_SPECIAL | OCTET_SEPARATOR,
	[';'] = OCTET_SPECIAL | OCTET_SEPARATOR,
	['<'] = OCTET_SPECIAL | OCTET_SEPARATOR,
	['>'] = OCTET_SPECIAL | OCTET_SEPARATOR,
	[' '] = OCTET_SPECIAL | OCTET_SEPARATOR,
};

/* What stands unquoted in a local-part and may not. */
struct specials {
	const char *first; /* NULL: none */
	bool has_at, has_separator;
	bool is_open; /* a quote is not closed */
};

static struct specials find_specials(struct csv_field local)
{
	struct specials found = { 0 };
	for (size_t i = 0; i < local.size; i++) {
		char c = local.text[i];
		unsigned octet = octets[(unsigned char)c];
		if (octet & OCTET_QUOTE)
			found.is_open = !found.is_open;
		if (found.is_open && c == '\\')
			i++;
		if (!(octet & (found.is_open ? OCTET_CONTROL : OCTET_CONTROL | OCTET_SPECIAL)))
			continue;
		found.has_at |= c == '@';
		found.has_separator |= octet & OCTET_SEPARATOR;
		if (!found.first && c != ' ')
			found.first = local.text + i;
	}
	return found;
}

static bool has(struct csv_field t, char c)
{
	return t.size && memchr(t.text, c, t.size);
}

const char *sender_objection(char why[LOOK_REASON_BYTES], struct csv_field sender)
{
	struct csv_field domain = sender_domain(sender), local = { sender.text, 0 };
	if (domain.size == sender.size)
		return NULL;
	local.size = sender.size - domain.size - 1;
	struct specials found = find_specials(local);
	if (local.size && local.text[0] == '<' && !found.has_at)
		return has(domain, '>') ? "text behind the address"
		                        : "an angle bracket that is not closed";
	if (domain.size && domain.text[domain.size - 1] == '>' && has(local, '<'))
		return "a display name before the address";
	if (found.has_at && found.has_separator)
		return "more than one address";
	if (found.is_open)
		return "a quote that is not closed";
	if (!found.first)
		return NULL;
	char octet[LOOK_OCTET_BYTES];
	snprintf(why, LOOK_REASON_BYTES, "%s in a local-part that is not quoted",
	        look_octet(octet, *found.first));
	return why;
}
