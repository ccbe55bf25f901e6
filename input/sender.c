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

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

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
		bool is_control = (unsigned char)c < ' ' || c == 127;
		if (c == '"')
			found.is_open = !found.is_open;
		if (found.is_open && c == '\\')
			i++;
		if (!is_control && (found.is_open || !is_one_of(c, "@,;:<> ")))
			continue;
		found.has_at |= c == '@';
		found.has_separator |= is_one_of(c, ",;<> ");
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
