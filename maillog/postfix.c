/* postfix.c - Postfix's lines in the system's log.
 *
 * What a message is stands on several lines, which its queue id joins:
 *
 *     smtpd   ABC: client=mx.example[192.0.2.1]         the message is open
 *     qmgr    ABC: from=<a@b.example>, size=...         the message: one event; it is closed
 *     qmgr    ABC: from=<a@b.example>, size=...         once more, for each delivery tried again
 *     qmgr    ABC: removed                              the id may be used again
 *
 * Rejects have all in one line, and a HELO name, which messages lack. A line of policyd-spf before
 * a message has it, too; address and sender join them. Ids, processes and verdicts are kept by
 * machine and by instance of Postfix, for logs of several. */
#include "maillog/logformat.h"

#include "base/hash.h"
#include "maillog/idtable.h"
#include "maillog/postfixline.h"
#include "maillog/saidbefore.h"
#include "maillog/syslog.h"

#include <stdlib.h>

enum {
	OPEN_MAX = 1 << 16,
	CLOSED_MAX = 1 << 18,
	SESSIONS_MAX = 1 << 14,
	NAME_BYTES = 256,
	ADDRESS_BYTES = 48,
};

/* A message whose sender is not known yet. */
struct open_message {
	int64_t time_s;
	bool has_time;
	enum log_count left_out; /* LOG_MESSAGES: it is not */
	uint8_t name_size, ip_size;
	char name[NAME_BYTES], ip[ADDRESS_BYTES];
};

struct session {
	int64_t time_s;
	bool has_time, has_row;
};

struct postfix {
	struct syslog syslog;
	struct idtable open_ids, closed_ids, sessions_by_pid;
	struct saidbefore said;
	struct open_message *open;
	struct session *sessions;
	struct log_out *out;
	uint64_t place; /* a hash of machine and instance, of the line at hand */
};

/* ---- keys ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
	return (a ^ b >> 29) * UINT64_C(0x9e3779b97f4a7c15) + b;
}

static uint64_t key_of(const struct postfix *p, struct logtext id)
{
	return mix(p->place, hash_bytes(id.at, id.size));
}

static uint8_t copy(char *to, size_t room, struct logtext from)
{
	size_t size = from.size < room - 1 ? from.size : room - 1;
	if (size)
		memcpy(to, from.at, size);
	return (uint8_t)size;
}

/* ---- events ---- */

static bool is_loopback(struct logtext ip)
{
	return logtext_begins(ip, LOGTEXT("127.")) || logtext_same(ip, LOGTEXT("::1"));
}

static struct session *session_of(struct postfix *p)
{
	if (!p->syslog.pid.size)
		return NULL;
	uint32_t slot = idtable_find(&p->sessions_by_pid, key_of(p, p->syslog.pid));
	return slot == IDTABLE_NONE ? NULL : &p->sessions[slot];
}

static void session_has_row(struct postfix *p)
{
	struct session *session = session_of(p);
	if (session)
		session->has_row = true;
}

static bool time_of(struct postfix *p, int64_t *time_s)
{
	return syslog_time(&p->syslog, &p->out->clock, time_s);
}

/* ---- smtpd ---- */

static struct open_message *open_message(struct postfix *p, struct logtext id, uint64_t *key)
{
	bool evicted;
	*key = key_of(p, id);
	uint32_t slot = idtable_find(&p->closed_ids, *key);
	if (slot != IDTABLE_NONE)
		idtable_remove(&p->closed_ids, slot);
	slot = idtable_find(&p->open_ids, *key);
	if (slot != IDTABLE_NONE) { /* its message never got into the queue, and the id is new */
		if (p->open[slot].left_out == LOG_MESSAGES)
			p->out->counts[LOG_UNFINISHED]++;
		idtable_remove(&p->open_ids, slot);
	}
	slot = idtable_add(&p->open_ids, *key, &evicted);
	if (evicted && p->open[slot].left_out == LOG_MESSAGES)
		p->out->counts[LOG_UNFINISHED]++;
	return &p->open[slot];
}

/* Before a content filter the message has another queue id, under which it is counted. A filter
 * that stands before the queue has none, and the client is the one that it names. */
static enum log_count why_left_out(struct logtext rest, struct postfix_client *client)
{
	const char *original = logtext_find(rest, LOGTEXT(", orig_client="));
	struct postfix_client named;
	if (logtext_find(rest, LOGTEXT(", sasl_username=")))
		return LOG_AUTHENTICATED;
	if (logtext_find(rest, LOGTEXT(", orig_queue_id=")))
		return LOG_FILTERED;
	if (original) {
		struct logtext t =
		        logtext_between(original + sizeof ", orig_client=" - 1, logtext_end(rest));
		if (postfixline_take_client(&t, &named))
			*client = named;
	}
	return is_loopback(client->ip) ? LOG_LOCAL : LOG_MESSAGES;
}

static void take_client(struct postfix *p, struct logtext id, struct logtext text)
{
	struct postfix_client client = { 0 };
	uint64_t key;
	if (logtext_same(id, LOGTEXT("NOQUEUE")))
		return;
	bool known = postfixline_take_client(&text, &client);
	enum log_count left_out = known ? why_left_out(text, &client) : LOG_NO_ADDRESS;
	struct open_message *m = open_message(p, id, &key);
	m->left_out = left_out;
	m->has_time = time_of(p, &m->time_s);
	m->name_size = copy(m->name, sizeof m->name, client.name);
	m->ip_size = copy(m->ip, sizeof m->ip, client.ip);
	session_has_row(p);
}

/* "... rejected due to: SPF fail - not authorized" */
static struct logtext verdict_in_reason(struct logtext text)
{
	static const struct logtext words = LOGTEXT("rejected due to: SPF ");
	const char *at = logtext_find(text, words);
	return at ? receivedspf_verdict(logtext_between(at + words.size, logtext_end(text)))
	          : (struct logtext){ 0 };
}

static void take_reject(struct postfix *p, struct logtext id, struct logtext text)
{
	struct postfix_reject r;
	session_has_row(p);
	if (!postfixline_reject(text, &r)) {
		p->out->counts[LOG_NO_ADDRESS]++;
		return;
	}
	if (r.has_login || is_loopback(r.client.ip)) {
		p->out->counts[r.has_login ? LOG_AUTHENTICATED : LOG_LOCAL]++;
		return;
	}
	p->out->counts[LOG_LINES_DAMAGED] += !r.is_whole;
	struct mail_event event = { .kind = MAIL_REJECT,
		.client = r.client.name,
		.ip = r.client.ip,
		.helo = r.helo,
		.sender = r.sender,
		.has_sender = r.has_sender,
		.spf_then = verdict_in_reason(text) };
	if (!logtext_same(id, LOGTEXT("NOQUEUE")))
		event.queue_id = id;
	event.has_time = time_of(p, &event.time_s);
	saidbefore_find(&p->said, &event);
	p->out->emit(p->out, &event);
}

static void take_connect(struct postfix *p)
{
	bool evicted;
	if (!p->syslog.pid.size)
		return;
	uint64_t key = key_of(p, p->syslog.pid);
	uint32_t slot = idtable_find(&p->sessions_by_pid, key);
	if (slot == IDTABLE_NONE)
		slot = idtable_add(&p->sessions_by_pid, key, &evicted);
	struct session *session = &p->sessions[slot];
	*session = (struct session){ 0 };
	session->has_time = time_of(p, &session->time_s);
}

static void take_disconnect(struct postfix *p, struct logtext text)
{
	struct session *session = session_of(p);
	struct postfix_client client;
	if (!session)
		return;
	bool only_connected = !session->has_row;
	struct mail_event event = {
		.kind = MAIL_CONNECT, .has_time = session->has_time, .time_s = session->time_s
	};
	idtable_remove(&p->sessions_by_pid, (uint32_t)(session - p->sessions));
	if (!only_connected || !postfixline_take_client(&text, &client) || is_loopback(client.ip))
		return;
	if (!p->out->wants_connects) {
		p->out->counts[LOG_ONLY_CONNECTED]++;
		return;
	}
	event.client = client.name;
	event.ip = client.ip;
	p->out->emit(p->out, &event);
}

/* With a queue id, or NOQUEUE. */
static void take_about_message(struct postfix *p, struct logtext text)
{
	struct logtext id;
	if (!postfixline_take_id(&text, &id))
		return;
	if (logtext_skip(&text, LOGTEXT("client=")))
		take_client(p, id, text);
	else if (logtext_skip(&text, LOGTEXT("reject: ")) ||
	        logtext_skip(&text, LOGTEXT("milter-reject: ")))
		take_reject(p, id, text);
}

static void take_smtpd(struct postfix *p, struct logtext text)
{
	if (logtext_skip(&text, LOGTEXT("connect from ")))
		take_connect(p);
	else if (logtext_skip(&text, LOGTEXT("disconnect from ")))
		take_disconnect(p, text);
	else
		take_about_message(p, text);
}

/* ---- cleanup, pickup, qmgr ---- */

/* It rejects whole messages. */
static void take_cleanup(struct postfix *p, struct logtext text)
{
	struct logtext id, rest = text;
	if (!postfixline_take_id(&rest, &id) ||
	        !(logtext_begins(rest, LOGTEXT("reject: ")) ||
	                logtext_begins(rest, LOGTEXT("milter-reject: "))))
		return;
	uint32_t slot = idtable_find(&p->open_ids, key_of(p, id));
	if (slot != IDTABLE_NONE && p->open[slot].left_out != LOG_MESSAGES) {
		p->out->counts[p->open[slot].left_out]++;
	} else if (!logtext_find(rest, LOGTEXT(" from local; "))) {
		take_about_message(p, text);
	}
	if (slot != IDTABLE_NONE)
		idtable_remove(&p->open_ids, slot);
}

/* "ABC: uid=0 from=<root>" */
static void take_pickup(struct postfix *p, struct logtext text)
{
	struct logtext id;
	uint64_t key;
	if (!postfixline_take_id(&text, &id) || !logtext_begins(text, LOGTEXT("uid=")))
		return;
	struct open_message *m = open_message(p, id, &key);
	m->left_out = LOG_LOCAL;
}

static void close_id(struct postfix *p, uint64_t key)
{
	bool evicted;
	idtable_add(&p->closed_ids, key, &evicted);
}

/* The message has got into the queue, for the first time or again. */
static void take_sender(struct postfix *p, uint64_t key, struct logtext id, struct logtext text)
{
	struct mail_event event = { .kind = MAIL_MESSAGE, .queue_id = id, .has_sender = true };
	if (!postfixline_sender(text, &event.sender)) {
		p->out->counts[LOG_LINES_DAMAGED]++;
		return;
	}
	if (idtable_find(&p->closed_ids, key) != IDTABLE_NONE)
		return;
	close_id(p, key);
	uint32_t slot = idtable_find(&p->open_ids, key);
	if (slot == IDTABLE_NONE) {
		p->out->counts[LOG_NO_CLIENT]++;
		return;
	}
	const struct open_message *m = &p->open[slot];
	if (m->left_out == LOG_MESSAGES) {
		event.has_time = m->has_time;
		event.time_s = m->time_s;
		event.client = (struct logtext){ m->name, m->name_size };
		event.ip = (struct logtext){ m->ip, m->ip_size };
		saidbefore_find(&p->said, &event);
		p->out->emit(p->out, &event);
	} else {
		p->out->counts[m->left_out]++;
	}
	idtable_remove(&p->open_ids, slot);
}

static void take_qmgr(struct postfix *p, struct logtext text)
{
	struct logtext id;
	if (!postfixline_take_id(&text, &id))
		return;
	uint64_t key = key_of(p, id);
	if (logtext_begins(text, LOGTEXT("from="))) {
		take_sender(p, key, id, text);
	} else if (logtext_same(text, LOGTEXT("removed"))) {
		uint32_t slot = idtable_find(&p->closed_ids, key);
		if (slot != IDTABLE_NONE)
			idtable_remove(&p->closed_ids, slot);
	}
}

/* ---- policyd-spf ---- */

static void take_policy(struct postfix *p, struct logtext text)
{
	struct receivedspf r;
	int64_t time_s;
	if (receivedspf_read(text, &r) && time_of(p, &time_s))
		saidbefore_add(&p->said, &r, time_s);
}

/* ---- lines ---- */

static const struct {
	struct logtext name;
	void (*take)(struct postfix *p, struct logtext text);
} programs[] = {
	{ LOGTEXT("smtpd"), take_smtpd },
	{ LOGTEXT("qmgr"), take_qmgr },
	{ LOGTEXT("oqmgr"), take_qmgr },
	{ LOGTEXT("cleanup"), take_cleanup },
	{ LOGTEXT("postscreen"), take_about_message },
	{ LOGTEXT("pickup"), take_pickup },
};
enum { PROGRAMS = sizeof programs / sizeof programs[0] };

static bool is_policy(struct logtext program)
{
	return logtext_begins(program, LOGTEXT("policyd-spf")) ||
	        logtext_begins(program, LOGTEXT("pypolicyd-spf"));
}

enum { REPEATED_MAX = 10000 };

/* "message repeated 3 times: [ NOQUEUE: reject: ...]", as syslogd writes what came again. How often
 * it came, and *text is what; a message that is no reject counts once. 0: nobody counted so far. */
static unsigned times_repeated(struct logtext *text)
{
	struct logtext rest = *text;
	unsigned n = 0;
	if (!logtext_skip(&rest, LOGTEXT("message repeated ")))
		return 1;
	for (; rest.size && logtext_is_digit(rest.at[0]) && n <= REPEATED_MAX;
	        rest = logtext_behind(rest, 1))
		n = n * 10 + (unsigned)(rest.at[0] - '0');
	if (n > REPEATED_MAX || !logtext_skip(&rest, LOGTEXT(" times: [ ")) ||
	        !logtext_ends(rest, LOGTEXT("]")))
		return 0;
	rest.size--;
	*text = rest;
	return logtext_find(rest, LOGTEXT(": reject: ")) ? n : 1;
}

static void take_message(struct postfix *p, void (*take)(struct postfix *p, struct logtext text))
{
	struct logtext text = p->syslog.message;
	unsigned n = times_repeated(&text);
	p->out->counts[LOG_LINES_DAMAGED] += n == 0;
	for (unsigned i = 0; i < n; i++)
		take(p, text);
}

/* "postfix/smtpd", "postfix-in/submission/smtpd": the instance is what stands before the first
 * slash. */
static void line(void *state, struct logtext text, struct log_out *out)
{
	struct postfix *p = state;
	if (!syslog_read(&p->syslog, text)) {
		out->counts[LOG_LINES_UNREAD]++;
		return;
	}
	struct logtext program = p->syslog.program, instance = { 0 };
	const char *slash = program.size ? memrchr(program.at, '/', program.size) : NULL;
	p->out = out;
	if (!slash) {
		if (is_policy(program))
			take_policy(p, p->syslog.message);
		else
			out->counts[LOG_LINES_OTHER]++;
		return;
	}
	logtext_cut(&program, '/', &instance);
	program = logtext_between(slash + 1, logtext_end(program));
	for (unsigned i = 0; i < PROGRAMS; i++) {
		if (!logtext_same(program, programs[i].name))
			continue;
		p->place = mix(hash_bytes(p->syslog.host.at, p->syslog.host.size),
		        hash_bytes(instance.at, instance.size));
		take_message(p, programs[i].take);
		return;
	}
}

static void end(void *state, struct log_out *out)
{
	struct postfix *p = state;
	for (uint32_t slot; (slot = p->open_ids.oldest) != IDTABLE_NONE;) {
		if (p->open[slot].left_out == LOG_MESSAGES)
			out->counts[LOG_UNFINISHED]++;
		idtable_remove(&p->open_ids, slot);
	}
}

static void close_reader(void *state)
{
	struct postfix *p = state;
	if (!p)
		return;
	syslog_fini(&p->syslog);
	idtable_fini(&p->open_ids);
	idtable_fini(&p->closed_ids);
	idtable_fini(&p->sessions_by_pid);
	saidbefore_fini(&p->said);
	free(p->open);
	free(p->sessions);
	free(p);
}

static void *open_reader(void)
{
	struct postfix *p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	p->open = malloc(OPEN_MAX * sizeof *p->open);
	p->sessions = malloc(SESSIONS_MAX * sizeof *p->sessions);
	if (p->open && p->sessions && saidbefore_init(&p->said) &&
	        idtable_init(&p->open_ids, OPEN_MAX) && idtable_init(&p->closed_ids, CLOSED_MAX) &&
	        idtable_init(&p->sessions_by_pid, SESSIONS_MAX))
		return p;
	close_reader(p);
	return NULL;
}

static bool knows(struct logtext text)
{
	const char *tag = logtext_find(text, LOGTEXT("/smtpd"));
	if (!tag)
		tag = logtext_find(text, LOGTEXT("/qmgr"));
	if (!tag)
		tag = logtext_find(text, LOGTEXT("/postscreen"));
	struct stamp stamp;
	return tag && syslog_stamp(text, &stamp);
}

const struct log_format postfix_format = {
	.name = "postfix",
	.summary =
	        "Postfix, with or without policyd-spf: syslog, or journalctl (-o short, short-iso, "
	        "json)",
	.knows = knows,
	.stamp = syslog_stamp,
	.open = open_reader,
	.line = line,
	.end = end,
	.close = close_reader,
};
