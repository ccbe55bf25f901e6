/* note.c - the lines of a note: printed, found, and compared with another's. */
#include "results/note.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define INFO "info."

struct textbuf *note_add(
        struct note *note, enum note_kind kind, const char *name, const char *preset)
{
	assert(note->n_lines < NOTE_LINES_MAX);
	assert((kind == NOTE_INFO) == !strncmp(name, INFO, strlen(INFO)));
	struct note_line *line = &note->lines[note->n_lines++];
	*line = (struct note_line){ .name = name, .kind = kind, .has_preset = preset };
	assert(!preset || strlen(preset) < sizeof line->preset);
	if (preset)
		memcpy(line->preset, preset, strlen(preset) + 1);
	return &line->value;
}

void note_fini(struct note *note)
{
	for (unsigned i = 0; i < note->n_lines; i++)
		textbuf_fini(&note->lines[i].value);
	note->n_lines = 0;
}

void note_put(struct textbuf *out, const struct note *note)
{
	for (unsigned i = 0; i < note->n_lines; i++) {
		const struct note_line *line = &note->lines[i];
		textbuf_printf(out, "%s=", line->name);
		textbuf_put(out, line->value.bytes, line->value.size);
		textbuf_put_char(out, '\n');
		out->failed |= line->value.failed;
	}
}

bool note_next_line(
        const char **at, const char *end, struct csv_field *name, struct csv_field *value)
{
	if (*at >= end)
		return false;
	const char *stop = memchr(*at, '\n', (size_t)(end - *at));
	stop = stop ? stop : end;
	const char *equals = memchr(*at, '=', (size_t)(stop - *at));
	equals = equals ? equals : stop;
	*name = (struct csv_field){ .text = *at, .size = (size_t)(equals - *at) };
	*value = (struct csv_field){ .text = equals < stop ? equals + 1 : stop };
	value->size = (size_t)(stop - value->text);
	*at = stop + 1;
	return true;
}

struct csv_field note_value(const char *text, size_t size, const char *name)
{
	const char *at = text, *end = text + size;
	struct csv_field found, value;
	while (size && note_next_line(&at, end, &found, &value))
		if (csv_field_is(found, name))
			return value;
	return (struct csv_field){ 0 };
}

enum { SHOWN_BYTES = 256 };

static void tell(const struct note_line *line, struct csv_field was, struct csv_field is, char *why,
        size_t why_size)
{
	static const char *const forms[] = {
		[NOTE_OPTION] = "--%s was '%s' and is '%s' now",
		[NOTE_ANSWERS] = "--%s was '%s' and is '%s' now",
		[NOTE_COLUMN] = "the column of '%s' was '%s' and is '%s' now",
		[NOTE_FORM] = "its %s is '%s' and not '%s'",
	};
	char before[SHOWN_BYTES], now[SHOWN_BYTES];
	csv_field_show(before, sizeof before, was);
	csv_field_show(now, sizeof now, is);
	if (line->kind == NOTE_COMMAND)
		snprintf(why, why_size, "it was written by 'spfsweep %s' and not by 'spfsweep %s'",
		        before, now);
	else
		snprintf(why, why_size, forms[line->kind], line->name, before, now);
}

/* A scan goes on with what a retry wrote: the rows of the same input. */
static bool may_go_on(const struct note_line *line, struct csv_field was, struct csv_field is)
{
	return line->kind == NOTE_COMMAND && csv_field_is(was, "retry") && csv_field_is(is, "scan");
}

static bool line_differs(
        const struct note_line *line, const char *theirs, size_t size, char *why, size_t why_size)
{
	struct csv_field was = note_value(theirs, size, line->name);
	struct csv_field is = { .text = line->value.size ? line->value.bytes : "",
		.size = line->value.size };
	if (!was.text && !line->has_preset)
		return false;
	if (!was.text)
		was = (struct csv_field){ .text = line->preset, .size = strlen(line->preset) };
	if (csv_field_same(was, is) || may_go_on(line, was, is))
		return false;
	tell(line, was, is, why, why_size);
	return true;
}

static bool knows(const struct note *note, struct csv_field name)
{
	if (name.size >= strlen(INFO) && !memcmp(name.text, INFO, strlen(INFO)))
		return true;
	for (unsigned i = 0; i < note->n_lines; i++)
		if (csv_field_is(name, note->lines[i].name))
			return true;
	return !name.size;
}

static bool has_unknown_line(
        const struct note *ours, const char *theirs, size_t size, char *why, size_t why_size)
{
	const char *at = theirs, *end = theirs + size;
	struct csv_field name, value;
	char text[SHOWN_BYTES];
	while (size && note_next_line(&at, end, &name, &value))
		if (!knows(ours, name)) {
			snprintf(why, why_size,
			        "its note has a line '%s' that this version does not know: a newer "
			        "spfsweep wrote it",
			        csv_field_show(text, sizeof text, name));
			return true;
		}
	return false;
}

bool note_differs(const struct note *ours, const char *theirs, size_t size, bool any_command,
        char *why, size_t why_size)
{
	for (unsigned i = 0; i < ours->n_lines; i++) {
		const struct note_line *line = &ours->lines[i];
		if (line->kind == NOTE_INFO ||
		        ((line->kind == NOTE_COMMAND || line->kind == NOTE_ANSWERS) && any_command))
			continue;
		if (line_differs(line, theirs, size, why, why_size))
			return true;
	}
	return has_unknown_line(ours, theirs, size, why, why_size);
}
