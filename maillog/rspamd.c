/* rspamd.c - rspamd's line about a message, by its default log_format:
 *
 *     2026-11-29 16:38:26 #123(rspamd_proxy) <ab12cd>; task; rspamd_task_write_log: id: <1@x>,
 *     qid: <4F3A5>, ip: 192.0.2.1, user: me, from: <a@b.example>, (default: F (no action):
 *     [1.20/15.00] [R_SPF_ALLOW(-0.20){+ip4:192.0.2.0/24;},...]), len: 1234, ...
 *
 * The same in the system's log has its envelope. The message id, the sender and the symbols hold
 * texts of strangers, and rspamd takes the quotes of a local-part away. So a line that can be read
 * in two ways is damaged: nobody knows which of them rspamd wrote. */
#include "maillog/rspamd.h"

#include "base/textbuf.h"
#include "maillog/syslog.h"

#include <stdlib.h>
#include <string.h>

struct rspamd {
	struct syslog syslog;
	struct textbuf sender; /* of the line, with the quotes that it was sent with */
};

/* What is behind the name of the function that writes the line. False: another line. */
static bool find_task(struct logtext t, struct logtext *task)
{
	static const struct logtext mark = LOGTEXT("rspamd_task_write_log: ");
	const char *at = logtext_find(t, mark);
	if (at)
		*task = logtext_between(at + mark.size, logtext_end(t));
	return at != NULL;
}

struct task {
	struct logtext ip, sender;
	bool has_sender, has_user;
	struct logtext verdict; /* "F (no action): [1.20/15.00] [...]" */
};

static bool is_verdict(struct logtext t)
{
	return t.size > 3 && (t.at[0] == 'T' || t.at[0] == 'F' || t.at[0] == 'S') &&
	        t.at[1] == ' ' && t.at[2] == '(';
}

/* The address in "<address>, (default: F (no action)...", whatever stands in it. */
static bool take_sender(struct logtext *t, struct logtext *sender)
{
	static const struct logtext end = LOGTEXT(">, (default: ");
	const char *at;
	if (!logtext_skip(t, LOGTEXT("<")) || !(at = logtext_find(*t, end)))
		return false;
	*sender = logtext_between(t->at, at);
	*t = logtext_between(at + 1, logtext_end(*t));
	return logtext_skip(t, LOGTEXT(","));
}

/* From " ip: " on. False: it goes on otherwise. */
static bool read_task(struct logtext t, struct task *task)
{
	struct logtext user;
	*task = (struct task){ 0 };
	if (!logtext_cut(&t, ',', &task->ip))
		return false;
	if (logtext_skip(&t, LOGTEXT(" user: "))) {
		task->has_user = true;
		if (!logtext_cut(&t, ',', &user))
			return false;
	}
	if (logtext_skip(&t, LOGTEXT(" from: "))) {
		task->has_sender = take_sender(&t, &task->sender);
		if (!task->has_sender)
			return false;
	}
	if (!logtext_skip(&t, LOGTEXT(" (default: ")))
		return false;
	task->verdict = t;
	return is_verdict(t);
}

/* How often a verdict of rspamd seems to begin. */
static unsigned count_verdicts(struct logtext t)
{
	static const struct logtext mark = LOGTEXT(", (default: ");
	unsigned n = 0;
	const char *at;
	while ((at = logtext_find(t, mark)) != NULL) {
		t = logtext_between(at + mark.size, logtext_end(t));
		n += is_verdict(t);
	}
	return n;
}

enum found { FOUND_NONE, FOUND_ONE, FOUND_DAMAGED };

/* Where the client stands; *before is what stands in front of it. */
static enum found find_client(struct logtext t, struct task *task, struct logtext *before)
{
	static const struct logtext mark = LOGTEXT(", ip: ");
	struct logtext rest = t;
	struct task found;
	unsigned n = 0, n_whole = 0;
	const char *at;
	while ((at = logtext_find(rest, mark)) != NULL) {
		n++;
		rest = logtext_between(at + mark.size, logtext_end(t));
		if (!read_task(rest, &found))
			continue;
		*task = found;
		*before = logtext_between(t.at, at);
		n_whole++;
	}
	return !n ? FOUND_NONE : n_whole == 1 && count_verdicts(t) == 1 ? FOUND_ONE : FOUND_DAMAGED;
}

static bool is_atom(char c)
{
	return logtext_is_alnum(c) || (unsigned char)c >= 0x80 ||
	        (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

static size_t local_part_size(struct logtext sender)
{
	for (size_t i = sender.size; i > 0; i--)
		if (sender.at[i - 1] == '@')
			return i - 1;
	return 0;
}

/* rspamd writes "a b"@c.example as a b@c.example. */
static struct logtext quoted_again(struct rspamd *r, struct logtext sender)
{
	size_t size = local_part_size(sender), n_atoms = 0;
	while (n_atoms < size && is_atom(sender.at[n_atoms]))
		n_atoms++;
	if (n_atoms == size || (size > 1 && sender.at[0] == '"' && sender.at[size - 1] == '"'))
		return sender;
	textbuf_reset(&r->sender);
	textbuf_put_char(&r->sender, '"');
	for (size_t i = 0; i < size; i++) {
		if (sender.at[i] == '"' || sender.at[i] == '\\')
			textbuf_put_char(&r->sender, '\\');
		textbuf_put_char(&r->sender, sender.at[i]);
	}
	textbuf_put_char(&r->sender, '"');
	textbuf_put(&r->sender, sender.at + size, sender.size - size);
	return (struct logtext){ r->sender.bytes, r->sender.size };
}

/* "..., qid: <4F3A5>" */
static struct logtext queue_id(struct logtext before)
{
	if (!logtext_ends(before, LOGTEXT(">")))
		return (struct logtext){ 0 };
	const char *end = logtext_end(before) - 1, *from = end;
	while (from > before.at && logtext_is_alnum(from[-1]))
		from--;
	struct logtext front = logtext_between(before.at, from);
	return logtext_ends(front, LOGTEXT(", qid: <")) ? logtext_between(from, end)
	                                                : (struct logtext){ 0 };
}

static struct logtext spf_of(struct logtext verdict)
{
	static const struct {
		struct logtext symbol, word;
	} symbols[] = {
		{ LOGTEXT("R_SPF_ALLOW("), LOGTEXT("pass") },
		{ LOGTEXT("R_SPF_FAIL("), LOGTEXT("fail") },
		{ LOGTEXT("R_SPF_SOFTFAIL("), LOGTEXT("softfail") },
		{ LOGTEXT("R_SPF_NEUTRAL("), LOGTEXT("neutral") },
		{ LOGTEXT("R_SPF_NA("), LOGTEXT("none") },
		{ LOGTEXT("R_SPF_DNSFAIL("), LOGTEXT("temperror") },
		{ LOGTEXT("R_SPF_PERMFAIL("), LOGTEXT("permerror") },
	};
	for (unsigned i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
		const char *at = logtext_find(verdict, symbols[i].symbol);
		if (at && (at[-1] == '[' || at[-1] == ','))
			return symbols[i].word;
	}
	return (struct logtext){ 0 };
}

/* "F (reject): ..." and "F (soft reject): ..." */
static bool is_reject(struct logtext verdict)
{
	struct logtext action = logtext_behind(verdict, 2);
	return logtext_begins(action, LOGTEXT("(reject)")) ||
	        logtext_begins(action, LOGTEXT("(soft reject)"));
}

static bool take_time(struct rspamd *r, struct logtext t, struct log_out *out, int64_t *time_s)
{
	struct stamp stamp;
	if (stamp_take(&t, &stamp) && stamp.year && t.size && t.at[0] == '#') {
		*time_s = logclock_time(&out->clock, &stamp);
		return true;
	}
	return syslog_time(&r->syslog, &out->clock, time_s);
}

static void line(void *state, struct logtext t, struct log_out *out)
{
	struct rspamd *r = state;
	struct stamp stamp;
	struct logtext task_text, before = { 0 }, own = t;
	struct task task = { 0 };
	bool is_own = stamp_take(&own, &stamp) && own.size && own.at[0] == '#';
	bool has_envelope = !is_own && syslog_read(&r->syslog, t);
	if (!is_own && !has_envelope) {
		out->counts[LOG_LINES_UNREAD]++;
		return;
	}
	if (!find_task(has_envelope ? r->syslog.message : own, &task_text)) {
		out->counts[LOG_LINES_OTHER] += has_envelope;
		return;
	}
	enum found found = find_client(task_text, &task, &before);
	if (found == FOUND_NONE) {
		out->counts[LOG_NO_ADDRESS]++;
	} else if (found == FOUND_DAMAGED) {
		out->counts[LOG_LINES_DAMAGED]++;
	} else if (task.has_user) {
		out->counts[LOG_AUTHENTICATED]++;
	} else if (logtext_begins(task.ip, LOGTEXT("127.")) ||
	        logtext_same(task.ip, LOGTEXT("::1"))) {
		out->counts[LOG_LOCAL]++;
	} else if (!task.ip.size) {
		out->counts[LOG_NO_ADDRESS]++;
	} else {
		struct mail_event event = { .kind = is_reject(task.verdict) ? MAIL_REJECT
			                                                    : MAIL_MESSAGE,
			.queue_id = queue_id(before),
			.ip = task.ip,
			.sender = quoted_again(r, task.sender),
			.has_sender = task.has_sender,
			.spf_then = spf_of(task.verdict) };
		event.has_time = take_time(r, t, out, &event.time_s);
		out->failed |= r->sender.failed;
		out->emit(out, &event);
	}
}

static void *open_reader(void)
{
	return calloc(1, sizeof(struct rspamd));
}

static void close_reader(void *state)
{
	struct rspamd *r = state;
	if (r) {
		syslog_fini(&r->syslog);
		textbuf_fini(&r->sender);
	}
	free(r);
}

static bool stamp_of(struct logtext t, struct stamp *stamp)
{
	struct logtext own = t;
	return (stamp_take(&own, stamp) && own.size && own.at[0] == '#') || syslog_stamp(t, stamp);
}

static bool knows(struct logtext t)
{
	struct stamp stamp;
	struct logtext task;
	return find_task(t, &task) && stamp_of(t, &stamp);
}

const struct log_format rspamd_format = {
	.name = "rspamd",
	.summary = "rspamd's log of messages, by its default log_format",
	.knows = knows,
	.stamp = stamp_of,
	.open = open_reader,
	.line = line,
	.close = close_reader,
};
