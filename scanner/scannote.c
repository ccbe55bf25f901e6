/* scannote.c - one line for each thing that decides rows. */
#include "scanner/scannote.h"

#include "base/version.h"
#include "scanner/sides.h"

#include <string.h>

/* Which of the input's columns this is, from 1. Empty: none. */
static void put_column(struct note *note, const char *name, int column)
{
	struct textbuf *value = note_add(note, NOTE_COLUMN, name, NULL);
	if (column != COLUMN_NONE)
		textbuf_put_u64(value, (uint64_t)column + 1);
}

static void put_text(struct note *note, const char *name, const char *text)
{
	struct textbuf *value = note_add(note, NOTE_ANSWERS, name, "");
	if (text)
		textbuf_put_escaped(value, text, strlen(text));
}

/* What made rows of mail logs. `retry` has the rows: it compares none of this. */
static void put_logs(struct note *note, const struct scannote *of)
{
	const struct options *o = of->options;
	put_text(note, "log", of->logs ? logfiles_format(of->logs)->name : NULL);
	put_text(note, SCANNOTE_YEAR, of->logs ? logfiles_years(of->logs) : NULL);
	put_text(note, "since", o->since);
	put_text(note, "until", o->until);
	put_text(note, "trusted", o->trusted);
	put_text(note, "connects", o->connects ? "yes" : NULL);
}

void scannote_write(struct note *note, const struct scannote *of)
{
	const struct layout *layout = of->layout;
	const struct options *o = of->options;
	textbuf_put_text(note_add(note, NOTE_FORM, "kind", "scan"), o->audit ? "audit" : "scan");
	textbuf_put_text(note_add(note, NOTE_COMMAND, "command", "scan"), of->job->command);
	textbuf_put_u64(note_add(note, NOTE_FORM, "input_columns", NULL), layout->n_columns);
	for (enum role role = 0; role < ROLE_COUNT; role++)
		put_column(note, role_text(role), role_column_of(layout, role));
	textbuf_put_text(note_add(note, NOTE_FORM, "delimiter", ","),
	        layout_delimiter_text(layout->delimiter));
	put_logs(note, of);
	of->job->put_note(note, o);
	textbuf_put_text(note_add(note, NOTE_ANSWERS, "replay", ""), of->replay_digest);
	textbuf_put_text(note_add(note, NOTE_INFO, "info.version", NULL), SPFSWEEP_VERSION);
	for (enum side side = 0; side < SIDE_COUNT; side++) {
		const char *path = sides_path(o, side);
		if (path)
			textbuf_put_escaped(note_add(note, NOTE_INFO, sides_note(side), NULL), path,
			        strlen(path));
	}
}
