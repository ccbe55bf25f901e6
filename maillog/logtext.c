/* logtext.c - what is too long to be inline. */
#include "maillog/logtext.h"

/* Behind the quoted string at the beginning (RFC 5321 section 4.1.2). NULL: it does not end. */
static const char *behind_quotes(struct logtext t)
{
	for (size_t i = 1; i < t.size; i++) {
		if (t.at[i] == '\\')
			i++;
		else if (t.at[i] == '"')
			return t.at + i + 1;
	}
	return NULL;
}

bool logtext_take_address(struct logtext *t, struct logtext *address)
{
	struct logtext rest = *t;
	if (!logtext_skip(&rest, LOGTEXT("<")))
		return false;
	const char *from = rest.at, *behind = NULL;
	if (rest.size && rest.at[0] == '"')
		behind = behind_quotes(rest);
	if (behind)
		rest = logtext_between(behind, logtext_end(rest));
	const char *end = logtext_find_char(rest, '>');
	if (!end)
		return false;
	*address = logtext_between(from, end);
	*t = logtext_between(end + 1, logtext_end(rest));
	return true;
}
