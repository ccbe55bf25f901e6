/* reading.h - a format that reads lines, and its events as lines of text. */
#ifndef TESTS_MAILLOG_READING_H
#define TESTS_MAILLOG_READING_H

#include "base/textbuf.h"
#include "maillog/logformat.h"

struct reading {
	struct log_out out;
	const struct log_format *format;
	void *state;
	struct textbuf events; /* "message 1764347793 ABC client [ip] helo <sender> spf" a line */
};

void reading_begin(struct reading *r, const struct log_format *format, int year);
void reading_line(struct reading *r, const char *line);
/* The events so far; forgets them. */
const char *reading_events(struct reading *r);
void reading_end(struct reading *r);
void reading_free(struct reading *r);

#endif
