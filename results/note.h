/* note.h - what decides the rows of an output besides its input and the DNS: text, one "name=value"
 * a line, in the output's first member.
 *
 * --resume and `retry` compare the note of an output with that of the run, line by line by name,
 * and say what differs:
 *
 *     a line that both have           its values must be equal
 *     one that the output lacks       means its preset, so outputs of older versions stay usable
 *     one that this version lacks     is a difference: a newer version wrote it
 *     one whose name begins "info."   informs, and is never compared
 *
 * The scan adds the lines about the input, the command line those of the options that decide rows
 * (cli/option_table.h). Pure. */
#ifndef RESULTS_NOTE_H
#define RESULTS_NOTE_H

#include "base/textbuf.h"
#include "io/csv.h"

#include <stdbool.h>
#include <stddef.h>

enum { NOTE_LINES_MAX = 48, NOTE_PRESET_BYTES = 64 };

/* How a difference is told. */
enum note_kind {
	NOTE_OPTION, /* "--checks was 'spf' and is 'mx' now" */
	/* "it was written by 'spfsweep scan' and not by 'spfsweep retry'"; the other way round is
	 * no difference, when the retry has ended (resume.h) */
	NOTE_COMMAND,
	NOTE_COLUMN,  /* "the column of 'ip' was 2 and is 3 now" */
	NOTE_ANSWERS, /* as NOTE_OPTION; `retry` may take its answers from elsewhere than the scan
	               */
	NOTE_FORM,    /* "its kind is 'audit' and not 'scan'" */
	NOTE_INFO,    /* never compared; its name begins with "info." */
};

struct note_line {
	const char *name;
	bool has_preset;
	char preset[NOTE_PRESET_BYTES]; /* the value of a line that is missing */
	enum note_kind kind;
	struct textbuf value;
};

struct note {
	struct note_line lines[NOTE_LINES_MAX];
	unsigned n_lines;
};

/* Adds a line. The caller prints its value, without a line end, into the buffer that is returned.
 * `name` must outlive the note. `preset`, of at most 63 octets, is the value that an output without
 * the line has. NULL: such an output is not compared in this line. At most NOTE_LINES_MAX lines;
 * more are a bug (an assertion). */
struct textbuf *note_add(
        struct note *note, enum note_kind kind, const char *name, const char *preset);
/* Takes a zeroed one. */
void note_fini(struct note *note);

/* Appends the text of the note. Out of memory, here or in a line's value: out->failed. */
void note_put(struct textbuf *out, const struct note *note);

/* The value of a line in the text of a note; it points into that. No such line: text is NULL. */
struct csv_field note_value(const char *text, size_t size, const char *name);

/* The name and the value of the line at *at, which moves behind it. False at the end. */
bool note_next_line(
        const char **at, const char *end, struct csv_field *name, struct csv_field *value);

/* True when an output's note differs from ours; `why` gets the first difference in words for the
 * user. With `any_command` the line of the command is not compared, nor where the answers came
 * from. */
bool note_differs(const struct note *ours, const char *theirs, size_t size, bool any_command,
        char *why, size_t why_size);

#endif
