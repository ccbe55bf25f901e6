/* anchortext.c - word by word. */
#include "resolver/recursive/anchortext.h"

#include <string.h>
#include <strings.h>

static const char *const words[] = { "DS", "DNSKEY", "TYPE43", "TYPE48" };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '(' || c == ')';
}

static bool is_type(const char *word, size_t size)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strlen(words[i]) == size && !strncasecmp(words[i], word, size))
			return true;
	return false;
}

static bool line_has_any(const char *at, const char *end)
{
	const char *comment = memchr(at, ';', (size_t)(end - at));
	end = comment ? comment : end;
	/* an owner begins the line; a line that begins with a blank has that of the one before */
	for (bool is_owner = true; at < end; is_owner = false) {
		const char *word = at;
		while (at < end && !is_blank(*at))
			at++;
		if (!is_owner && is_type(word, (size_t)(at - word)))
			return true;
		while (at < end && is_blank(*at))
			at++;
	}
	return false;
}

bool anchortext_has_any(const char *text, size_t size)
{
	for (const char *at = text, *end = size ? at + size : at; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop : end;
		if (line_has_any(at, stop))
			return true;
		at = stop + 1;
	}
	return false;
}
