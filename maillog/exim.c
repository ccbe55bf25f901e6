/* exim.c - Exim's main log: all of a message or a reject in one line.
 *
 *     1xXhv0-00036M-0r <= a@b.example H=host (helo) [192.0.2.1]:25 P=esmtp S=323 id=...
 *     H=(helo) [192.0.2.1] F=<a@b.example> rejected RCPT <c@d.example>: reason
 *     rejected MAIL from host (helo) [192.0.2.1]: reason
 *
 * Host and HELO name stand as "host (helo)", "(helo)" without a name that leads back, and "host"
 * when both are the same. */
#include "maillog/exim.h"

#include <stdlib.h>

/* The state is the line at hand. */
struct exim {
	struct log_out *out;
	struct mail_event event;
	bool has_login, is_local;
};

/* ---- parts ---- */

static bool is_id_part(struct logtext t, size_t at, size_t n)
{
	if (t.size < at + n)
		return false;
	for (size_t i = at; i < at + n; i++)
		if (!logtext_is_alnum(t.at[i]))
			return false;
	return true;
}

/* "1xXhv0-00036M-0r " and since 4.97 "1rM8oK-00000000123-1abc ". */
static bool take_id(struct logtext *t, struct logtext *id)
{
	static const size_t parts[][3] = { { 6, 6, 2 }, { 6, 11, 4 } };
	for (unsigned i = 0; i < 2; i++) {
		size_t a = parts[i][0], b = parts[i][1], c = parts[i][2], size = a + b + c + 2;
		if (t->size <= size || t->at[a] != '-' || t->at[a + 1 + b] != '-' ||
		        t->at[size] != ' ' || !is_id_part(*t, 0, a) || !is_id_part(*t, a + 1, b) ||
		        !is_id_part(*t, a + b + 2, c))
			continue;
		*id = (struct logtext){ t->at, size };
		*t = logtext_behind(*t, size + 1);
		return true;
	}
	return false;
}

static bool is_address(struct logtext ip)
{
	for (size_t i = 0; i < ip.size; i++)
		if (!logtext_is_alnum(ip.at[i]) && ip.at[i] != '.' && ip.at[i] != ':')
			return false;
	return ip.size > 1 && (logtext_find_char(ip, '.') || logtext_find_char(ip, ':'));
}

/* "[192.0.2.1]:25", with what is behind the port left over. */
static bool take_address(struct logtext *t, struct logtext *ip)
{
	struct logtext rest = *t;
	if (!logtext_skip(&rest, LOGTEXT("[")) || !logtext_cut(&rest, ']', ip) || !is_address(*ip))
		return false;
	while (rest.size && (rest.at[0] == ':' || logtext_is_digit(rest.at[0])))
		rest = logtext_behind(rest, 1);
	*t = rest;
	return true;
}

/* "host (helo) [192.0.2.1]". The HELO name goes up to the first place where an address follows. */
static bool take_host(struct logtext *t, struct mail_event *event)
{
	struct logtext rest = *t, host = { 0 };
	if (rest.size && rest.at[0] != '(' && rest.at[0] != '[' && !logtext_cut(&rest, ' ', &host))
		return false;
	event->client = event->helo = host;
	if (logtext_skip(&rest, LOGTEXT("("))) {
		const char *from = rest.at, *end = NULL;
		while ((end = logtext_find(rest, LOGTEXT(") ["))) != NULL) {
			rest = logtext_between(end + 2, logtext_end(rest));
			event->helo = logtext_between(from, end);
			if (take_address(&rest, &event->ip)) {
				*t = rest;
				return true;
			}
		}
		return false;
	}
	if (!take_address(&rest, &event->ip))
		return false;
	*t = rest;
	return true;
}

/* "<>", "a@b.example" or "\"a b\"@b.example": up to a blank outside of quotes. */
static bool take_sender(struct logtext *t, struct mail_event *event)
{
	size_t n = 0;
	bool is_quoted = false;
	for (; n < t->size && (is_quoted || t->at[n] != ' '); n++) {
		if (is_quoted && t->at[n] == '\\')
			n++;
		else if (t->at[n] == '"')
			is_quoted = !is_quoted;
	}
	if (!n || n >= t->size)
		return false;
	event->sender = (struct logtext){ t->at, n };
	event->has_sender = true;
	if (logtext_same(event->sender, LOGTEXT("<>")))
		event->sender.size = 0;
	*t = logtext_behind(*t, n + 1);
	return true;
}

/* ---- lines ---- */

static void put(struct exim *e)
{
	struct logtext ip = e->event.ip;
	if (e->has_login)
		e->out->counts[LOG_AUTHENTICATED]++;
	else if (e->is_local || logtext_begins(ip, LOGTEXT("127.")) ||
	        logtext_same(ip, LOGTEXT("::1")))
		e->out->counts[LOG_LOCAL]++;
	else
		e->out->emit(e->out, &e->event);
}

/* Fields behind the sender. A subject (T=) and what is behind it are a stranger's. */
static void take_message(struct exim *e, struct logtext t)
{
	struct logtext field;
	bool has_host = false, more = true;
	if (!take_sender(&t, &e->event)) {
		e->out->counts[LOG_LINES_DAMAGED]++;
		return;
	}
	while (more && t.size && !logtext_begins(t, LOGTEXT("T="))) {
		struct logtext rest = t;
		if (!has_host && logtext_skip(&rest, LOGTEXT("H="))) {
			has_host = take_host(&rest, &e->event);
			t = logtext_trim(rest);
			if (has_host)
				continue;
			break;
		}
		more = logtext_cut(&t, ' ', &field);
		if (!more)
			field = t;
		e->has_login |= logtext_begins(field, LOGTEXT("A="));
		e->is_local |= logtext_begins(field, LOGTEXT("P=local"));
	}
	if (has_host || e->is_local)
		put(e);
	else
		e->out->counts[LOG_NO_ADDRESS]++;
}

/* One name is that of the host alone where there may have been no HELO yet. */
static void forget_helo(struct exim *e)
{
	if (e->event.helo.at == e->event.client.at)
		e->event.helo.size = 0;
}

/* Behind "rejected ": "MAIL <a@b.example>: reason", "EHLO or HELO name: reason". */
static void take_command(struct exim *e, struct logtext t)
{
	struct logtext name;
	if (logtext_skip(&t, LOGTEXT("MAIL ")))
		e->event.has_sender = logtext_take_address(&t, &e->event.sender);
	else if (logtext_skip(&t, LOGTEXT("EHLO or HELO ")) && logtext_cut(&t, ':', &name))
		e->event.helo = name;
	else if (logtext_begins(t, LOGTEXT("connection")))
		forget_helo(e);
	e->event.kind = MAIL_REJECT;
	put(e);
}

/* "H=host (helo) [192.0.2.1] X=... F=<a@b.example> rejected RCPT ..." Others begin so, too. */
static void take_about_host(struct exim *e, struct logtext t)
{
	struct logtext field;
	if (!take_host(&t, &e->event))
		return;
	while (t.size) {
		t = logtext_trim(t);
		if (logtext_skip(&t, LOGTEXT("rejected ")) ||
		        logtext_skip(&t, LOGTEXT("temporarily rejected "))) {
			take_command(e, t);
			return;
		}
		if (logtext_skip(&t, LOGTEXT("F="))) {
			e->event.has_sender = logtext_take_address(&t, &e->event.sender);
			continue;
		}
		if (!logtext_cut(&t, ' ', &field) || !logtext_find_char(field, '='))
			return;
		e->has_login |= logtext_begins(field, LOGTEXT("A="));
	}
}

/* Behind "rejected ": "MAIL from host (helo) [192.0.2.1]: reason" */
static void take_at_once(struct exim *e, struct logtext t)
{
	const char *from = logtext_find(t, LOGTEXT(" from "));
	if (!from)
		return;
	t = logtext_between(from + 6, logtext_end(t));
	logtext_skip(&t, LOGTEXT("H="));
	if (!take_host(&t, &e->event))
		return;
	forget_helo(e);
	e->event.kind = MAIL_REJECT;
	put(e);
}

/* "[123] ", of log_selector = +pid */
static void skip_pid(struct logtext *t)
{
	size_t n = 1;
	while (n < t->size && logtext_is_digit(t->at[n]))
		n++;
	if (t->size > n + 1 && t->at[0] == '[' && n > 1 && t->at[n] == ']' && t->at[n + 1] == ' ')
		*t = logtext_behind(*t, n + 2);
}

static void line(void *state, struct logtext t, struct log_out *out)
{
	struct exim *e = state;
	struct stamp stamp;
	*e = (struct exim){ .out = out };
	if (!stamp_take(&t, &stamp) || !stamp.year) {
		out->counts[LOG_LINES_UNREAD]++;
		return;
	}
	skip_pid(&t);
	bool has_id = take_id(&t, &e->event.queue_id);
	bool is_message = has_id && logtext_skip(&t, LOGTEXT("<= "));
	bool is_about_host = !is_message && logtext_skip(&t, LOGTEXT("H="));
	if (!is_message && !is_about_host && !logtext_skip(&t, LOGTEXT("rejected ")))
		return;
	e->event.has_time = true;
	e->event.time_s = logclock_time(&out->clock, &stamp);
	if (is_message)
		take_message(e, t);
	else if (is_about_host)
		take_about_host(e, t);
	else
		take_at_once(e, t);
}

static void *open_reader(void)
{
	return calloc(1, sizeof(struct exim));
}

static bool stamp_of(struct logtext t, struct stamp *stamp)
{
	return t.size > 10 && t.at[10] == ' ' && stamp_take(&t, stamp) && stamp->year;
}

static bool knows(struct logtext t)
{
	struct stamp stamp;
	struct logtext id;
	if (!stamp_of(t, &stamp) || !stamp_take(&t, &stamp))
		return false;
	skip_pid(&t);
	return take_id(&t, &id) || logtext_begins(t, LOGTEXT("H=")) ||
	        logtext_begins(t, LOGTEXT("exim "));
}

const struct log_format exim_format = {
	.name = "exim",
	.summary = "Exim's main log",
	.knows = knows,
	.stamp = stamp_of,
	.open = open_reader,
	.line = line,
	.close = free,
};
