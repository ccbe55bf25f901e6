/* resultshape.c - messages around export/shape.h. */
#include "cli/resultshape.h"

#include "base/exit_status.h"
#include "base/message.h"
#include "cli/nearest.h"
#include "results/retry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *shown(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

/* By the note, which only a file has that can be read twice. */
static bool is_guarded(const char *path)
{
	struct textbuf value = { 0 };
	bool guarded = strcmp(path, "-") && retry_note_value(path, "csv-safe", &value) &&
	        !strcmp(textbuf_text(&value), "yes");
	textbuf_fini(&value);
	return guarded;
}

static int fail_to_open(const char *path, enum error err)
{
	const bool is_lacking = err == ERROR_SYSTEM && error_is_wrong_name(errno);
	message(MESSAGE_ERROR, "%s: %s", shown(path),
	        err == ERROR_EMPTY               ? "it is empty"
	                : err == ERROR_SYSTEM    ? strerror(errno)
	                : err == ERROR_CORRUPT   ? "the gzip data is corrupt"
	                : err == ERROR_TRUNCATED ? "the gzip data ends too early"
	                                         : error_text(err));
	return is_lacking || err == ERROR_EMPTY ? EXIT_USAGE : EXIT_STOPPED;
}

int resultshape_open(
        struct reading *reading, struct shape *shape, const char *path, const char *command)
{
	*shape = (struct shape){ 0 };
	enum error err = reading_open(reading, path, is_guarded(path));
	if (err)
		return fail_to_open(path, err);
	err = shape_of_names(shape, reading->fields, reading->n);
	if (err == ERROR_SYNTAX)
		message(MESSAGE_ERROR,
		        "%s: it has no columns row and status: %s reads what scan, audit, retry "
		        "and "
		        "merge write",
		        shown(path), command);
	else if (err == ERROR_LIMIT)
		message(MESSAGE_ERROR, "%s: it has more than %u columns", shown(path),
		        (unsigned)SHAPE_COLUMNS_MAX);
	else if (err)
		message(MESSAGE_ERROR, "%s: %s", shown(path), error_text(err));
	return !err ? EXIT_DONE : err == ERROR_NOMEM ? EXIT_STOPPED : EXIT_USAGE;
}

void resultshape_refuse_name(const struct shape *shape, struct csv_field name, const char *option)
{
	char text[64];
	struct nearest nearest = nearest_of(csv_field_show(text, sizeof text, name));
	for (unsigned i = 0; i < shape->n; i++)
		nearest_try(&nearest, shape->columns[i].name);
	if (shape_find(shape, name) >= 0)
		message(MESSAGE_ERROR, "--%s names the column '%s' twice", option, text);
	else if (nearest.name)
		message(MESSAGE_ERROR, "--%s: there is no column '%s'; did you mean %s?", option,
		        text, nearest.name);
	else
		message(MESSAGE_ERROR,
		        "--%s: there is no column '%s'; spfsweep schema lists the columns", option,
		        text);
}

bool resultshape_take_where(struct conditions *where, const char *text)
{
	if (!text || conditions_parse(where, text))
		return true;
	message(MESSAGE_ERROR,
	        "--where takes conditions with commas between them, as spf=fail or "
	        "spf=fail,iprev!=pass, not '%s'",
	        text);
	return false;
}

bool resultshape_choose(struct shape *shape, const char *fields)
{
	struct csv_field wrong;
	if (shape_choose(shape, fields, &wrong))
		return true;
	resultshape_refuse_name(shape, wrong, "fields");
	return false;
}
