/* retry.c - an output read as an input. Its file is looked at twice: as members, for its note and
 * its end (retry_told(), retry_fits()), and as CSV, by inputs_next() through the form. */
#include "results/retry.h"

#include "base/message.h"
#include "io/members.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- rows ---- */

static struct csv_record record_of(const char *text, size_t size)
{
	bool plain = !size || (!memchr(text, '"', size) && !memchr(text, '\r', size));
	return (struct csv_record){ .text = text, .size = size, .plain = plain };
}

/* The input's columns as they stood, without what --csv-safe put before them. */
static struct csv_record unguarded(struct retry *r, struct csv_field input)
{
	struct csv_record record = record_of(input.text, input.size);
	if (!r->guarded)
		return record;
	struct csv_fields fields = csv_fields_of_record(&record, &r->scratch);
	struct csv_field field;
	textbuf_reset(&r->input);
	for (bool first = true; csv_next_field(&fields, &field); first = false) {
		if (!first)
			textbuf_put_char(&r->input, ',');
		field = csv_unguard(field);
		csv_put_field(&r->input, field.text, field.size);
	}
	return record_of(r->input.size ? r->input.bytes : "", r->input.size);
}

/* Without these two columns a row does not say what is to become of it. */
static bool has_needed_columns(const struct results *r)
{
	return results_has_column(r, "problems") && results_has_column(r, "error");
}

static bool begin(struct input_form *form, const char *path, const struct csv_record *first,
        struct csv_record *header)
{
	struct retry *r = (struct retry *)form;
	struct csv_field input;
	const char *why = "its header row has no column problems, or none error";
	r->last_number = 0;
	if (!first->size) {
		message(MESSAGE_ERROR,
		        "%s: it is no output of this version of spfsweep: it is empty", path);
		return false;
	}
	if (!results_of_header(&r->results, first, r->told.n_input, r->asks, &input, &why) ||
	        !has_needed_columns(&r->results)) {
		message(MESSAGE_ERROR, "%s: it is no output of this version of spfsweep: %s", path,
		        why);
		return false;
	}
	*header = unguarded(r, input);
	if (r->input.failed)
		message(MESSAGE_ERROR, "%s: %s", path, error_text(ERROR_NOMEM));
	return !r->input.failed;
}

/* `expected` is how many-th row of the file it is, from 1. */
static bool is_next_number(const struct retry *r, uint64_t number, uint64_t expected)
{
	return r->told.has_gaps ? number > r->last_number : number == expected;
}

/* A row that is done again would lose what those found. */
static bool lacks_checks(struct retry *r, const struct results_row *row)
{
	char words[CHECKS_TEXT_BYTES];
	unsigned lost = results_checks(row) & ~r->checks;
	if (lost)
		snprintf(r->refusal, sizeof r->refusal,
		        "the row holds results of %s, which --checks leaves out: give retry the "
		        "--checks that the scan had",
		        checks_print(words, lost));
	r->form.refusal = lost ? r->refusal : NULL;
	return lost;
}

/* Both texts are RFC 3339 in UTC and of one length, so they sort as times do. */
static bool is_old(const struct retry *r, const struct results_row *row)
{
	const struct csv_field at = row->evaluated_at;
	if (!r->before[0])
		return false;
	return at.size != strlen(r->before) || memcmp(at.text, r->before, at.size) < 0;
}

static enum error next(
        struct input_form *form, const struct csv_record *record, struct input_row *row)
{
	static const char no_record[] = "row:";
	struct retry *r = (struct retry *)form;
	struct results_row result;
	if (!results_parse(&r->results, record, &r->scratch, &result) ||
	        !is_next_number(r, result.number, row->number))
		return r->scratch.failed ? ERROR_NOMEM : ERROR_SYNTAX;
	r->form.refusal = NULL;
	bool is_no_record = result.error.size >= strlen(no_record) &&
	        !memcmp(result.error.text, no_record, strlen(no_record));
	row->number = r->last_number = result.number;
	row->printed = (struct csv_field){ .text = record->text, .size = record->size };
	row->keep = is_no_record || (!results_has_failure(&result) && !is_old(r, &result));
	if (!row->keep && lacks_checks(r, &result))
		return ERROR_SYNTAX;
	row->record = unguarded(r, result.input);
	return r->input.failed || r->scratch.failed ? ERROR_NOMEM : ERROR_NONE;
}

void retry_init(struct retry *r, bool guarded, unsigned checks, struct format_told told,
        const struct asks *asks)
{
	*r = (struct retry){
		.form = { .row_max_bytes = RESULTS_ROW_MAX_BYTES,
		        .looks_ahead = told.n_input == RESULTS_UNTOLD,
		        .begin = begin,
		        .row = next },
		.guarded = guarded,
		.checks = checks,
		.told = told,
		.asks = asks,
	};
	r->form.has_columns = told.has_columns;
	memcpy(r->form.columns, told.columns, sizeof told.columns);
	r->form.delimiter = told.delimiter;
}

void retry_set_age(struct retry *r, unsigned older_than_s, uint64_t now_ms)
{
	uint64_t now_s = now_ms / 1000;
	clock_utc_text(now_s > older_than_s ? now_s - older_than_s : 0, r->before);
}

void retry_fini(struct retry *r)
{
	textbuf_fini(&r->scratch);
	textbuf_fini(&r->input);
}

/* ---- members ---- */

/* The members of a file whose first one has a mark of ours, which is in *first. NULL: it is no such
 * file, or it is a pipe, which can be read only once; or it cannot be opened, which whoever reads
 * its rows tells. */
static struct members *open_output(const char *path, struct member *first)
{
	struct members *m;
	struct stat st;
	if (!strcmp(path, "-") || stat(path, &st) || !S_ISREG(st.st_mode) || members_open(&m, path))
		return NULL;
	if (!members_next(m, first) && first->has_checkpoint)
		return m;
	members_close(m);
	return NULL;
}

struct format_told retry_told(const char *path)
{
	struct member first;
	struct members *m = open_output(path, &first);
	struct format_told told = { .n_input = RESULTS_UNTOLD };
	if (m)
		told = format_told_by(first.checkpoint.note, first.checkpoint.note_size);
	members_close(m);
	return told;
}

bool retry_note_value(const char *path, const char *name, struct textbuf *value)
{
	struct member first;
	struct members *m = open_output(path, &first);
	struct csv_field found = { 0 };
	if (m)
		found = note_value(first.checkpoint.note, first.checkpoint.note_size, name);
	textbuf_put(value, found.text, found.size);
	members_close(m);
	return found.size > 0;
}

bool retry_asks(const char *path, struct asks *asks)
{
	struct member first;
	struct members *m = open_output(path, &first);
	struct csv_field told = { 0 };
	char why[ASK_WHY_BYTES];
	asks->n = 0;
	if (m)
		told = note_value(first.checkpoint.note, first.checkpoint.note_size, "ask");
	const bool known = !told.size || asks_parse(asks, told.text, told.size, why);
	if (!known)
		message(MESSAGE_ERROR,
		        "%s: its note has an --ask that this version does not know: %s", path, why);
	members_close(m);
	return known;
}

bool retry_keep_note(const char *path, struct format *f)
{
	struct member first;
	struct members *m = open_output(path, &first);
	bool good = true;
	if (m && first.checkpoint.version == f->version) {
		textbuf_reset(&f->note);
		textbuf_put(&f->note, first.checkpoint.note, first.checkpoint.note_size);
		good = !f->note.failed &&
		        format_fingerprint(&f->fingerprint, f->note.bytes, f->note.size,
		                f->header.bytes, f->header.size);
	}
	members_close(m);
	return good;
}

static bool has_our_options(const char *path, const struct note *ours, const struct member *first)
{
	char why[640];
	if (!note_differs(ours, first->checkpoint.note, first->checkpoint.note_size, true, why,
	            sizeof why))
		return true;
	message(MESSAGE_ERROR, "%s: %s: give retry the options that the scan had", path, why);
	return false;
}

/* The note and the header row must be those that the first member was marked with: a note of other
 * columns would make the rows say something else. Of a header row that does not end nothing is
 * said. */
static bool begins_well(const char *path, struct members *m, struct member member)
{
	struct textbuf note = { 0 }, text = { 0 };
	uint64_t fingerprint = member.checkpoint.fingerprint;
	size_t size = 0;
	textbuf_put(&note, member.checkpoint.note, member.checkpoint.note_size);
	do {
		textbuf_put(&text, member.text, member.text_size);
		size = text.size ? csv_row_size(text.bytes, text.size) : 0;
	} while (!size && text.size < RESULTS_ROW_MAX_BYTES && !members_next(m, &member));
	bool good = !size ||
	        format_is_of(fingerprint, note.size ? note.bytes : "", note.size, text.bytes, size);
	if (!good)
		message(MESSAGE_ERROR,
		        "%s: its beginning is damaged, which says how its rows are to be read; "
		        "unpack it (gzip -d) and retry the CSV",
		        path);
	textbuf_fini(&note);
	textbuf_fini(&text);
	return good;
}

static bool is_whole(const char *path, struct members *m, struct closing *closing)
{
	struct member member;
	bool is_eof = false;
	enum error err;
	while (!(err = members_next(m, &member))) {
		const struct bgzf_checkpoint *mark = &member.checkpoint;
		is_eof = member.is_eof;
		if (closing_is_in(&member) && !closing_parse(closing, mark->note, mark->note_size))
			*closing = (struct closing){ 0 };
	}
	closing->summary = (struct csv_field){ 0 };
	if (is_eof)
		return true;
	if (err == ERROR_CORRUPT)
		message(MESSAGE_ERROR,
		        "%s: it is damaged behind byte %llu; the rows from there on must be "
		        "scanned again, as `spfsweep scan --resume` does",
		        path, (unsigned long long)members_at(m));
	else
		message(MESSAGE_ERROR,
		        "%s: the scan that wrote this did not end: finish it with --resume first",
		        path);
	return false;
}

bool retry_fits(const char *path, const struct note *ours, struct closing *closing)
{
	*closing = (struct closing){ 0 };
	struct member first;
	struct members *m = open_output(path, &first);
	bool fits = !m ||
	        (has_our_options(path, ours, &first) && begins_well(path, m, first) &&
	                is_whole(path, m, closing));
	members_close(m);
	return fits;
}
