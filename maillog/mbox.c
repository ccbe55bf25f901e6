/* mbox.c - headers of messages: the hop by which a message came in.
 *
 * Each server puts its Received on top, so the first one is of the user's own MX. Where its client
 * is an own relay (--trusted) or the machine itself, the next one counts, and so on: below the
 * first client that is a stranger all may be forged, and is not looked at. Return-Path has the
 * sender. Received-SPF of that client, or the first Authentication-Results, has the verdict.
 *
 * A file that begins with "From " is an mbox: there each such line behind an empty one begins a
 * message. Any other file is one message. */
#include "maillog/mbox.h"

#include "base/textbuf.h"
#include "dns/netset.h"
#include "maillog/receivedline.h"
#include "maillog/receivedspf.h"

#include <stdlib.h>

/* A header that is longer is cut, and one that is kept, too. */
enum { HEADER_MAX_BYTES = 64 << 10, NAME_BYTES = 256, SENDER_BYTES = 1024 };

enum mbox_place { MBOX_FIRST_LINE, MBOX_HEADERS, MBOX_BODY, MBOX_BEHIND_EMPTY, MBOX_REST };

struct mbox {
	enum mbox_place place;
	bool is_mbox;
	struct textbuf header; /* unfolded, of the message at hand */
	struct textbuf kept;   /* the texts of what was found */
	struct log_out *out;
	/* of the message */
	bool has_any, has_hop, has_trusted, has_login, has_sender, has_time;
	struct stamp stamp;
	size_t client_at, client_size, ip_at, ip_size, helo_at, helo_size, id_at, id_size;
	size_t sender_at, sender_size;
	bool has_spf;
	struct logtext spf, results; /* of Received-SPF for the hop; of Authentication-Results */
};

static void keep(struct mbox *m, struct logtext text, size_t *at, size_t *size)
{
	*at = m->kept.size;
	*size = text.size < SENDER_BYTES ? text.size : SENDER_BYTES;
	textbuf_put(&m->kept, text.at, *size);
}

static struct logtext kept(const struct mbox *m, size_t at, size_t size)
{
	return (struct logtext){ size ? m->kept.bytes + at : "", size };
}

/* ---- headers ---- */

static bool is_own(const struct mbox *m, struct logtext text)
{
	struct ipaddr ip;
	if (ipaddr_parse(&ip, text.at, text.size))
		return false;
	return logtext_begins(text, LOGTEXT("127.")) || logtext_same(text, LOGTEXT("::1")) ||
	        (m->out->trusted && netset_holds_address(m->out->trusted, &ip));
}

static void take_received(struct mbox *m, struct logtext text)
{
	struct receivedline r;
	if (m->has_hop || !receivedline_read(text, &r))
		return;
	if (is_own(m, r.ip)) {
		m->has_trusted = true;
		return;
	}
	m->has_hop = true;
	m->has_login = r.has_login;
	m->has_time = r.has_time;
	m->stamp = r.stamp;
	keep(m, r.client, &m->client_at, &m->client_size);
	keep(m, r.ip, &m->ip_at, &m->ip_size);
	keep(m, r.helo, &m->helo_at, &m->helo_size);
	keep(m, r.queue_id, &m->id_at, &m->id_size);
}

static void take_sender(struct mbox *m, struct logtext sender)
{
	if (m->has_sender)
		return;
	m->has_sender = true;
	keep(m, sender, &m->sender_at, &m->sender_size);
}

/* It stands above the Received of its server, or below it. Only that of a client that is no own
 * relay counts, and only the first. */
static void take_received_spf(struct mbox *m)
{
	struct receivedspf r;
	struct logtext header = { m->header.bytes, m->header.size };
	if (m->has_spf || !receivedspf_read(header, &r) || is_own(m, r.ip))
		return;
	if (m->has_hop && !logtext_alike(r.ip, kept(m, m->ip_at, m->ip_size)))
		return;
	m->has_spf = true;
	m->spf = r.of_helo && r.sender.size ? (struct logtext){ 0 } : r.verdict;
	if (r.has_sender)
		take_sender(m, r.sender);
}

static void end_header(struct mbox *m)
{
	struct logtext value = { m->header.bytes, m->header.size }, name, sender;
	if (!m->header.size)
		return;
	m->has_any = true;
	if (logtext_cut(&value, ':', &name)) {
		value = logtext_trim(value);
		if (logtext_alike(name, LOGTEXT("Received")))
			take_received(m, value);
		else if (logtext_alike(name, LOGTEXT("Return-Path")) &&
		        logtext_take_address(&value, &sender))
			take_sender(m, sender);
		else if (logtext_alike(name, LOGTEXT("Received-SPF")))
			take_received_spf(m);
		else if (logtext_alike(name, LOGTEXT("Authentication-Results")) &&
		        !m->results.size && !m->has_hop)
			m->results = receivedspf_of_results(value);
	}
	textbuf_reset(&m->header);
}

/* ---- messages ---- */

static void end_message(struct mbox *m)
{
	end_header(m);
	struct mail_event event = { .kind = MAIL_MESSAGE,
		.queue_id = kept(m, m->id_at, m->id_size),
		.client = kept(m, m->client_at, m->client_size),
		.ip = kept(m, m->ip_at, m->ip_size),
		.helo = kept(m, m->helo_at, m->helo_size),
		.sender = kept(m, m->sender_at, m->sender_size),
		.has_sender = m->has_sender,
		.has_time = m->has_time,
		.spf_then = m->has_spf ? m->spf : m->results };
	if (m->has_time)
		event.time_s = logclock_time(&m->out->clock, &m->stamp);
	if (m->has_hop && m->has_login)
		m->out->counts[LOG_AUTHENTICATED]++;
	else if (m->has_hop)
		m->out->emit(m->out, &event);
	else if (m->has_any)
		m->out->counts[m->has_trusted ? LOG_TRUSTED : LOG_LOCAL]++;
	m->out->failed |= m->kept.failed;
	struct mbox next = { .place = m->place,
		.is_mbox = m->is_mbox,
		.header = m->header,
		.kept = m->kept,
		.out = m->out };
	*m = next;
	textbuf_reset(&m->kept);
}

static void take_header_line(struct mbox *m, struct logtext t)
{
	if (!t.size) {
		end_message(m);
		m->place = m->is_mbox ? MBOX_BEHIND_EMPTY : MBOX_REST;
	} else if (t.at[0] == ' ' || t.at[0] == '\t') {
		if (m->header.size && m->header.size + t.size < HEADER_MAX_BYTES) {
			textbuf_put_char(&m->header, ' ');
			textbuf_put(&m->header, logtext_trim(t).at, logtext_trim(t).size);
		}
	} else {
		end_header(m);
		textbuf_put(&m->header, t.at, t.size);
	}
	m->out->failed |= m->header.failed;
}

static void line(void *state, struct logtext t, struct log_out *out)
{
	struct mbox *m = state;
	bool begins = logtext_begins(t, LOGTEXT("From "));
	m->out = out;
	switch (m->place) {
	case MBOX_FIRST_LINE:
		m->is_mbox = begins;
		m->place = MBOX_HEADERS;
		if (!begins)
			take_header_line(m, t);
		break;
	case MBOX_HEADERS:
		take_header_line(m, t);
		break;
	case MBOX_BEHIND_EMPTY:
		m->place = begins ? MBOX_HEADERS : t.size ? MBOX_BODY : MBOX_BEHIND_EMPTY;
		break;
	case MBOX_BODY:
		m->place = t.size ? MBOX_BODY : MBOX_BEHIND_EMPTY;
		break;
	case MBOX_REST:
		break;
	}
}

static void end_file(void *state, struct log_out *out)
{
	struct mbox *m = state;
	m->out = out;
	if (m->place == MBOX_HEADERS)
		end_message(m);
	m->place = MBOX_FIRST_LINE;
}

static void *open_reader(void)
{
	return calloc(1, sizeof(struct mbox));
}

static void close_reader(void *state)
{
	struct mbox *m = state;
	if (m) {
		textbuf_fini(&m->header);
		textbuf_fini(&m->kept);
	}
	free(m);
}

static bool stamp_of(struct logtext t, struct stamp *stamp)
{
	(void)t;
	(void)stamp;
	return false;
}

static bool knows(struct logtext t)
{
	return logtext_begins(t, LOGTEXT("Received: from ")) ||
	        logtext_begins(t, LOGTEXT("Return-Path: <"));
}

const struct log_format mbox_format = {
	.name = "mbox",
	.summary = "headers of messages: an mbox, or a Maildir",
	.knows = knows,
	.stamp = stamp_of,
	.open = open_reader,
	.line = line,
	.end_file = end_file,
	.close = close_reader,
	.is_mailbox = true,
};
