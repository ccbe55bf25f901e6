/* policydspf.c - one line, one message: what policyd-spf logs, and every line that holds a header
 * Received-SPF. Other lines of the log are not needed. */
#include "maillog/policydspf.h"

#include "maillog/receivedspf.h"
#include "maillog/syslog.h"

#include <stdlib.h>

struct policydspf {
	struct syslog syslog;
};

/* Of a header alone, in a file of such lines, there is no envelope. */
static void line(void *state, struct logtext t, struct log_out *out)
{
	struct policydspf *p = state;
	struct receivedspf r;
	bool has_envelope = syslog_read(&p->syslog, t);
	struct logtext text = has_envelope ? p->syslog.message : t;
	if (!receivedspf_read(text, &r)) {
		out->counts[has_envelope ? LOG_LINES_OTHER : LOG_LINES_UNREAD]++;
		return;
	}
	struct mail_event event = { .kind = MAIL_MESSAGE,
		.ip = r.ip,
		.helo = r.helo,
		.sender = r.sender,
		.has_sender = r.has_sender,
		.spf_then = r.of_helo && r.sender.size ? (struct logtext){ 0 } : r.verdict };
	event.has_time = has_envelope && syslog_time(&p->syslog, &out->clock, &event.time_s);
	out->emit(out, &event);
}

static void *open_reader(void)
{
	return calloc(1, sizeof(struct policydspf));
}

static void close_reader(void *state)
{
	struct policydspf *p = state;
	if (p)
		syslog_fini(&p->syslog);
	free(p);
}

/* Where Postfix's lines stand beside them, those say more. */
static bool knows(struct logtext t)
{
	struct receivedspf r;
	return receivedspf_read(t, &r);
}

const struct log_format policydspf_format = {
	.name = "policyd-spf",
	.summary = "policyd-spf's lines alone, and Received-SPF in any line",
	.knows = knows,
	.stamp = syslog_stamp,
	.open = open_reader,
	.line = line,
	.close = close_reader,
};
