/* journal.c - one object a line, kept until the next one. */
#include "maillog/journal.h"

#include "base/textbuf.h"

#include <jansson.h>
#include <stdlib.h>

enum { US_PER_S = 1000000 };

struct journal {
	json_t *object;
	struct logtext host, program, pid, message;
	struct textbuf octets; /* of a message that is a list */
};

struct journal *journal_new(void)
{
	return calloc(1, sizeof(struct journal));
}

void journal_free(struct journal *j)
{
	if (!j)
		return;
	json_decref(j->object);
	textbuf_fini(&j->octets);
	free(j);
}

static struct logtext text_of(const struct journal *j, const char *name)
{
	const json_t *value = json_object_get(j->object, name);
	return json_is_string(value)
	        ? (struct logtext){ json_string_value(value), json_string_length(value) }
	        : (struct logtext){ 0 };
}

static struct logtext octets_of(struct journal *j, const json_t *list)
{
	const json_t *value;
	size_t i;
	textbuf_reset(&j->octets);
	json_array_foreach(list, i, value)
	        textbuf_put_char(&j->octets, (char)json_integer_value(value));
	return (struct logtext){ textbuf_text(&j->octets), j->octets.size };
}

bool journal_read(struct journal *j, struct logtext line)
{
	json_decref(j->object);
	j->object = json_loadb(line.at, line.size, JSON_ALLOW_NUL, NULL);
	if (!json_is_object(j->object))
		return false;
	const json_t *message = json_object_get(j->object, "MESSAGE");
	j->host = text_of(j, "_HOSTNAME");
	j->program = text_of(j, "SYSLOG_IDENTIFIER");
	j->pid = text_of(j, "SYSLOG_PID");
	if (!j->pid.size)
		j->pid = text_of(j, "_PID");
	j->message = json_is_array(message) ? octets_of(j, message) : text_of(j, "MESSAGE");
	return j->program.size && j->message.size;
}

struct logtext journal_host(const struct journal *j)
{
	return j->host;
}

struct logtext journal_program(const struct journal *j)
{
	return j->program;
}

struct logtext journal_pid(const struct journal *j)
{
	return j->pid;
}

struct logtext journal_message(const struct journal *j)
{
	return j->message;
}

int64_t journal_time(const struct journal *j)
{
	struct logtext t = text_of(j, "__REALTIME_TIMESTAMP");
	int64_t us = 0;
	if (t.size > 18)
		return 0;
	for (size_t i = 0; i < t.size; i++) {
		if (!logtext_is_digit(t.at[i]))
			return 0;
		us = us * 10 + t.at[i] - '0';
	}
	return us / US_PER_S;
}

const char *journal_library_version(void)
{
	return jansson_version_str();
}
