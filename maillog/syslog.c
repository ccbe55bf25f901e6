/* syslog.c - envelopes of four forms. */
#include "maillog/syslog.h"

#include "maillog/journal.h"

#include <time.h>

enum { RFC3164_BYTES = 15 };

/* "<22>", which some files keep. False: there is none. */
static bool skip_priority(struct logtext *line)
{
	size_t n = 1;
	if (!line->size || line->at[0] != '<')
		return false;
	while (n < line->size && logtext_is_digit(line->at[n]))
		n++;
	if (n == 1 || n == line->size || line->at[n] != '>')
		return false;
	*line = logtext_behind(*line, n + 1);
	return true;
}

/* The text before the blank in front of the host. False: the line does not begin with a stamp. */
static bool cut_stamp(struct logtext *line, struct logtext *stamp)
{
	const char *t = line->at;
	if (line->size > RFC3164_BYTES && t[3] == ' ' && t[6] == ' ' && t[9] == ':' &&
	        t[12] == ':' && !logtext_is_digit(t[0])) {
		struct logtext rest = logtext_behind(*line, RFC3164_BYTES);
		struct logtext fraction;
		*stamp = (struct logtext){ t, RFC3164_BYTES };
		if (!logtext_cut(&rest, ' ', &fraction))
			return false;
		*line = rest;
		return true;
	}
	return line->size > 20 && t[4] == '-' && t[7] == '-' && t[10] == 'T' && t[13] == ':' &&
	        logtext_cut(line, ' ', stamp);
}

/* "postfix/smtpd[8266]: connect from ..." */
static bool cut_tag(struct syslog *s, struct logtext line)
{
	struct logtext tag;
	if (!logtext_cut(&line, ':', &tag) || !tag.size)
		return false;
	const char *bracket = logtext_find_char(tag, '[');
	s->pid = (struct logtext){ 0 };
	s->program = tag;
	if (bracket && tag.at[tag.size - 1] == ']') {
		s->program = logtext_between(tag.at, bracket);
		s->pid = logtext_between(bracket + 1, logtext_end(tag) - 1);
	}
	logtext_skip(&line, LOGTEXT(" "));
	s->message = line;
	return true;
}

/* "-", or "[id name="value"]..." with \ before a quote or bracket in a value; and the blank behind
 * it. */
static bool skip_structured_data(struct logtext *line)
{
	size_t n = 0;
	if (logtext_skip(line, LOGTEXT("-")))
		return !line->size || logtext_skip(line, LOGTEXT(" "));
	while (n < line->size && line->at[n] == '[') {
		while (n < line->size && line->at[n] != ']')
			n += line->at[n] == '\\' ? 2 : 1;
		n++;
	}
	if (!n || n >= line->size || line->at[n] != ' ')
		return false;
	*line = logtext_behind(*line, n + 1);
	return true;
}

/* RFC 5424 section 6, behind its version. */
static bool read_rfc5424(struct syslog *s, struct logtext line)
{
	struct logtext id;
	if (!logtext_cut(&line, ' ', &s->stamp) || !logtext_cut(&line, ' ', &s->host) ||
	        !logtext_cut(&line, ' ', &s->program) || !logtext_cut(&line, ' ', &s->pid) ||
	        !logtext_cut(&line, ' ', &id) || !skip_structured_data(&line) || !s->stamp.size)
		return false;
	if (logtext_same(s->pid, LOGTEXT("-")))
		s->pid = (struct logtext){ 0 };
	logtext_skip(&line, LOGTEXT("\xef\xbb\xbf"));
	s->message = line;
	return true;
}

static bool read_json(struct syslog *s, struct logtext line)
{
	if (!s->journal && !(s->journal = journal_new()))
		return false;
	if (!journal_read(s->journal, line))
		return false;
	s->stamp = (struct logtext){ 0 };
	s->time_s = journal_time(s->journal);
	s->host = journal_host(s->journal);
	s->program = journal_program(s->journal);
	s->pid = journal_pid(s->journal);
	s->message = journal_message(s->journal);
	return true;
}

bool syslog_read(struct syslog *s, struct logtext line)
{
	if (line.size && line.at[0] == '{')
		return read_json(s, line);
	if (skip_priority(&line) && logtext_skip(&line, LOGTEXT("1 ")))
		return read_rfc5424(s, line);
	return cut_stamp(&line, &s->stamp) && logtext_cut(&line, ' ', &s->host) && cut_tag(s, line);
}

void syslog_fini(struct syslog *s)
{
	journal_free(s->journal);
	s->journal = NULL;
}

bool syslog_time(const struct syslog *s, struct logclock *clock, int64_t *time_s)
{
	struct logtext text = s->stamp;
	struct stamp stamp;
	*time_s = s->time_s;
	if (!text.size)
		return s->time_s > 0;
	if (!stamp_take(&text, &stamp))
		return false;
	*time_s = logclock_time(clock, &stamp);
	return true;
}

static void stamp_of_time(struct stamp *stamp, int64_t time_s)
{
	time_t t = (time_t)time_s;
	struct tm tm;
	gmtime_r(&t, &tm);
	*stamp = (struct stamp){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		tm.tm_min, tm.tm_sec, true, 0 };
}

bool syslog_stamp(struct logtext line, struct stamp *stamp)
{
	struct syslog s = { 0 };
	bool found = syslog_read(&s, line);
	if (found && !s.stamp.size)
		stamp_of_time(stamp, s.time_s);
	else if (found)
		found = stamp_take(&s.stamp, stamp);
	found = found && (s.stamp.size || s.time_s || stamp->month);
	syslog_fini(&s);
	return found;
}
