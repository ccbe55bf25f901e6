/* checks.c - the table of checks, and its words read and written. */
#include "checks/checks.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	enum check check;
} checks[] = {
	{ "spf", CHECK_SPF },
	{ "iprev", CHECK_IPREV },
	{ "mx", CHECK_MX },
	{ "a", CHECK_A },
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
