/* made.h - small outputs of block gzip, whose members a test puts one by one. A failure ends the
 * test. */
#ifndef TESTS_RESULTS_MADE_H
#define TESTS_RESULTS_MADE_H

#include "tests/made_file.h"

#include "base/textbuf.h"
#include "input/inputs.h"
#include "io/bgzf.h"
#include "results/format.h"

/* The note of an ordinary scan of two columns. */
static inline void made_note(struct note *note)
{
	textbuf_put_text(note_add(note, NOTE_FORM, "kind", "scan"), "scan");
	textbuf_put_text(note_add(note, NOTE_COMMAND, "command", "scan"), "scan");
	textbuf_put_text(note_add(note, NOTE_FORM, "input_columns", NULL), "2");
	textbuf_put_text(note_add(note, NOTE_OPTION, "checks", "spf,mx"), "spf,mx");
}

/* An output in the making. `mark` is that of the next member; its first_row grows by itself. */
struct made_output {
	struct bgzf *z;
	struct textbuf bytes;
	struct bgzf_checkpoint mark;
};

/* Appends a member with so many rows in its text. */
static inline void made_member(struct made_output *o, const char *text, uint32_t n_rows)
{
	o->mark.n_rows = n_rows;
	bgzf_put_member(o->z, &o->bytes, text, strlen(text), &o->mark);
	o->mark.first_row += n_rows;
	o->mark.note_size = 0;
}

/* Begins with a member that holds the note and the header row of `format`. */
static inline struct made_output made_output(struct format *format, unsigned version)
{
	struct made_output o = { .z = bgzf_new(1) };
	o.mark = (struct bgzf_checkpoint){ .version = version,
		.fingerprint = format->fingerprint,
		.first_row = 1,
		.run = 1000,
		.note = format->note.bytes,
		.note_size = format->note.size };
	made_member(&o, textbuf_text(&format->header), 0);
	return o;
}

/* "N,INPUT,ok,,SPF,,..." in the columns of a new output, as made_output() has them. */
static inline void made_row(
        struct textbuf *out, unsigned number, const char *input, const char *spf)
{
	struct column_set set;
	columns_all(&set, NULL);
	textbuf_printf(out, "%u,%s", number, input);
	for (unsigned i = 0; i < set.n; i++) {
		const char *name = set.at[i]->name;
		textbuf_printf(out, ",%s",
		        !strcmp(name, "status")        ? "ok"
		                : !strcmp(name, "spf") ? spf
		                : !strcmp(name, "problems") && !strcmp(spf, "temperror")
		                ? "no_mx;temperror"
		                : "");
	}
	textbuf_put_char(out, '\n');
}

static inline void made_output_fini(struct made_output *o)
{
	bgzf_free(o->z);
	textbuf_fini(&o->bytes);
}

#endif
