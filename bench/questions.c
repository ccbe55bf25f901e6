/* questions.c - reads the questions of a list, one a line. */
#include "bench/questions.h"

#include "bench/textfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool parse_type(enum rrtype *type, const char *text)
{
	static const enum rrtype types[] = { RRTYPE_A, RRTYPE_AAAA, RRTYPE_MX, RRTYPE_PTR,
		RRTYPE_TXT, RRTYPE_NS };
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (!strcmp(text, rrtype_text(types[i]))) {
			*type = types[i];
			return true;
		}
	return false;
}

static bool parse_line(struct question *question, char *line)
{
	char *blank = strchr(line, ' ');
	if (!blank || blank == line || !parse_type(&question->type, blank + 1))
		return false;
	*blank = '\0';
	question->name = line;
	return true;
}

const char *questions_read(struct questions *q, const char *path)
{
	const char *why = textfile_read(&q->text, path);
	if (why)
		return why;
	size_t n = 0;
	for (size_t i = 0; i < q->text.size; i++)
		n += q->text.bytes[i] == '\n';
	q->list = calloc(n + 1, sizeof *q->list);
	if (!q->list)
		return "out of memory";
	for (char *line = q->text.bytes, *end; q->count < n; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			return "has a NUL in it";
		*end = '\0';
		if (!parse_line(&q->list[q->count], line))
			return "has a line that is no question";
		q->count++;
	}
	return q->count ? NULL : "has no question";
}

void questions_fini(struct questions *q)
{
	free(q->list);
	textbuf_fini(&q->text);
}
