/* resume.c - walks an output's members and the input's rows side by side.
 *
 * A row may span members, so text is collected until its line end. `keep_bytes` moves only where a
 * member ends with a row. A row that spans members begins one (batch.c), so every row that was
 * compared is before `keep_bytes`. */
#include "results/resume.h"

#include "base/message.h"
#include "io/csv.h"
#include "io/members.h"
#include "results/closing.h"
#include "results/columns.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct reader {
	struct resumption *r;
	const char *path;
	struct format *format;
	struct inputs *inputs;
	struct members *members;
	struct textbuf note; /* of its first member */
	unsigned version;    /* of its members */
	bool has_header;     /* then the format is the output's own */
	struct textbuf text; /* of the members, from the first row that is not complete */
	struct textbuf scratch, row_scratch, expected;
	enum resume_outcome outcome;
};

static bool refuse(struct reader *rd, enum resume_outcome outcome)
{
	rd->outcome = outcome;
	return false;
}

static bool refuse_another(struct reader *rd, const char *why)
{
	message(MESSAGE_ERROR, "%s: this output cannot be gone on with: %s", rd->path, why);
	return refuse(rd, RESUME_REFUSED);
}

static bool fail_without_memory(struct reader *rd)
{
	message(MESSAGE_ERROR, "%s: %s", rd->path, error_text(ERROR_NOMEM));
	return refuse(rd, RESUME_FAILED);
}

/* ---- rows ---- */

/* A part of a row, around the first octet in which it differs from another, as printable text. */
static void put_part(struct textbuf *out, const char *text, size_t size, size_t differs_at)
{
	enum { BEFORE = 60, MOST = 200 };
	size_t from = differs_at > MOST - BEFORE ? differs_at - BEFORE : 0;
	if (from)
		textbuf_put_text(out, "...");
	if (from < size)
		textbuf_put_escaped(out, text + from, size - from < MOST ? size - from : MOST);
}

static bool refuse_row(struct reader *rd, struct csv_field theirs)
{
	struct textbuf was = { 0 }, is = { 0 };
	size_t at = 0;
	while (at < theirs.size && at < rd->expected.size &&
	        theirs.text[at] == rd->expected.bytes[at])
		at++;
	put_part(&was, theirs.text, theirs.size, at);
	put_part(&is, rd->expected.bytes, rd->expected.size, at);
	message(MESSAGE_ERROR,
	        "%s: this output cannot be gone on with: its row %llu is of '%s', where %s has "
	        "'%s'",
	        rd->path, (unsigned long long)rd->inputs->n_records, textbuf_text(&was),
	        inputs_path(rd->inputs), textbuf_text(&is));
	textbuf_fini(&was);
	textbuf_fini(&is);
	return refuse(rd, RESUME_REFUSED);
}

static bool refuse_kept(struct reader *rd)
{
	char why[128];
	snprintf(why, sizeof why,
	        "its row %llu is not the one that is kept: it is of other results, or of another "
	        "retry of them",
	        (unsigned long long)rd->inputs->n_records);
	return refuse_another(rd, why);
}

/* The same octets, the time with them: it failed and the row before was kept, or it was not yet
 * old. */
static enum retried retried_as(
        const struct reader *rd, struct csv_field before, const char *text, size_t size)
{
	if (before.size == size && !memcmp(before.text, text, size))
		return RETRIED_KEPT;
	return results_same(&rd->format->results, before.text, before.size, text, size)
	        ? RETRIED_SAME
	        : RETRIED_CHANGED;
}

/* `retry`: a row that is kept must stand as it did. One that was done again is counted, and whether
 * it changed. */
static bool compare_with_printed(
        struct reader *rd, const struct input_row *input, const char *text, size_t size)
{
	if (!input->printed.text)
		return true;
	if (!input->keep)
		tally_retried(&rd->r->tally, retried_as(rd, input->printed, text, size));
	else if (input->printed.size != size || memcmp(input->printed.text, text, size))
		return refuse_kept(rd);
	return true;
}

/* The input's next row must be the one that the output's row is of. */
static bool compare_with_input(
        struct reader *rd, const struct results_row *row, const char *text, size_t size)
{
	static const volatile bool never;
	struct input_row input;
	if (!inputs_next(rd->inputs, &input, &never)) {
		if (rd->inputs->broke)
			return refuse(rd, RESUME_FAILED);
		message(MESSAGE_ERROR,
		        "%s: this output cannot be gone on with: it has more rows than the input, "
		        "which ends after row %llu",
		        rd->path, (unsigned long long)rd->inputs->n_records);
		return refuse(rd, RESUME_REFUSED);
	}
	textbuf_reset(&rd->expected);
	columns_put_input(&rd->expected, &rd->scratch, &rd->inputs->layout, &input.record);
	if (rd->expected.failed)
		return fail_without_memory(rd);
	/* a row that is kept is compared as a whole below, since its quotes may be others */
	bool same = input.keep ||
	        (row->input.size == rd->expected.size &&
	                (!row->input.size ||
	                        !memcmp(row->input.text, rd->expected.bytes, row->input.size)));
	return same && row->number == input.number ? compare_with_printed(rd, &input, text, size)
	                                           : refuse_row(rd, row->input);
}

static bool take_row(struct reader *rd, const char *text, size_t size)
{
	struct csv_record record = { .text = text, .size = size - 1 };
	struct results_row row;
	if (!results_parse(&rd->format->results, &record, &rd->row_scratch, &row))
		return refuse_another(rd, "it holds what is no row of an output");
	if (!compare_with_input(rd, &row, record.text, record.size))
		return false;
	results_tally(&rd->r->tally, &row);
	rd->r->n_rows++;
	rd->r->last_row = row.number;
	return true;
}

static bool take_header(struct reader *rd, const char *text, size_t size)
{
	char why[640];
	struct column_set wanted = rd->format->results.columns;
	if (!format_adopt(rd->format, rd->version, rd->note.bytes, rd->note.size, text, size, why,
	            sizeof why))
		return refuse_another(rd, why);
	/* `retry` copies the rows that it keeps octet by octet: the columns must be the same */
	if (rd->inputs->form && !columns_same(&wanted, &rd->format->results.columns))
		return refuse_another(
		        rd, "its columns of results are others than those that are read");
	rd->has_header = true;
	return true;
}

/* All complete rows of the text collected so far. */
static bool take_rows(struct reader *rd)
{
	size_t at = 0, size;
	if (!rd->text.size)
		return true; /* then text.bytes may be NULL */
	while ((size = csv_row_size(rd->text.bytes + at, rd->text.size - at)) > 0) {
		const char *row = rd->text.bytes + at;
		if (!(rd->has_header ? take_row(rd, row, size) : take_header(rd, row, size)))
			return false;
		at += size;
	}
	memmove(rd->text.bytes, rd->text.bytes + at, rd->text.size - at);
	rd->text.size -= at;
	return true;
}

/* ---- members ---- */

#define DAMAGED_BEGINNING                                                                          \
	"its beginning is damaged, which says how its rows are to be read; `gunzip -c` shows "     \
	"what is whole; move it away to begin anew"
#define NO_OUTPUT "it is no output of this version of spfsweep; choose another --output"

static bool take_run(struct reader *rd, const struct bgzf_checkpoint *checkpoint)
{
	struct resumption *r = rd->r;
	struct resume_run *last = r->n_runs ? &r->runs[r->n_runs - 1] : NULL;
	if (!last || last->started_ms != checkpoint->run) {
		struct resume_run *runs = reallocarray(r->runs, r->n_runs + 1, sizeof *runs);
		if (!runs)
			return fail_without_memory(rd);
		r->runs = runs;
		last = &runs[r->n_runs++];
		*last = (struct resume_run){ .started_ms = checkpoint->run,
			.first_row = checkpoint->first_row };
	}
	last->n_rows += checkpoint->n_rows;
	return true;
}

/* The first member has the note. */
static bool take_note(struct reader *rd, const struct member *member)
{
	char why[640];
	const struct bgzf_checkpoint *c = &member->checkpoint;
	if (!member->has_checkpoint || !c->note_size)
		return refuse_another(rd, NO_OUTPUT);
	rd->version = c->version;
	textbuf_reset(&rd->note);
	textbuf_put(&rd->note, c->note, c->note_size);
	if (rd->note.failed)
		return fail_without_memory(rd);
	return !note_differs(rd->format->ours, c->note, c->note_size, false, why, sizeof why) ||
	        refuse_another(rd, why);
}

/* How many rows end in the member at hand, without the header row. *begun: there is text behind
 * them. */
static uint64_t complete_rows(const struct reader *rd, bool *begun)
{
	size_t at = 0, size;
	uint64_t n = 0;
	*begun = false;
	if (!rd->text.size)
		return 0;
	while ((size = csv_row_size(rd->text.bytes + at, rd->text.size - at)) > 0) {
		at += size;
		n++;
	}
	*begun = at < rd->text.size;
	return n && !rd->has_header ? n - 1 : n;
}

/* The mark of a member must agree with the rows before it and with those in it: in version 2 no
 * checksum covers it. Otherwise the member is damaged or of another scan, and nothing from there on
 * is kept. */
static bool fits(const struct reader *rd, const struct bgzf_checkpoint *checkpoint)
{
	bool begun;
	uint64_t n = complete_rows(rd, &begun);
	if (checkpoint->version != rd->version || checkpoint->first_row != rd->r->n_rows + 1 ||
	        checkpoint->n_rows != n || (n && begun))
		return false;
	/* until the header row is known there is nothing to compare the fingerprint with */
	return !rd->has_header || checkpoint->fingerprint == rd->format->fingerprint;
}

enum taken { TAKEN, TAKEN_DAMAGED, TAKEN_REFUSED };

static enum taken take_member(struct reader *rd, const struct member *member)
{
	if (member->at == 0 && !take_note(rd, member))
		return TAKEN_REFUSED;
	if (!member->has_checkpoint)
		return TAKEN_DAMAGED;
	if (rd->text.size > RESULTS_ROW_MAX_BYTES)
		return TAKEN_DAMAGED;
	textbuf_put(&rd->text, member->text, member->text_size);
	if (rd->text.failed) {
		fail_without_memory(rd);
		return TAKEN_REFUSED;
	}
	if (!fits(rd, &member->checkpoint))
		return TAKEN_DAMAGED;
	bool had_header = rd->has_header;
	if (!take_rows(rd) || !take_run(rd, &member->checkpoint))
		return TAKEN_REFUSED;
	if (!had_header && rd->has_header &&
	        member->checkpoint.fingerprint != rd->format->fingerprint) {
		refuse_another(rd, DAMAGED_BEGINNING);
		return TAKEN_REFUSED;
	}
	if (!had_header && rd->has_header)
		rd->r->header_bytes = members_at(rd->members);
	if (!rd->text.size && rd->has_header)
		rd->r->keep_bytes = members_at(rd->members);
	return TAKEN;
}

/* A whole member stands somewhere behind, so what is here is damaged and not torn. */
static bool has_member_behind(const struct reader *rd)
{
	struct member member;
	do {
		enum error err = members_next(rd->members, &member);
		if (err != ERROR_CORRUPT && err != ERROR_TRUNCATED)
			return err != ERROR_EMPTY; /* what cannot be read is not nothing */
	} while (!members_skip(rd->members));
	return false;
}

/* Without the header row nothing can be kept, neither here nor aside. */
static bool may_cut(struct reader *rd)
{
	return rd->r->keep_bytes || !has_member_behind(rd) || refuse_another(rd, DAMAGED_BEGINNING);
}

static bool has_octets_behind(const struct reader *rd, uint64_t at)
{
	struct stat st;
	return !stat(rd->path, &st) && (uint64_t)st.st_size > at;
}

/* The walk ended at the first member. Either a scan was killed while it wrote that, and is begun
 * anew; or the file must not be cut. The first member is on the disk before any other is written,
 * so a damaged one with others behind it does not come from a crash. */
static bool judge_beginning(struct reader *rd, enum error err, const struct member *member)
{
	if (member->has_checkpoint && !take_note(rd, member))
		return false;
	if (has_member_behind(rd))
		return refuse_another(rd, DAMAGED_BEGINNING);
	if (err == ERROR_TRUNCATED && !member->size)
		return true; /* not even its header is whole */
	if (!member->has_checkpoint)
		return refuse_another(rd, NO_OUTPUT);
	if (!format_may_begin(
	            rd->format, rd->note.bytes, rd->note.size, member->checkpoint.fingerprint) ||
	        has_octets_behind(rd, member->size))
		return refuse_another(rd, DAMAGED_BEGINNING);
	return true;
}

static bool judge_end(struct reader *rd, enum error err, const struct member *member)
{
	if (err == ERROR_SYSTEM || err == ERROR_NOMEM) {
		message(MESSAGE_ERROR, "%s: %s", rd->path,
		        err == ERROR_SYSTEM ? strerror(errno) : error_text(err));
		return refuse(rd, RESUME_FAILED);
	}
	if (err == ERROR_EMPTY)
		return true;
	return members_at(rd->members) ? may_cut(rd) : judge_beginning(rd, err, member);
}

/* What ends an output, and holds no rows. False: the member does not belong to that. */
static bool take_end(struct reader *rd, const struct member *member)
{
	struct resumption *r = rd->r;
	bool is_closing = closing_is_in(member);
	if (!rd->has_header || !(member->is_eof || is_closing))
		return false;
	r->was_complete = member->is_eof && !rd->text.size;
	r->end_bytes += member->size;
	return true;
}

static bool walk(struct reader *rd)
{
	struct member member = { 0 };
	enum error err;
	while (!(err = members_next(rd->members, &member))) {
		if (take_end(rd, &member)) {
			if (member.is_eof)
				return true;
			continue;
		}
		if (rd->r->end_bytes) /* nothing stands behind a closing */
			return may_cut(rd);
		enum taken taken = take_member(rd, &member);
		if (taken != TAKEN)
			return taken == TAKEN_DAMAGED && may_cut(rd);
		member = (struct member){ 0 };
	}
	return judge_end(rd, err, &member);
}

static void tell(const struct reader *rd)
{
	const struct resumption *r = rd->r;
	uint64_t keep_bytes = r->keep_bytes + (r->was_complete ? r->end_bytes : 0);
	char torn[80] = "";
	struct stat st;
	if (!stat(rd->path, &st) && (uint64_t)st.st_size > keep_bytes)
		snprintf(torn, sizeof torn, "; %llu bytes behind that are cut off",
		        (unsigned long long)st.st_size - (unsigned long long)keep_bytes);
	if (r->was_complete)
		message(MESSAGE_INFO, "%s: complete, with %llu rows%s", rd->path,
		        (unsigned long long)r->n_rows, torn);
	else if (!r->n_rows)
		message(MESSAGE_INFO, "%s: no rows are there yet, beginning with row 1%s", rd->path,
		        torn);
	else if (r->last_row != r->n_rows)
		message(MESSAGE_INFO, "%s: %llu rows are there, going on behind row %llu%s",
		        rd->path, (unsigned long long)r->n_rows, (unsigned long long)r->last_row,
		        torn);
	else
		message(MESSAGE_INFO, "%s: %llu rows are there, going on with row %llu%s", rd->path,
		        (unsigned long long)r->n_rows, (unsigned long long)r->n_rows + 1, torn);
}

/* A scan goes on behind a retry that has ended: a longer list. One that has not is the retry's to
 * go on with, since it keeps rows that the scan would ask for again. */
static bool ends_well(struct reader *rd)
{
	struct resumption *r = rd->r;
	struct csv_field command = note_value(rd->note.bytes, rd->note.size, "command");
	if (rd->inputs->form || !csv_field_is(command, "retry"))
		return true;
	r->is_behind_retry = r->was_complete ||
	        (r->n_runs && r->runs[r->n_runs - 1].started_ms & RESUME_RUN_BEHIND_RETRY);
	if (r->is_behind_retry)
		return true;
	return refuse_another(rd,
	        "it is of a retry that did not end: go on with it by `spfsweep retry --resume` "
	        "first");
}

enum resume_outcome resume_read(
        struct resumption *r, const char *path, struct format *format, struct inputs *inputs)
{
	struct reader rd = {
		.r = r, .path = path, .format = format, .inputs = inputs, .outcome = RESUME_READY
	};
	*r = (struct resumption){ 0 };
	enum error err = members_open(&rd.members, path);
	if (err == ERROR_SYSTEM && errno == ENOENT)
		return RESUME_READY;
	if (err) {
		message(MESSAGE_ERROR, "%s: %s", path,
		        err == ERROR_SYSTEM ? strerror(errno) : error_text(err));
		return RESUME_FAILED;
	}
	if (walk(&rd) && ends_well(&rd))
		tell(&rd);
	members_close(rd.members);
	textbuf_fini(&rd.note);
	textbuf_fini(&rd.text);
	textbuf_fini(&rd.scratch);
	textbuf_fini(&rd.row_scratch);
	textbuf_fini(&rd.expected);
	return rd.outcome;
}

void resume_fini(struct resumption *r)
{
	free(r->runs);
	r->runs = NULL;
}
