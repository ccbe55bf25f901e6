/* postfixline.c - read straight down, from left to right. */
#include "maillog/postfixline.h"

enum { ID_MIN_BYTES = 5, ID_MAX_BYTES = 32 };

bool postfixline_take_id(struct logtext *message, struct logtext *id)
{
	size_t n = 0;
	while (n < message->size && n <= ID_MAX_BYTES && logtext_is_alnum(message->at[n]))
		n++;
	if (n < ID_MIN_BYTES || n > ID_MAX_BYTES || message->size < n + 2 ||
	        message->at[n] != ':' || message->at[n + 1] != ' ')
		return false;
	*id = (struct logtext){ message->at, n };
	*message = logtext_behind(*message, n + 2);
	return true;
}

static bool is_address(struct logtext ip)
{
	for (size_t i = 0; i < ip.size; i++)
		if (!logtext_is_alnum(ip.at[i]) && ip.at[i] != '.' && ip.at[i] != ':')
			return false;
	return ip.size > 1 && (logtext_find_char(ip, '.') || logtext_find_char(ip, ':'));
}

static void skip_port(struct logtext *t)
{
	size_t n = 1;
	while (n < t->size && logtext_is_digit(t->at[n]))
		n++;
	if (t->size && t->at[0] == ':' && n > 1)
		*t = logtext_behind(*t, n);
}

bool postfixline_take_client(struct logtext *message, struct postfix_client *client)
{
	struct logtext rest = *message;
	if (!logtext_cut(&rest, '[', &client->name) || !logtext_cut(&rest, ']', &client->ip) ||
	        logtext_find_char(client->name, ' '))
		return false;
	if (!is_address(client->ip))
		return false;
	skip_port(&rest);
	*message = rest;
	return true;
}

bool postfixline_sender(struct logtext message, struct logtext *sender)
{
	if (!logtext_skip(&message, LOGTEXT("from=")) || !logtext_take_address(&message, sender))
		return false;
	return logtext_begins(message, LOGTEXT(", size="));
}

/* " to=<c@d>", with a comma before it in lines of postscreen. */
static bool take_part(struct logtext *t, struct logtext name, struct logtext *value)
{
	struct logtext rest = *t;
	logtext_skip(&rest, LOGTEXT(","));
	if (!logtext_skip(&rest, LOGTEXT(" ")) || !logtext_skip(&rest, name) ||
	        !logtext_take_address(&rest, value))
		return false;
	*t = rest;
	return true;
}

static bool take_protocol(struct logtext *t)
{
	struct logtext rest = *t;
	size_t n = 0;
	logtext_skip(&rest, LOGTEXT(","));
	if (!logtext_skip(&rest, LOGTEXT(" proto=")))
		return false;
	while (n < rest.size && logtext_is_alnum(rest.at[n]))
		n++;
	*t = logtext_behind(rest, n);
	return n > 0;
}

/* A HELO name is the last part, and may hold anything: it ends with the line, before a login, or
 * where cleanup goes on with its reason. */
static bool take_helo(struct logtext *t, struct postfix_reject *r, bool has_reason)
{
	struct logtext rest = *t;
	logtext_skip(&rest, LOGTEXT(","));
	if (!logtext_skip(&rest, LOGTEXT(" helo=<")))
		return false;
	const char *end = logtext_find(rest, LOGTEXT("> sasl_username=<"));
	r->has_login = end != NULL;
	if (!end && has_reason)
		end = logtext_find(rest, LOGTEXT(">: "));
	if (!end && logtext_ends(rest, LOGTEXT(">")))
		end = logtext_end(rest) - 1;
	if (!end)
		return false;
	r->helo = logtext_between(rest.at, end);
	*t = logtext_between(end + 1, logtext_end(rest));
	return true;
}

/* What stands behind the reason: all of the rest of the line, or it is no such place. */
static bool read_parts(struct logtext t, struct postfix_reject *r, bool has_reason)
{
	struct postfix_reject found = { .client = r->client, .has_client = r->has_client };
	struct logtext recipient;
	found.has_sender = take_part(&t, LOGTEXT("from="), &found.sender);
	take_part(&t, LOGTEXT("to="), &recipient);
	bool has_protocol = take_protocol(&t);
	bool has_helo = take_helo(&t, &found, has_reason);
	if (!has_protocol && !found.has_sender && !has_helo)
		return false;
	found.has_login = found.has_login || logtext_begins(t, LOGTEXT(" sasl_username=<"));
	found.is_whole = has_protocol &&
	        (!t.size || found.has_login || (has_reason && logtext_begins(t, LOGTEXT(": "))));
	if (found.is_whole || !r->has_sender)
		*r = found;
	return found.is_whole;
}

/* The next "; ", of the ones outside of a quoted local-part in brackets. NULL: none. */
static const char *next_parts(struct logtext *t)
{
	struct logtext address;
	while (t->size) {
		if (t->at[0] == '<' && t->size > 1 && t->at[1] == '"' &&
		        logtext_take_address(t, &address))
			continue;
		const char *at = t->at;
		*t = logtext_behind(*t, 1);
		if (at[0] == ';' && t->size && t->at[0] == ' ')
			return at + 1;
	}
	return NULL;
}

/* Of cleanup: "header Subject: x from mx.example[192.0.2.1]; from=<a@b> ...: 5.7.1 reason". The
 * header is a stranger's, so the last client counts that all the rest fits to. */
static bool read_content_reject(struct logtext message, struct postfix_reject *r)
{
	static const struct logtext from = LOGTEXT(" from ");
	struct postfix_reject found = { 0 };
	const char *at;
	while ((at = logtext_find(message, from)) != NULL) {
		message = logtext_between(at + from.size, logtext_end(message));
		struct logtext rest = message;
		found = (struct postfix_reject){ 0 };
		found.has_client = postfixline_take_client(&rest, &found.client);
		if (found.has_client && logtext_skip(&rest, LOGTEXT(";")) &&
		        read_parts(rest, &found, true))
			*r = found;
	}
	return r->has_client;
}

bool postfixline_reject(struct logtext message, struct postfix_reject *r)
{
	*r = (struct postfix_reject){ 0 };
	if (logtext_begins(message, LOGTEXT("header ")) ||
	        logtext_begins(message, LOGTEXT("body ")) ||
	        logtext_begins(message, LOGTEXT("mime-")))
		return read_content_reject(message, r);
	const char *from = logtext_find(message, LOGTEXT(" from "));
	if (!from)
		return false;
	struct logtext rest = logtext_between(from + 6, logtext_end(message));
	const char *parts;
	r->has_client = postfixline_take_client(&rest, &r->client);
	while (r->has_client && (parts = next_parts(&rest)) != NULL)
		if (read_parts(logtext_between(parts, logtext_end(rest)), r, false))
			break;
	return r->has_client;
}
