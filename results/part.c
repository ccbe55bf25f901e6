/* part.c - members into rows. The end of the file is looked at first: a shard that is still being
 * scanned is told before anything is written. */
#include "results/part.h"

#include "base/exit_status.h"
#include "base/message.h"
#include "results/note.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define CANNOT "%s: it cannot be merged: "
#define ANOTHER_RUN "run its scan again with --resume first"

/* From where a whole closing stands before the end-of-file member for sure. */
#define TAIL_BYTES (BGZF_MEMBER_MAX_BYTES + BGZF_EOF_BYTES)

static int refuse(const struct part *p, const char *why)
{
	message(MESSAGE_ERROR, CANNOT "%s", p->path, why);
	return EXIT_USAGE;
}

static int fail(const struct part *p, enum error err)
{
	int why = errno;
	message(MESSAGE_ERROR, "%s: %s", p->path,
	        err == ERROR_SYSTEM ? strerror(why) : error_text(err));
	return err == ERROR_SYSTEM && error_is_wrong_name(why) ? EXIT_USAGE : EXIT_STOPPED;
}

/* The members end where they should not. */
static int refuse_end(const struct part *p, enum error err)
{
	if (err == ERROR_SYSTEM || err == ERROR_NOMEM)
		return fail(p, err);
	if (err == ERROR_TRUNCATED)
		return refuse(p, "it is torn, and ends inside a block: " ANOTHER_RUN);
	if (err == ERROR_EMPTY)
		return refuse(p, "the scan that wrote it did not end: " ANOTHER_RUN);
	message(MESSAGE_ERROR, CANNOT "it is damaged behind byte %llu: " ANOTHER_RUN, p->path,
	        (unsigned long long)members_at(p->members));
	return EXIT_USAGE;
}

/* ---- the beginning ---- */

static int take_note(struct part *p, const struct member *first)
{
	const struct bgzf_checkpoint *mark = &first->checkpoint;
	char why[ASK_WHY_BYTES];
	if (!first->has_checkpoint || !mark->note_size)
		return refuse(p, "it is no output of spfsweep");
	struct csv_field kind = note_value(mark->note, mark->note_size, "kind");
	if (kind.text && !csv_field_is(kind, "scan") && !csv_field_is(kind, "audit"))
		return refuse(p, "it is no output of a scan, but a file beside one");
	p->version = mark->version;
	p->fingerprint = mark->fingerprint;
	textbuf_put(&p->note, mark->note, mark->note_size);
	p->told = format_told_by(mark->note, mark->note_size);
	struct csv_field asks = note_value(mark->note, mark->note_size, "ask");
	if (asks.size && !asks_parse(&p->asks, asks.text, asks.size, why))
		return refuse(p, "its --ask is none that this version knows");
	return p->note.failed ? fail(p, ERROR_NOMEM) : EXIT_DONE;
}

static int take_header(struct part *p)
{
	struct csv_record record = { .text = p->header.bytes, .size = p->header.size - 1 };
	struct csv_field input;
	const char *why;
	if (!format_is_of(
	            p->fingerprint, p->note.bytes, p->note.size, p->header.bytes, p->header.size))
		return refuse(
		        p, "its beginning is damaged, which says how its rows are to be read");
	if (!results_of_header(&p->results, &record, p->told.n_input, p->asks.n ? &p->asks : NULL,
	            &input, &why))
		return refuse(p, why);
	return EXIT_DONE;
}

/* The members with the note and the header row. A row behind that begins a member. */
static int read_beginning(struct part *p)
{
	struct member member;
	enum error err = members_next(p->members, &member);
	if (err == ERROR_EMPTY)
		return refuse(p, "it is empty");
	if (err == ERROR_CORRUPT || err == ERROR_TRUNCATED)
		return refuse(p, "it is no output of spfsweep, or ends inside its first block");
	int status = err ? fail(p, err) : take_note(p, &member);
	while (status == EXIT_DONE) {
		textbuf_put(&p->header, member.text, member.text_size);
		if (p->header.failed)
			return fail(p, ERROR_NOMEM);
		if (p->header.size && csv_row_size(p->header.bytes, p->header.size))
			return take_header(p);
		if (p->header.size > RESULTS_ROW_MAX_BYTES)
			return refuse(p, "its header row does not end");
		err = members_next(p->members, &member);
		status = err ? refuse_end(p, err) : EXIT_DONE;
	}
	return status;
}

/* ---- the end ---- */

static int take_closing(struct part *p, const struct member *member)
{
	const struct bgzf_checkpoint *mark = &member->checkpoint;
	textbuf_reset(&p->closing_text);
	textbuf_put(&p->closing_text, mark->note, mark->note_size);
	if (p->closing_text.failed)
		return fail(p, ERROR_NOMEM);
	p->has_closing = closing_parse(&p->closing, p->closing_text.bytes, p->closing_text.size);
	return p->has_closing ? EXIT_DONE : refuse(p, "what it says at its end is damaged");
}

/* The last members, which may begin anywhere in what is looked at. */
static int read_end(struct part *p, uint64_t size)
{
	struct member member;
	bool is_eof = false;
	int status = EXIT_DONE;
	enum error last = ERROR_EMPTY,
	           err = members_seek(p->members, size > TAIL_BYTES ? size - TAIL_BYTES : 0);
	while (!err && status == EXIT_DONE) {
		err = members_next(p->members, &member);
		if (!err) {
			is_eof = member.is_eof;
			if (closing_is_in(&member))
				status = take_closing(p, &member);
		} else if (err == ERROR_CORRUPT || err == ERROR_TRUNCATED) {
			is_eof = false;
			last = err;
			err = members_skip(p->members);
		}
	}
	if (status != EXIT_DONE || is_eof)
		return status;
	if (err != ERROR_EMPTY)
		return fail(p, err);
	return refuse_end(p, last == ERROR_TRUNCATED ? last : ERROR_EMPTY);
}

int part_open(struct part *p, const char *path)
{
	struct stat st;
	*p = (struct part){ .path = path };
	enum error err = members_open(&p->members, path);
	if (err)
		return fail(p, err);
	if (stat(path, &st))
		return fail(p, ERROR_SYSTEM);
	if (!S_ISREG(st.st_mode))
		return refuse(p, "it is no regular file");
	int status = read_beginning(p);
	uint64_t at = members_at(p->members);
	if (status == EXIT_DONE)
		status = read_end(p, (uint64_t)st.st_size);
	if (status == EXIT_DONE && (err = members_seek(p->members, at)))
		status = fail(p, err);
	return status;
}

void part_fini(struct part *p)
{
	members_close(p->members);
	textbuf_fini(&p->note);
	textbuf_fini(&p->header);
	textbuf_fini(&p->closing_text);
	textbuf_fini(&p->text);
	textbuf_fini(&p->scratch);
}

/* ---- rows ---- */

/* Nothing may stand behind the end-of-file member, and nothing be left before it. */
static int take_eof(struct part *p)
{
	struct member member;
	if (p->at < p->text.size)
		return refuse(p, "it ends inside a row");
	if (members_next(p->members, &member) != ERROR_EMPTY)
		return refuse(p, "something stands behind its end");
	p->has_row = false;
	return EXIT_DONE;
}

/* More text behind what is not given out yet. */
static int take_member(struct part *p, const struct member *member)
{
	const struct bgzf_checkpoint *mark = &member->checkpoint;
	if (!member->has_checkpoint || mark->version != p->version ||
	        mark->fingerprint != p->fingerprint) {
		message(MESSAGE_ERROR,
		        CANNOT "its block at byte %llu is of another output: " ANOTHER_RUN, p->path,
		        (unsigned long long)member->at);
		return EXIT_USAGE;
	}
	if (p->at < p->text.size)
		memmove(p->text.bytes, p->text.bytes + p->at, p->text.size - p->at);
	textbuf_truncate(&p->text, p->text.size - p->at);
	p->at = 0;
	textbuf_put(&p->text, member->text, member->text_size);
	if (p->text.failed)
		return fail(p, ERROR_NOMEM);
	return p->text.size <= RESULTS_ROW_MAX_BYTES + BGZF_TEXT_MAX_BYTES
	        ? EXIT_DONE
	        : refuse(p, "there is a row in it that is none of an output");
}

/* `row` is the first column, a number without quotes. */
static int take_number(struct part *p)
{
	const char *comma = memchr(p->row, ',', p->row_size);
	struct csv_field field = { p->row, comma ? (size_t)(comma - p->row) : 0 };
	uint64_t before = p->number;
	if (!csv_field_u64(field, &p->number))
		return refuse(p, "there is a row in it that is none of an output");
	if (p->number > before)
		return EXIT_DONE;
	message(MESSAGE_ERROR, CANNOT "its rows are out of order: row %llu stands behind row %llu",
	        p->path, (unsigned long long)p->number, (unsigned long long)before);
	return EXIT_USAGE;
}

static bool cut_row(struct part *p)
{
	size_t left = p->text.size - p->at;
	p->row_size = left ? csv_row_size(p->text.bytes + p->at, left) : 0;
	p->row = p->row_size ? p->text.bytes + p->at : NULL;
	p->at += p->row_size;
	return p->row_size;
}

int part_next(struct part *p)
{
	struct member member;
	while (!cut_row(p)) {
		enum error err = members_next(p->members, &member);
		if (err)
			return refuse_end(p, err);
		if (member.is_eof)
			return take_eof(p);
		int status = take_member(p, &member);
		if (status != EXIT_DONE)
			return status;
	}
	p->has_row = true;
	p->n_rows++;
	return take_number(p);
}

bool part_tally(struct part *p, struct tally *tally)
{
	struct csv_record record = { .text = p->row, .size = p->row_size - 1 };
	struct results_row row;
	if (!results_parse(&p->results, &record, &p->scratch, &row)) {
		refuse(p, "there is a row in it that is none of an output");
		return false;
	}
	results_tally(tally, &row);
	return true;
}
