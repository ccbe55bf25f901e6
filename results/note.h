/* note.h - what decides the rows of an output, besides its input and the DNS, in words.
 *
 * A text of lines, "checks=spf,mx", which stands in the output's first member. So an output that is
 * to be gone on with is told from one of another scan, and what differs can be said. Lines are
 * known by name: a line that is missing means its preset, so an output of an older version stays
 * usable when lines are added. A line whose name begins with "info." tells something and decides
 * nothing.
 *
 * Whoever makes a note adds its lines one by one: the scan what it understood of the input, the
 * command line each option that decides rows (cli/options.h). Pure. */
#ifndef RESULTS_NOTE_H
#define RESULTS_NOTE_H

#include "base/textbuf.h"
#include "io/csv.h"

#include <stdbool.h>
#include <stddef.h>

enum { NOTE_LINES_MAX = 48, NOTE_PRESET_BYTES = 64 };

/* How a difference is told. */
enum note_kind {
	NOTE_OPTION,  /* "--checks was 'spf' and is 'mx' now" */
	NOTE_COMMAND, /* "it was written by 'spfsweep retry' and not by 'spfsweep scan'" */
	NOTE_COLUMN,  /* "the column of 'ip' was 2 and is 3 now" */
	NOTE_FORM,    /* "its kind is 'audit' and not 'scan'" */
	NOTE_INFO,    /* never compared; its name begins with "info." */
};

struct note_line {
	const char *name;
	bool has_preset;
	char preset[NOTE_PRESET_BYTES]; /* what it means that the line is missing */
	enum note_kind kind;
	struct textbuf value;
};

struct note {
	struct note_line lines[NOTE_LINES_MAX];
	unsigned n_lines;
};

/* Adds a line. Its value is to be printed into the buffer that is returned, and must hold no line
 * end. `name` must outlive the note. `preset`, of at most 63 octets, is what it means that an
 * output has no such line; NULL: nothing, and then it is not compared. */
struct textbuf *note_add(
        struct note *note, enum note_kind kind, const char *name, const char *preset);
/* Takes a zeroed one. */
void note_fini(struct note *note);

/* Appends its text. out->failed when memory ran out, of any line. */
void note_put(struct textbuf *out, const struct note *note);

/* The value of a line in the text of a note; text NULL where there is no such line. */
struct csv_field note_value(const char *text, size_t size, const char *name);

/* The first difference between an output's note and ours, in words for the user, into `why`. False
 * when there is none. With `any_command` it makes no difference which command wrote it. A line of
 * theirs that we do not know is a difference: a newer version wrote it, and it decides rows. */
bool note_differs(const struct note *ours, const char *theirs, size_t size, bool any_command,
        char *why, size_t why_size);

#endif
