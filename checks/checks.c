/* checks.c - the table of checks, and its words read and written. */
#include "checks/checks.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	enum check check;
	bool needs_name, needs_address;
} checks[] = {
	{ "spf", CHECK_SPF, true, true },
	{ "iprev", CHECK_IPREV, false, true },
	{ "mx", CHECK_MX, true, false },
	{ "a", CHECK_A, true, false },
};
enum { CHECK_COUNT = sizeof checks / sizeof checks[0] };

/* 0: there is no such word. */
static unsigned find(const char *word, size_t size)
{
	for (unsigned i = 0; i < CHECK_COUNT; i++)
		if (strlen(checks[i].name) == size && !memcmp(checks[i].name, word, size))
			return checks[i].check;
	return 0;
}

bool checks_parse(unsigned *set, const char *text)
{
	*set = 0;
	for (const char *at = text;; at++) {
		size_t size = strcspn(at, ",");
		unsigned found = find(at, size);
		if (!found)
			return false;
		*set |= found;
		at += size;
		if (!*at)
			return true;
	}
}

char *checks_print(char text[CHECKS_TEXT_BYTES], unsigned set)
{
	size_t used = 0;
	text[0] = '\0';
	for (unsigned i = 0; i < CHECK_COUNT; i++)
		if (set & checks[i].check)
			used += (size_t)snprintf(text + used, CHECKS_TEXT_BYTES - used, "%s%s",
			        used ? "," : "", checks[i].name);
	return text;
}

unsigned checks_of_audit(unsigned set)
{
	return (set & CHECK_SPF ? CHECK_POLICY : 0u) | (set & CHECK_MX ? CHECK_SERVERS : 0u) |
	        (set & CHECK_A);
}

unsigned checks_lacking(unsigned set, bool has_name, bool has_address)
{
	unsigned lacking = 0;
	for (unsigned i = 0; i < CHECK_COUNT; i++)
		if ((checks[i].needs_name && !has_name) ||
		        (checks[i].needs_address && !has_address))
			lacking |= checks[i].check;
	return set & lacking;
}
