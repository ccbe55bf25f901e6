/* casefile.c - a side file of one row, without an output. */
#include "cli/casefile.h"

#include "base/clock.h"
#include "base/exit_status.h"
#include "cli/option_table.h"
#include "results/sidefile.h"
#include "scanner/filenames.h"
#include "scanner/recording.h"

#include <string.h>

int casefile_open(struct sidefile **out, const struct options *options)
{
	*out = NULL;
	if (!options->record)
		return EXIT_DONE;
	if (!filenames_allow(options))
		return EXIT_USAGE;
	int status = sidefile_open(out, options->record, "record");
	if (status != EXIT_DONE || sidefile_may_begin(*out, false))
		return status;
	sidefile_close(*out);
	*out = NULL;
	return EXIT_USAGE;
}

static void put_text(struct textbuf *out, const char *text)
{
	textbuf_put_char(out, '\t');
	if (text)
		textbuf_put_escaped(out, text, strlen(text));
}

static void put_rule(struct textbuf *out, const char *name, const char *value, size_t size)
{
	textbuf_printf(out, "#--%s=", name);
	textbuf_put(out, value, size);
	textbuf_put_char(out, '\n');
}

/* An option that may be given several times has a comment for each. */
static void put_asks(struct textbuf *out, const struct asks *asks)
{
	struct textbuf one = { 0 };
	for (unsigned i = 0; i < asks->n; i++) {
		textbuf_reset(&one);
		ask_print(&one, &asks->list[i]);
		put_rule(out, "ask", textbuf_text(&one), one.size);
	}
	out->failed |= one.failed;
	textbuf_fini(&one);
}

static bool is_of_check(const char *name)
{
	return option_find(name, strlen(name), 0, GROUP_CHECK | GROUP_RESOLVER);
}

/* The rules, a comment each: what the note of an output has, of what check takes. An empty value is
 * the default. */
static void put_rules(struct textbuf *out, const struct options *options)
{
	struct note note = { 0 };
	options_put_note(&note, options);
	for (unsigned i = 0; i < note.n_lines; i++) {
		const struct note_line *line = &note.lines[i];
		if (!strcmp(line->name, "ask"))
			put_asks(out, &options->asks);
		else if (line->value.size && is_of_check(line->name))
			put_rule(out, line->name, line->value.bytes, line->value.size);
	}
	note_fini(&note);
}

static void put_head(
        struct textbuf *out, const struct options *options, const struct casefile_pair *pair)
{
	recording_put_head(out, options);
	put_rules(out, options);
	textbuf_put_text(out, "#check");
	put_text(out, pair->ip);
	put_text(out, pair->who && !*pair->who ? "<>" : pair->who);
	put_text(out, pair->helo);
	textbuf_put_char(out, '\n');
}

bool casefile_write(struct sidefile *file, const struct options *options,
        const struct casefile_pair *pair, const struct textbuf *lines)
{
	struct textbuf head = { 0 };
	const struct bgzf_checkpoint mark = { .first_row = 1, .run = clock_wall_ms() };
	if (!file)
		return true;
	put_head(&head, options, pair);
	bool good = !head.failed && !lines->failed &&
	        sidefile_begin(file, &mark, (int)options->compression_level, head.bytes, head.size);
	if (good) {
		sidefile_put_row(file, lines->size ? lines->bytes : "", lines->size);
		sidefile_end_member(file, 1);
		good = sidefile_write(file) && sidefile_end(file);
	}
	textbuf_fini(&head);
	return sidefile_close(file) && good;
}
