/* understood.c - one line about the columns, and the checks that they do not allow. */
#include "scanner/understood.h"

#include "base/message.h"

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

/* All checks are the default, which runs those that it can. A name comes from any of domain, sender
 * and helo. */
bool understood_allows(const struct layout *l, const struct options *options)
{
	char words[CHECKS_TEXT_BYTES];
	bool has_name =
	        l->domain != COLUMN_NONE || l->sender != COLUMN_NONE || l->helo != COLUMN_NONE;
	bool has_ip = l->ip != COLUMN_NONE;
	if (!allows_asks(&options->asks, has_name, has_ip))
		return false;
	if (options->audit && !has_name) {
		message(MESSAGE_ERROR,
		        "an audit needs a domain in each row: no column is domain, sender or helo; "
		        "name one with --columns");
		return false;
	}
	unsigned lacking = checks_lacking(options->checks, has_name, has_ip),
	         first = lacking & -lacking;
	if (options->checks == CHECK_ALL || !lacking)
		return true;
	bool lacks_name = checks_lacking(first, has_name, true);
	message(MESSAGE_ERROR,
	        "--checks %s can run on no row: no column is %s; name one with --columns",
	        checks_print(words, first), lacks_name ? "domain, sender or helo" : "ip");
	return false;
}

void understood_tell(const struct layout *layout)
{
	struct textbuf line = { 0 };
	layout_tell(&line, layout);
	message(MESSAGE_INFO, "columns: %s", textbuf_text(&line));
	if (layout->hides_local_parts)
		message(MESSAGE_INFO,
		        "local-parts of senders are not sent to the DNS: a verdict that needs one "
		        "says needs_local_part%s",
		        layout->lacks_local_parts ? "" : " (--send-local-parts sends them)");
	textbuf_fini(&line);
}
