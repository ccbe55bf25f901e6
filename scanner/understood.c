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

static bool refuse_ask(const struct ask *ask, const char *lacks)
{
	struct textbuf text = { 0 };
	ask_print(&text, ask);
	message(MESSAGE_ERROR,
	        "--ask %s can be asked for no row: no column is %s; name one with --columns",
	        textbuf_text(&text), lacks);
	textbuf_fini(&text);
	return false;
}

static bool allows_asks(const struct asks *asks, bool has_name, bool has_ip)
{
	for (unsigned i = 0; i < asks->n; i++) {
		const struct ask *ask = &asks->list[i];
		if (ask_needs_ip(ask) && !has_ip)
			return refuse_ask(ask, "ip");
		if (ask_needs_name(ask) && !has_name)
			return refuse_ask(ask, "domain, sender or helo");
	}
	return true;
}

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
	if (!allows_asks(&options->asks, has_name, has_ip))
		return false;
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
