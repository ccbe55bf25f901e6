/* loglines.c - one buffer; what is left of a line moves to its beginning. */
#include "logs/loglines.h"

#include <stdlib.h>

enum { BUFFER_BYTES = 256 << 10 };

bool loglines_init(struct loglines *l, struct source *source)
{
	*l = (struct loglines){ .source = source, .buffer = malloc(BUFFER_BYTES) };
	return l->buffer != NULL;
}

void loglines_fini(struct loglines *l)
{
	free(l->buffer);
	*l = (struct loglines){ 0 };
}

static void make_room(struct loglines *l)
{
	memmove(l->buffer, l->buffer + l->at, l->end - l->at);
	l->end -= l->at;
	l->at = 0;
}

/* More octets behind those that are there. False: none came. */
static bool fill(struct loglines *l, const volatile bool *stop)
{
	if (l->at)
		make_room(l);
	size_t n = source_read(l->source, l->buffer + l->end, BUFFER_BYTES - l->end, stop);
	l->end += n;
	return n > 0;
}

static const char *line_end(const struct loglines *l)
{
	return l->at < l->end ? memchr(l->buffer + l->at, '\n', l->end - l->at) : NULL;
}

static struct logtext without_cr(struct logtext line)
{
	while (line.size && line.at[line.size - 1] == '\r')
		line.size--;
	return line;
}

/* Up to the next line. False: the text ends before it. */
static bool skip_rest(struct loglines *l, const volatile bool *stop)
{
	const char *end;
	while (!(end = line_end(l))) {
		l->at = l->end;
		if (!fill(l, stop))
			return false;
	}
	l->at = (size_t)(end + 1 - l->buffer);
	l->is_skipping = false;
	return true;
}

/* What the file ends with, without a line end. */
static bool take_last(struct loglines *l, struct logtext *line)
{
	if (l->at == l->end || !source_ended(l->source) || source_error(l->source))
		return false;
	*line = without_cr((struct logtext){ l->buffer + l->at, l->end - l->at });
	l->at = l->end;
	return true;
}

/* A machine that crashes leaves blocks of them in a file. False: nothing is left. */
static bool skip_zeros(struct loglines *l)
{
	while (l->at < l->end && !l->buffer[l->at])
		l->at++;
	return l->at < l->end;
}

bool loglines_next(
        struct loglines *l, struct logtext *line, bool *is_long, const volatile bool *stop)
{
	const char *end;
	*is_long = false;
	if (l->is_skipping && !skip_rest(l, stop))
		return false;
	while (!skip_zeros(l) || (!(end = line_end(l)) && l->end - l->at < LOGLINES_MAX_BYTES))
		if (!fill(l, stop))
			return take_last(l, line);
	const char *from = l->buffer + l->at;
	*is_long = !end || end - from > LOGLINES_MAX_BYTES;
	*line = *is_long ? (struct logtext){ from, LOGLINES_MAX_BYTES }
	                 : without_cr(logtext_between(from, end));
	l->is_skipping = *is_long && !end;
	l->at = end ? (size_t)(end + 1 - l->buffer) : l->at + LOGLINES_MAX_BYTES;
	return true;
}

struct logtext loglines_peek(struct loglines *l, const volatile bool *stop)
{
	bool is_file = source_raw_size(l->source) > 0;
	while (l->end - l->at < BUFFER_BYTES && (is_file || !line_end(l)))
		if (!fill(l, stop))
			break;
	return (struct logtext){ l->buffer + l->at, l->end - l->at };
}

void loglines_drop(struct loglines *l)
{
	l->at = l->end;
}

/* Of a line that is too long, and of which the rest is passed over, no more than is there. */
static void skip_ready(struct loglines *l)
{
	const char *end = line_end(l);
	if (!l->is_skipping)
		return;
	l->at = end ? (size_t)(end + 1 - l->buffer) : l->end;
	l->is_skipping = !end;
}

static bool has_line(struct loglines *l)
{
	skip_ready(l);
	return !l->is_skipping && skip_zeros(l) &&
	        (line_end(l) || l->end - l->at >= LOGLINES_MAX_BYTES);
}

bool loglines_would_block(struct loglines *l)
{
	if (has_line(l))
		return false;
	if (l->at)
		make_room(l);
	l->end += source_read_ready(l->source, l->buffer + l->end, BUFFER_BYTES - l->end);
	return !has_line(l) && !source_ended(l->source);
}

bool loglines_ended(const struct loglines *l)
{
	return l->at == l->end && source_ended(l->source);
}
