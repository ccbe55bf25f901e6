/* understood.c - one line about the columns, and the checks that they do not allow. */
#include "scanner/understood.h"

#include "base/message.h"

/* What a check needs of a row. A name comes from any of domain, sender and helo. */
static const struct {
	enum check check;
	bool needs_name, needs_ip;
} needs[] = {
	{ CHECK_SPF, true, true },
	{ CHECK_IPREV, false, true },
	{ CHECK_MX, true, false },
	{ CHECK_A, true, false },
};

static bool refuse(enum check check, const char *lacks)
{
	char words[CHECKS_TEXT_BYTES];
	message(MESSAGE_ERROR,
	        "--checks %s can run on no row: no column is %s; name one with --columns",
	        checks_print(words, check), lacks);
	return false;
}

/* All checks are the default, which runs those that it can. */
bool understood_allows(const struct layout *l, const struct options *options)
{
	unsigned checks = options->checks;
	bool has_ip = l->ip != COLUMN_NONE;
	bool has_name =
	        l->domain != COLUMN_NONE || l->sender != COLUMN_NONE || l->helo != COLUMN_NONE;
	if (checks == CHECK_ALL)
		return true;
	for (unsigned i = 0; i < sizeof needs / sizeof needs[0]; i++) {
		if (!(checks & needs[i].check))
			continue;
		if (needs[i].needs_ip && !has_ip)
			return refuse(needs[i].check, "ip");
		if (needs[i].needs_name && !has_name)
			return refuse(needs[i].check, "domain, sender or helo");
	}
	return true;
}

void understood_tell(const struct layout *layout)
{
	struct textbuf line = { 0 };
	layout_tell(&line, layout);
	message(MESSAGE_INFO, "columns: %s", textbuf_text(&line));
	textbuf_fini(&line);
}
